"""The card of `/crm settings`: what admins change by buttons and forms, and what others see of it."""

import json
from typing import Any

import pytest
from slack_app import Bot
from slack_windows import card, errors, form, initial

from crmbot.crm.answers import Table
from crmbot.crm.requests import AddDigest, CreateDeal, ListDigests, ListStages, ListUsers, SetUserRole
from crmbot.playground import Message


@pytest.fixture(autouse=True)
def _admin(bot: Bot) -> None:
    bot.service.perform(bot.service.system(bot.workspace_id), SetUserRole("ada@example.com", "admin"))


def press(bot: Bot, message: Message, action: str, *which: Any) -> None:
    assert bot.slack.click(bot.url, message, action, "U1", *which).in_time


def pressable(message: Message, action: str, row: str) -> int:
    """Return the place of a row's button among those of the same action, from the text that stands above it."""
    places, above = [], ""
    for block in message.blocks:
        above = json.dumps(block.get("text"), ensure_ascii=False) if block["type"] == "section" else above
        elements = [*block.get("elements", []), block.get("accessory", {})]
        places += [above for element in elements if element.get("action_id") == action]
    return next(place for place, text in enumerate(places) if row in text)


def only(message: Message, action: str, row: str) -> Message:
    """Leave of all buttons of an action the one in the row, so that it is the one that is pressed."""
    keep, seen = pressable(message, action, row), -1
    for block in message.blocks:
        for element in [*block.get("elements", []), block.get("accessory", {})]:
            if element.get("action_id") == action:
                seen += 1
                if seen != keep:
                    element["action_id"] = f"other.{seen}"
    return message


def said(message: Message) -> str:
    return json.dumps(message.blocks, ensure_ascii=False)


def rows(bot: Bot, request: Any) -> list[tuple[str, ...]]:
    answer = bot.service.perform(bot.actor(), request)
    assert isinstance(answer, Table)
    return list(answer.rows)


def test_the_workspace_is_changed_in_a_form_and_changed_back_by_undo(bot: Bot) -> None:
    message = card(bot, "/crm", "settings")
    press(bot, message, "form.edit")
    assert (initial(form(bot), "timezone"), initial(form(bot), "name")) == ("Europe/Berlin", "Example")
    bot.slack.submit_view(bot.url, form(bot), {"timezone": "Europe/Paris", "date_order": "Day first: 3 April"})
    workspace = bot.service.workspace(bot.workspace_id)
    assert (workspace.timezone, workspace.date_order) == ("Europe/Paris", "dmy")
    assert "time zone Europe/Paris" in said(message)
    assert "day first" in said(message)
    press(bot, message, "crm.undo")
    assert bot.service.workspace(bot.workspace_id).timezone == "Europe/Berlin"
    assert bot.slack.violations == []


@pytest.mark.parametrize(("field", "value"), [("timezone", "Mars/Olympus"), ("currency", "Taler"), ("name", "x" * 101)])
def test_what_the_workspace_cannot_be_is_told_at_its_field(bot: Bot, field: str, value: str) -> None:
    press(bot, card(bot, "/crm", "settings"), "form.edit")
    assert set(errors(bot.slack.submit_view(bot.url, form(bot), {field: value}))) == {field}


def test_stages_are_added_edited_moved_and_removed_with_their_deals(bot: Bot) -> None:
    bot.do(CreateDeal("Acme", stage="qualified"))
    message = card(bot, "/crm", "settings")
    press(bot, message, "settings.stages")
    press(bot, message, "form.add")
    bot.slack.submit_view(bot.url, form(bot), {"name": "Demo", "probability": "40%", "after": "Qualified"})
    names = [row[0] for row in rows(bot, ListStages())]
    assert names.index("Demo") == names.index("Qualified") + 1
    press(bot, only(message, "stage.up", "Demo"), "stage.up")
    names = [row[0] for row in rows(bot, ListStages())]
    assert names.index("Demo") == names.index("Qualified") - 1
    press(bot, only(message, "form.edit", "Demo"), "form.edit")
    assert initial(form(bot), "probability") == "40 %"
    bot.slack.submit_view(bot.url, form(bot), {"name": "Trial", "stale_after_days": "12"})
    assert [row[3] for row in rows(bot, ListStages()) if row[0] == "Trial"] == ["12 days"]
    press(bot, only(message, "form.remove", "Qualified"), "form.remove")
    assert "Qualified" in json.dumps(form(bot).body)
    bot.slack.submit_view(bot.url, form(bot), {"move_to": "Trial"})
    assert "1 deal moved to Trial" in said(message)
    assert "Qualified" not in [row[0] for row in rows(bot, ListStages())]
    press(bot, message, "crm.undo")
    assert "Qualified" in [row[0] for row in rows(bot, ListStages())]
    assert bot.slack.violations == []


def test_deals_cannot_go_to_the_stage_that_is_removed(bot: Bot) -> None:
    bot.do(CreateDeal("Acme", stage="qualified"))
    message = card(bot, "/crm", "stage list")
    press(bot, only(message, "form.remove", "Qualified"), "form.remove")
    assert set(errors(bot.slack.submit_view(bot.url, form(bot), {"move_to": "Qualified"}))) == {"move_to"}


