"""Lists of records, a page at a time, narrowed by what was said."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from rapidfuzz import fuzz, process
from sqlalchemy import (
    BinaryExpression,
    ColumnElement,
    Integer,
    UnaryExpression,
    bindparam,
    func,
    literal,
    select,
)
from sqlalchemy.sql.operators import eq

from crmbot.crm import requests as ask
from crmbot.crm.answers import Listing
from crmbot.crm.leads import source_key
from crmbot.crm.lookup import find_record, find_stage, find_user
from crmbot.crm.lookup.words import among_latest, holding, named_with, word_values
from crmbot.crm.name_words import LEAD_COMPANY
from crmbot.crm.prepared import Prepared
from crmbot.crm.today import due_until
from crmbot.crm.views import load_names, record_views
from crmbot.crm.work import Work
from crmbot.domain.identity import fold_name
from crmbot.domain.ids import Kind
from crmbot.domain.stages import LeadStatus, StageKind
from crmbot.errors import BadInput
from crmbot.models import Activity, Company, Contact, Deal, Lead

PER_PAGE = 10
MOST_COUNTED = 10_000
"""So many records are counted at most: counting more takes longer than all the rest of a list."""
_A_SLIP = 75.0
"""From here on words are taken for another with a slip in it, out of 100."""

_FILTERS: Mapping[str, Any] = {
    "lead.status": Lead.status == bindparam("status"),
    "lead.owner": Lead.owner_id == bindparam("owner"),
    "lead.source": Lead.source == bindparam("source"),
    "lead.words": named_with(Lead, Lead.name_key, Kind.LEAD, LEAD_COMPANY)
    & holding(Lead.name_key, Lead.company_key),
    "lead.inside": among_latest(Lead) & holding(Lead.name_key, Lead.company_key),
    "deal.outcome": Deal.outcome == bindparam("outcome"),
    "deal.owner": Deal.owner_id == bindparam("owner"),
    "deal.stage": Deal.stage_id == bindparam("stage"),
    "deal.company": Deal.company_id == bindparam("company"),
    "deal.words": named_with(Deal, Deal.title_key, Kind.DEAL) & holding(Deal.title_key),
    "deal.inside": among_latest(Deal) & holding(Deal.title_key),
    "contact.company": Contact.company_id == bindparam("company"),
    "contact.words": named_with(Contact, Contact.name_key, Kind.CONTACT) & holding(Contact.name_key),
    "contact.inside": among_latest(Contact) & holding(Contact.name_key),
    "company.words": named_with(Company, Company.name_key, Kind.COMPANY) & holding(Company.name_key),
    "company.inside": among_latest(Company) & holding(Company.name_key),
    "activity.owner": Activity.owner_id == bindparam("owner"),
    "activity.open": Activity.completed_at.is_(None),
    "activity.done": Activity.completed_at.is_not(None),
    "activity.until": Activity.overdue_at <= bindparam("until"),
}
"""What narrows a list; the word behind the dot is also the name of the value."""

_ORDERS: Mapping[str, tuple[Any, ...]] = {
    "lead": (Lead.created_at.desc(), Lead.id),
    "deal": (Deal.value_minor.desc().nulls_last(), Deal.id),
    "contact": (Contact.name_key, Contact.id),
    "company": (Company.name_key, Company.id),
    "activity": (Activity.overdue_at.asc().nulls_last(), Activity.id),
    "activity.done": (Activity.completed_at.desc(), Activity.id),
}
_BY_WORDS = frozenset({"words", "inside"})
_STATES = {"open": ("open",), "done": ("done",), "overdue": ("open", "until"), "today": ("open", "until")}


def list_leads(work: Work, request: ask.ListLeads) -> Listing:
    """List leads, newest first."""
    said = {
        "status": _status(request.status) if request.status else None,
        "owner": find_user(work, request.owner).id if request.owner else None,
        "source": source_key(request.source),
        "words": fold_name(request.words or "") or None,
    }
    what = f"{request.status} leads" if request.status else "leads"
    return _or_meant(_page(work, Lead, said, request.page, what), request.words, "lead", tuple(LeadStatus))


def list_deals(work: Work, request: ask.ListDeals) -> Listing:
    """List deals, the most valuable first."""
    if request.outcome and request.outcome not in tuple(StageKind):
        raise BadInput(f"“{request.outcome}” is no outcome. There are open, won and lost.", field="outcome")
    company = find_record(work, Kind.COMPANY, request.company, field="company") if request.company else None
    said = {
        "outcome": request.outcome or None,
        "owner": find_user(work, request.owner).id if request.owner else None,
        "stage": find_stage(work, request.stage).id if request.stage else None,
        "company": company.id if company is not None else None,
        "words": fold_name(request.words or "") or None,
    }
    what = f"{request.outcome} deals" if request.outcome else "deals"
    known = (*(stage.name for stage in work.stages), *StageKind)
    return _or_meant(_page(work, Deal, said, request.page, what), request.words, "deal", known)


def list_contacts(work: Work, request: ask.ListContacts) -> Listing:
    """List contacts by name."""
    company = find_record(work, Kind.COMPANY, request.company, field="company") if request.company else None
    said = {"company": company.id if company is not None else None, "words": fold_name(request.words or "") or None}
    return _or_meant(_page(work, Contact, said, request.page, "contacts"), request.words)


def list_companies(work: Work, request: ask.ListCompanies) -> Listing:
    """List companies by name."""
    said = {"words": fold_name(request.words or "") or None}
    return _or_meant(_page(work, Company, said, request.page, "companies"), request.words)


def list_activities(work: Work, request: ask.ListActivities) -> Listing:
    """List activities: open ones with the most overdue first, done ones with the latest first."""
    state = _STATES.get(request.state)
    if state is None:
        raise BadInput(f"“{request.state}” is no state. There are open, overdue, today and done.", field="state")
    said: dict[str, Any] = dict.fromkeys(state, True)
    said["owner"] = find_user(work, request.owner).id if request.owner else None
    if "until" in state:
        said["until"] = work.now if request.state == "overdue" else due_until(work)
    order = "activity.done" if request.state == "done" else "activity"
    return _page(work, Activity, said, request.page, f"{request.state} activities", order)


def _or_meant(listing: Listing, words: str | None, noun: str = "", known: Sequence[str] = ()) -> Listing:
    """Say of an empty list which words it was narrowed by, and which stage or status they may have meant."""
    if listing.total or not words:
        return listing
    near = process.extractOne(
        words.casefold(), [name.casefold() for name in known], scorer=fuzz.ratio, score_cutoff=_A_SLIP
    )
    hint = f" Did you mean “{known[near[2]]}”? /{noun} list {near[0]}" if near else ""
    return replace(listing, said=f"{listing.said.removesuffix('.')} with “{words}” in the name.{hint}")


def _page(work: Work, kind: Any, said: Mapping[str, Any], page: int, what: str, order: str | None = None) -> Listing:
    if page < 1:
        raise BadInput("Pages are counted from 1.", field="page")
    counted, listing, values = _found(work, kind, order or kind.__tablename__, said)
    total, more = min(counted, MOST_COUNTED), counted > MOST_COUNTED
    _refuse_beyond(page, -(-total // PER_PAGE), more=more)
    rows = work.all(listing, kind, **values, most=PER_PAGE, skipped=(page - 1) * PER_PAGE)
    load_names(work, rows)
    return Listing(
        _counted(total, what, more=more),
        records=record_views(work, rows),
        total=total,
        page=page,
        per_page=PER_PAGE,
        more=more,
    )


def _refuse_beyond(page: int, pages: int, *, more: bool) -> None:
    if page <= max(pages, 1):
        return
    if more:
        raise BadInput(f"A list can be turned up to page {pages}. Narrow it down to see the rest.", field="page")
    there = f"There are only {pages} pages" if pages > 1 else "There is only 1 page"
    raise BadInput(f"{there}, so none has the number {page}.", field="page")


def _counted(total: int, what: str, *, more: bool) -> str:
    if more:
        return f"More than {total:,} {what}"
    return f"{total} {what if total != 1 else _singular(what)}" if total else f"No {what}."


def _found(work: Work, kind: Any, order: str, said: Mapping[str, Any]) -> tuple[int, Prepared, Mapping[str, Any]]:
    """Return how many records there are, one more than `MOST_COUNTED` at most, what lists them, and its values.

    Words are those that names have from one of their words on; only when none has, a part of a word is enough.
    """
    told = {name: value for name, value in said.items() if value is not None}
    words: str | None = told.pop("words", None)
    values = told | word_values(words) if words else told
    for how in (("words",), ("inside",)) if words else ((),):
        counting, listing = _statements(kind, order, (*told, *how))
        counted: int = work.values(counting, **values, counted=MOST_COUNTED + 1)[0][0]
        if counted:
            break
    return counted, listing, values


@cache
def _statements(kind: Any, order: str, names: tuple[str, ...]) -> tuple[Prepared, Prepared]:
    """Return what counts and what lists the records that meet these filters."""
    by_words = bool(_BY_WORDS.intersection(names))
    told = [_FILTERS[f"{kind.__tablename__}.{name}"] for name in names]
    where = [_unindexed(one) for one in told] if by_words else told
    mine = kind.workspace_id == bindparam("workspace")
    window = {"limit": bindparam("most", type_=Integer), "offset": bindparam("skipped", type_=Integer)}
    first, *others = _ORDERS[order]
    ordered = [_opaque(first) if by_words else first, *others]
    listing = select(kind).where(mine, *where).order_by(*ordered)
    counted = select(literal(1)).where(mine, *where).limit(bindparam("counted", type_=Integer)).subquery()
    return (
        Prepared(select(func.count()).select_from(counted)),
        Prepared(listing.limit(window["limit"]).offset(window["offset"])),
    )


def _unindexed(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return a condition on a column of text so that no index is taken for it before that of words."""
    if isinstance(condition, BinaryExpression) and condition.operator is eq:
        same: ColumnElement[bool] = condition.left.concat("") == condition.right
        return same
    return condition


def _opaque(order: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return an order that no index has, so that the few records with a word are sorted and not all looked through."""
    if isinstance(order, UnaryExpression):
        return UnaryExpression(_opaque(order.element), modifier=order.modifier)
    return func.coalesce(order, order)


def _singular(what: str) -> str:
    return what.replace("ies", "y") if what.endswith("ies") else what.removesuffix("s")


def _status(word: str) -> str:
    try:
        return LeadStatus(word.casefold())
    except ValueError:
        raise BadInput(f"“{word}” is no lead status. There are {', '.join(LeadStatus)}.", field="status") from None
