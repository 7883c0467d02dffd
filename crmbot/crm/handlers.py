"""Which use case does what is asked: one table."""

from collections.abc import Callable, Mapping
from typing import Any

from crmbot.crm import activities, board, deals, digests, emails, leads, lists, merge, people, rates, undo, users
from crmbot.crm import requests as ask
from crmbot.crm.answers import Answer
from crmbot.crm.work import Work

Handler = Callable[[Work, Any], Answer]

HANDLERS: Mapping[type[ask.Request], Handler] = {
    ask.CreateLead: leads.create,
    ask.SetLeadStatus: leads.set_status,
    ask.SetLead: leads.set_facts,
    ask.ConvertLead: leads.convert,
    ask.AssignLead: leads.assign,
    ask.ShowLead: lists.show_lead,
    ask.ListLeads: lists.list_leads,
    ask.CreateContact: people.create_contact,
    ask.SetContact: people.set_contact,
    ask.MergeContacts: merge.contacts,
    ask.ShowContact: lists.show_contact,
    ask.ListContacts: lists.list_contacts,
    ask.CreateCompany: people.create_company,
    ask.SetCompany: people.set_company,
    ask.MergeCompanies: merge.companies,
    ask.ShowCompany: lists.show_company,
    ask.ListCompanies: lists.list_companies,
    ask.CreateDeal: deals.create,
    ask.MoveDeal: deals.move,
    ask.SetDeal: deals.set_facts,
    ask.WinDeal: deals.win,
    ask.LoseDeal: deals.lose,
    ask.ReopenDeal: deals.reopen,
    ask.AssignDeal: deals.assign,
    ask.ShowDeal: lists.show_deal,
    ask.ListDeals: lists.list_deals,
    ask.ShowPipeline: board.pipeline,
    ask.LogActivity: activities.log,
    ask.CreateTask: activities.create_task,
    ask.CompleteActivity: activities.complete,
    ask.SnoozeActivity: activities.snooze,
    ask.AssignActivity: activities.assign,
    ask.ShowActivity: lists.show_activity,
    ask.ListActivities: lists.list_activities,
    ask.ShowToday: lists.today,
    ask.AddNote: activities.add_note,
    ask.LogEmail: emails.log_email,
    ask.AttachEmail: emails.attach_email,
    ask.AddSender: emails.add_sender,
    ask.IgnoreEmail: emails.ignore_email,
    ask.ListTriage: emails.list_triage,
    ask.ShowMailAddress: emails.show_mail_address,
    ask.AddDigest: digests.add_digest,
    ask.PauseDigest: digests.pause_digest,
    ask.ListDigests: digests.list_digests,
    ask.SendDigest: digests.send_digest,
    ask.Undo: undo.undo,
    ask.Find: lists.find,
    ask.ShowSettings: users.show_settings,
    ask.SetRate: rates.set_rate,
    ask.ListRates: rates.list_rates,
    ask.AddUser: users.add_user,
    ask.SetUserRole: users.set_user,
    ask.LinkSlackUser: users.link_slack_user,
    ask.ListUsers: users.list_users,
    ask.CreateToken: users.create_token,
    ask.ListTokens: users.list_tokens,
    ask.RevokeToken: users.revoke_token,
}