def test_stale_days_are_emptied_and_what_another_admin_did_meanwhile_is_not_overwritten(bot: Bot) -> None:
    message = card(bot, "/crm", "stage list")
    press(bot, only(message, "form.edit", "Qualified"), "form.edit")
    card(bot, "/crm", "stage set qualified 35%")
    late = bot.slack.submit_view(bot.url, form(bot), {"probability": "50 %"})
    assert "35" in errors(late)["probability"]
    bot.slack.submit_view(bot.url, form(bot), {"stale_after_days": ""})
    assert [row[3] for row in rows(bot, ListStages()) if row[0] == "Qualified"] == [""]


def test_reasons_are_added_and_removed(bot: Bot) -> None:
    message = card(bot, "/crm", "settings")
    press(bot, message, "settings.reasons")
    press(bot, message, "form.add")
    bot.slack.submit_view(bot.url, form(bot), {"reason": "Went silent"})
    assert bot.service.vocabulary(bot.workspace_id).lost_reasons[-1] == "Went silent"
    press(bot, only(message, "reason.remove", "Went silent"), "reason.remove")
    assert "Went silent" not in bot.service.vocabulary(bot.workspace_id).lost_reasons
    press(bot, message, "crm.undo")
    assert bot.service.vocabulary(bot.workspace_id).lost_reasons[-1] == "Went silent"


def test_people_are_added_and_their_roles_changed(bot: Bot) -> None:
    message = card(bot, "/crm", "settings")
    press(bot, message, "settings.people")
    press(bot, only(message, "user.role", "Ben"), "user.role", "Make manager")
    assert ("Ben", "manager") in [(row[0], row[2]) for row in rows(bot, ListUsers())]
    press(bot, message, "form.add")
    assert set(errors(bot.slack.submit_view(bot.url, form(bot), {"email": "nonsense"}))) == {"email"}
    bot.slack.submit_view(bot.url, form(bot), {"email": "jo@example.com", "name": "Jo Doe", "role": "Admin"})
    assert ("Jo Doe", "admin") in [(row[0], row[2]) for row in rows(bot, ListUsers())]


def test_who_leaves_by_the_menu_hands_over_and_may_come_back(bot: Bot) -> None:
    bot.do(CreateDeal("Globex"), "U2")
    message = card(bot, "/crm", "user list")
    press(bot, only(message, "user.role", "Ben"), "user.role", "Has left")
    assert "Still theirs: 1 open deal" in said(message)
    back = card(bot, "/crm", "user list")
    press(bot, back, "user.back")
    assert ("Ben", "rep") in [(row[0], row[2]) for row in rows(bot, ListUsers())]


def test_digests_are_added_paused_and_resumed(bot: Bot) -> None:
    bot.service.perform(bot.actor(), AddDigest("weekly", "forecast", channel="C1"))
    message = card(bot, "/crm", "settings")
    press(bot, message, "settings.digests")
    assert "<#C1>" in said(message)
    press(bot, message, "settings.pause")
    assert [row[4] for row in rows(bot, ListDigests())] == ["paused"]
    press(bot, message, "settings.pause")
    assert [row[4] for row in rows(bot, ListDigests())] != ["paused"]
    press(bot, message, "form.add")
    assert initial(form(bot), "timezone") == "Europe/Berlin"
    bad = bot.slack.submit_view(bot.url, form(bot), {"name": "aging", "report": "Aging", "time": "noonish"})
    assert set(errors(bad)) == {"time"}
    filled = {"name": "aging", "report": "Aging", "channel": "C1", "day": "Every day", "time": "9:30"}
    bot.slack.submit_view(bot.url, form(bot), filled)
    assert ("aging", "daily 09:30 Europe/Berlin") in [(row[0], row[3]) for row in rows(bot, ListDigests())]
    assert bot.slack.violations == []


def test_a_rep_sees_the_choices_and_no_button(bot: Bot) -> None:
    shown = said(card(bot, "/crm", "settings", "U2"))
    assert "Europe/Berlin" in shown
    assert "action_id" not in shown
    for line in ("stage list", "reason list", "user list", "digest list"):
        elements = said(card(bot, "/crm", line, "U2"))
        assert '"form.' not in elements
        assert "reason.remove" not in elements


def test_a_card_leads_back_to_all_settings(bot: Bot) -> None:
    message = card(bot, "/crm", "settings")
    press(bot, message, "settings.people")
    assert "Ben" in said(message)
    press(bot, message, "settings.back")
    assert "Dates like 03/04" in said(message)


def test_a_press_by_who_is_no_admin_any_more_is_refused(bot: Bot) -> None:
    message = card(bot, "/crm", "reason list")
    bot.service.perform(bot.service.system(bot.workspace_id), SetUserRole("ben@example.com", "admin"))
    bot.service.perform(bot.service.system(bot.workspace_id), SetUserRole("ada@example.com", "rep"))
    before = bot.service.vocabulary(bot.workspace_id).lost_reasons
    press(bot, only(message, "reason.remove", "Price"), "reason.remove")
    assert bot.service.vocabulary(bot.workspace_id).lost_reasons == before
