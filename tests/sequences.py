"""Random requests on a small world: what people may ask, in any order."""

import os
from datetime import UTC, date, datetime
from typing import TypeVar

from hypothesis import strategies as st

from crmbot.crm.requests import (
    AddLostReason,
    AddNote,
    AddStage,
    AddUser,
    AssignActivity,
    AssignDeal,
    AssignLead,
    CompleteActivity,
    ConvertLead,
    CreateCompany,
    CreateContact,
    CreateDeal,
    CreateLead,
    CreateTask,
    Due,
    LogActivity,
    LoseDeal,
    MergeCompanies,
    MergeContacts,
    MoveDeal,
    Reassign,
    RememberAlias,
    RemoveLostReason,
    RemoveStage,
    ReopenDeal,
    Request,
    SetCompany,
    SetContact,
    SetDeal,
    SetLead,
    SetLeadStatus,
    SetStage,
    SetUserRole,
    SetWorkspace,
    SnoozeActivity,
    WinDeal,
)
from crmbot.domain.money import Money

T = TypeVar("T")
EXAMPLES = 300 if os.environ.get("CRMBOT_CHAOS") == "long" else 15
"""How many sequences a property is tried on."""

_numbers = st.integers(1, 3)


def _of(letter: str) -> st.SearchStrategy[str]:
    return _numbers.map(lambda number: f"{letter}-{number}")


def _maybe(strategy: st.SearchStrategy[T]) -> st.SearchStrategy[T | None]:
    return st.none() | strategy


_deal, _lead, _contact, _company, _task = (_of(letter) for letter in "DLCOA")
_name = st.sampled_from(["Acme Corp", "Globex", "Jo Doe", "Ann Lee", "Zoë", "Initech"])
_email = st.sampled_from(["jo@acme.com", "ann@globex.example", "zoe@gmail.com", "tim@acme.com"])
_stage = st.sampled_from(["new_lead", "qualified", "proposal_sent", "negotiation"])
_day = st.dates(date(2031, 1, 1), date(2031, 12, 31))
_instant = st.datetimes(datetime(2031, 1, 1), datetime(2031, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
_money = st.builds(Money, st.integers(0, 10**9), st.sampled_from(["USD", "EUR", "JPY"]))
_percent = st.integers(0, 100)
_user = st.sampled_from(["jane", "sam", "max"])
_text = st.sampled_from(["hello", "100 % sure_thing \\ 'quoted'", "🚀 <!channel>", "x"])
_due = st.builds(lambda at: Due(at=at), _instant) | st.builds(lambda on: Due(on=on), _day)
_target = _deal | _lead | _contact | _company
_cleared = st.lists(
    st.sampled_from(["value", "expected_close", "contact", "company", "forecast_category"]), max_size=2
).map(tuple)

DEAL_REQUESTS: st.SearchStrategy[Request] = st.one_of(
    st.builds(
        CreateDeal,
        title=_name,
        value=_maybe(_money),
        stage=_maybe(_stage),
        probability=_maybe(_percent),
        expected_close=_maybe(_day),
        company=_maybe(_name),
    ),
    st.builds(MoveDeal, deal=_deal, stage=_stage),
    st.builds(
        SetDeal,
        deal=_deal,
        title=_maybe(_name),
        value=_maybe(_money),
        stage=_maybe(_stage),
        probability=_maybe(_percent),
        automatic_probability=st.booleans(),
        expected_close=_maybe(_day),
        forecast_category=_maybe(st.sampled_from(["commit", "omitted"])),
        clear=_cleared,
    ),
    st.builds(WinDeal, deal=_deal, value=_maybe(_money)),
    st.builds(LoseDeal, deal=_deal, reason=st.sampled_from(["price", "too late"])),
    st.builds(ReopenDeal, deal=_deal),
    st.builds(AssignDeal, deal=_deal, owner=_user),
    st.builds(
        LogActivity,
        kind=st.sampled_from(["call", "meeting"]),
        target=_target,
        text=_text,
        at=_maybe(_instant),
        stage=_maybe(_stage),
        value=_maybe(_money),
        next_text=_maybe(_text),
        next_due=_maybe(_due),
    ),
)
"""Whatever changes a deal."""

ALL_REQUESTS: st.SearchStrategy[Request] = st.one_of(
    DEAL_REQUESTS,
    st.builds(CreateLead, name=_name, email=_maybe(_email), company=_maybe(_name), score=_maybe(_percent)),
    st.builds(
        SetLeadStatus,
        lead=_lead,
        status=st.sampled_from(["new", "contacted", "qualified", "disqualified"]),
        reason=st.just("no budget"),
    ),
    st.builds(SetLead, lead=_lead, name=_maybe(_name), email=_maybe(_email), score=_maybe(_percent)),
    st.builds(ConvertLead, lead=_lead, value=_maybe(_money), stage=_maybe(_stage)),
    st.builds(AssignLead, lead=_lead, owner=_user),
    st.builds(
        CreateContact,
        name=_name,
        emails=st.lists(_email, max_size=2, unique=True).map(tuple),
        phone=_maybe(st.just("+49 1")),
        company=_maybe(_name),
    ),
    st.builds(SetContact, contact=_contact, name=_maybe(_name), add_emails=st.lists(_email, max_size=1).map(tuple)),
    st.builds(MergeContacts, contact=_contact, into=_contact),
    st.builds(CreateCompany, name=_name, domain=_maybe(st.sampled_from(["acme.com", "globex.example"]))),
    st.builds(SetCompany, company=_company, name=_maybe(_name), industry=_maybe(_text)),
    st.builds(MergeCompanies, company=_company, into=_company),
    st.builds(CreateTask, text=_text, due=_maybe(_due), target=_maybe(_target), owner=_maybe(_user)),
    st.builds(CompleteActivity, activity=_task),
    st.builds(SnoozeActivity, activity=_task, due=_maybe(_due)),
    st.builds(AssignActivity, activity=_task, owner=_user),
    st.builds(AddNote, target=_target, text=_text),
    st.builds(AddUser, email=_email),
    st.builds(SetUserRole, user=_user, role=st.sampled_from(["rep", "manager"])),
    st.builds(AddStage, name=_name, probability=_percent, after=_maybe(_stage), late=st.booleans()),
    st.builds(
        SetStage,
        stage=_stage,
        name=_maybe(_name),
        probability=_maybe(_percent),
        before=_maybe(_stage),
        clear=st.sampled_from([(), ("stale_after_days",)]),
    ),
    st.builds(RemoveStage, stage=_stage, move_to=_maybe(_stage)),
    st.builds(
        SetWorkspace, name=_maybe(_name), timezone=_maybe(st.just("Asia/Tokyo")), date_order=_maybe(st.just("dmy"))
    ),
    st.builds(AddLostReason, reason=_name),
    st.builds(RemoveLostReason, reason=st.sampled_from(["price", "timing"])),
    st.builds(Reassign, user=_user, to=_user, only=_maybe(st.sampled_from(["deals", "leads", "tasks"]))),
    st.builds(RememberAlias, word=_name, record=_target),
)
"""Whatever changes anything."""

SCENE: tuple[Request, ...] = (
    CreateDeal("Acme Corp", value=Money.of(40_000, "USD"), company="Acme Corp"),
    CreateContact("Jo Doe", ("jo@acme.com",), company="Acme Corp"),
    CreateContact("Ann Lee", ("ann@globex.example",), company="Globex"),
    CreateDeal("Globex", contact="C-2"),
    CreateLead("Zoë", email="zoe@gmail.com"),
    CreateLead("Tim", email="tim@acme.com", company="Initech"),
    CreateTask("call", Due(on=date(2031, 3, 7)), "D-1"),
)
"""What is there before the first random request, so that most of them find something."""
