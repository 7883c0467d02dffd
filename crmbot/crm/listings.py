"""Lists of records, a page at a time, narrowed by what was said."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from rapidfuzz import fuzz, process

from crmbot.crm import requests as ask
from crmbot.crm.answers import Listing
from crmbot.crm.glances import glances
from crmbot.crm.lookup import find_record, find_stage, find_user
from crmbot.crm.lookup.words import word_values
from crmbot.crm.narrowing import list_statements
from crmbot.crm.requests.base import NOBODY
from crmbot.crm.staleness import stale_since
from crmbot.crm.today import due_until
from crmbot.crm.work import Work
from crmbot.domain.identity import fold_name, source_key
from crmbot.domain.ids import Kind
from crmbot.domain.money import Money
from crmbot.domain.stages import LeadStatus, StageKind
from crmbot.errors import BadInput, CrmError
from crmbot.models import Activity, Company, Contact, Deal, Lead

PER_PAGE = 10
MOST_COUNTED = 10_000
"""So many records are counted at most: counting more takes longer than all the rest of a list."""
_WHOSE = re.compile(r"^(?:of|for|by)\s+|(?:['\u2019]s)?(?:\s+(?:deals|leads))?$", re.IGNORECASE)
"""What stands around a person's name, where their records are meant: “tom's deals”."""
_A_SLIP = 75.0
"""From here on words are taken for another with a slip in it, out of 100."""
_DEAL_STATES = ("stale", "overdue")
_STATES = {"open": ("open",), "done": ("done",), "overdue": ("open", "until"), "today": ("open", "until")}


def list_leads(work: Work, request: ask.ListLeads) -> Listing:
    """List leads, newest first."""
    owned, whose = _owned_by(work, request.owner)
    said = {
        "status": _status(request.status) if request.status else None,
        **owned,
        "source": source_key(request.source),
        "words": fold_name(request.words or "") or None,
    }
    what = f"{request.status} leads" if request.status else "leads"
    listing = _told(_page(work, Lead, said, request.page, what), whose)
    return _or_meant(work, listing, request.words, "lead", tuple(LeadStatus))


def list_deals(work: Work, request: ask.ListDeals) -> Listing:
    """List deals, the most valuable first."""
    if request.outcome and request.outcome not in tuple(StageKind):
        raise BadInput(f"“{request.outcome}” is no outcome. There are open, won and lost.", field="outcome")
    if request.state not in (None, *_DEAL_STATES):
        raise BadInput(f"“{request.state}” is no state. There are stale and overdue.", field="state")
    company = find_record(work, Kind.COMPANY, request.company, field="company") if request.company else None
    outcome = StageKind.OPEN if request.state else request.outcome
    owned, whose = _owned_by(work, request.owner)
    stage = find_stage(work, request.stage) if request.stage else None
    said = {
        "outcome": outcome or None,
        **owned,
        "stage": stage.id if stage is not None else None,
        "company": company.id if company is not None else None,
        **_closing(work, request, outcome),
        **_worth(request.over, request.under),
        **_state(work, request.state),
        "words": fold_name(request.words or "") or None,
    }
    what = " ".join(word for word in (request.state, outcome, "deals") if word)
    known = (*(stage.name for stage in work.stages), *StageKind, *_DEAL_STATES)
    listing = _told(_page(work, Deal, said, request.page, what), f"{f' in {stage.name}' if stage else ''}{whose}")
    if request.state == "stale" and listing.total:
        listing = _told(listing, ": nothing done for longer than the stage allows")
    return _or_meant(work, _with_span(listing, request, outcome), request.words, "deal", known)


def _with_span(listing: Listing, request: ask.ListDeals, outcome: str | None) -> Listing:
    """Tell the days that the list is narrowed to."""
    first, last = request.closes_from, request.closes_by
    if first is None and last is None:
        return listing
    verb = "closed" if outcome in (StageKind.WON, StageKind.LOST) else "closing"
    days = [f"{word} {day:%a %-d %b %Y}" for word, day in (("from", first), ("to", last)) if day is not None]
    told = f"on {first:%a %-d %b %Y}" if first == last else " ".join(days)
    return _told(listing, f" {verb} {told}")


def _told(listing: Listing, more: str) -> Listing:
    """Return the list with more words about what it is narrowed to."""
    if not more:
        return listing
    return replace(listing, said=f"{listing.said.removesuffix('.')}{more}{'' if listing.total else '.'}")


def _owned_by(work: Work, owner: str | None) -> tuple[dict[str, Any], str]:
    """Return the bound of an owner, and the words for it: a list of one's own needs none."""
    if owner == NOBODY:
        return {"nobody": True}, " that nobody owns"
    return _done_by(work, owner)


def _done_by(work: Work, owner: str | None) -> tuple[dict[str, Any], str]:
    if not owner:
        return {"owner": None}, ""
    user = find_user(work, owner)
    return {"owner": user.id}, "" if user.id == work.actor.user_id else f" of {user.name}"


def _closing(work: Work, request: ask.ListDeals, outcome: str | None) -> dict[str, Any]:
    """Return the bounds of the day of closing: the one that is expected, of closed deals the one that it was."""
    first, last = request.closes_from, request.closes_by
    if outcome not in (StageKind.WON, StageKind.LOST):
        return {"closes_from": first, "closes_by": last}
    return {
        "closed_from": first and datetime.combine(first, time.min, work.actor.zone),
        "closed_before": last and datetime.combine(last + timedelta(days=1), time.min, work.actor.zone),
    }


def _worth(over: Money | None, under: Money | None) -> dict[str, Any]:
    """Return the bounds of a value; amounts of two currencies are not compared."""
    currencies = {bound.currency for bound in (over, under) if bound is not None}
    if len(currencies) > 1:
        raise BadInput("Both bounds of the value need one currency.", field="over", example="/deal list >50k <90k")
    bounds = {"over": over and over.minor, "under": under and under.minor}
    return {**bounds, "currency": currencies.pop() if currencies else None}


def _state(work: Work, state: str | None) -> dict[str, Any]:
    if state == "overdue":
        return {"overdue": work.today}
    if state == "stale":
        bounds = stale_since(work)
        return {f"stale {len(bounds) // 2}": True, **bounds} if bounds else {"never": True}
    return {}


def list_contacts(work: Work, request: ask.ListContacts) -> Listing:
    """List contacts by name."""
    company = find_record(work, Kind.COMPANY, request.company, field="company") if request.company else None
    said = {"company": company.id if company is not None else None, "words": fold_name(request.words or "") or None}
    return _or_meant(work, _page(work, Contact, said, request.page, "contacts"), request.words)


def list_companies(work: Work, request: ask.ListCompanies) -> Listing:
    """List companies by name."""
    said = {"words": fold_name(request.words or "") or None}
    return _or_meant(work, _page(work, Company, said, request.page, "companies"), request.words)


def list_activities(work: Work, request: ask.ListActivities) -> Listing:
    """List activities: open ones with the most overdue first, done ones with the latest first."""
    state = _STATES.get(request.state)
    if state is None:
        raise BadInput(f"“{request.state}” is no state. There are open, overdue, today and done.", field="state")
    said: dict[str, Any] = dict.fromkeys(state, True)
    owned, whose = _done_by(work, request.owner)
    said |= owned
    if "until" in state:
        said["until"] = work.now if request.state == "overdue" else due_until(work)
    order = "activity.done" if request.state == "done" else "activity"
    what, until = ("open", " due by today") if request.state == "today" else (request.state, "")
    return _told(_page(work, Activity, said, request.page, f"{what} activities", order), f"{until}{whose}")


def _or_meant(work: Work, listing: Listing, words: str | None, noun: str = "", known: Sequence[str] = ()) -> Listing:
    """Say of an empty list which words it was narrowed by, and which stage, status or person they may have meant."""
    if listing.total or not words:
        return listing
    near = process.extractOne(
        words.casefold(), [name.casefold() for name in known], scorer=fuzz.ratio, score_cutoff=_A_SLIP
    )
    whose = _WHOSE.sub("", words)
    owner = _called(work, whose) if noun and not near else None
    hint = f" Did you mean “{known[near[2]]}”? /{noun} list {near[0]}" if near else ""
    owned = f'owner:"{whose}"' if " " in whose else f"@{whose}"
    hint = f" Did you mean those of {owner}? /{noun} list {owned}" if owner else hint
    return replace(listing, said=f"{listing.said.removesuffix('.')} with “{words}” in the name.{hint}")


def _called(work: Work, words: str) -> str | None:
    """Return the name of the only user whom words may mean."""
    try:
        return find_user(work, words).name
    except CrmError:
        return None


def _page(work: Work, kind: Any, said: Mapping[str, Any], page: int, what: str, order: str | None = None) -> Listing:
    if page < 1:
        raise BadInput("Pages are counted from 1.", field="page")
    counted, rows = _found(work, kind, order or kind.__tablename__, said, page)
    total, more = min(counted, MOST_COUNTED), counted > MOST_COUNTED
    return Listing(
        _counted(total, what, more=more),
        records=glances(kind, rows),
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


def _found(
    work: Work, kind: Any, order: str, said: Mapping[str, Any], page: int
) -> tuple[int, Sequence[tuple[Any, ...]]]:
    """Return how many records there are, one more than `MOST_COUNTED` at most, and those of the page.

    Words are those that names have from one of their words on; only when none has, a part of a word is enough.
    """
    told = {name: value for name, value in said.items() if value is not None}
    words: str | None = told.pop("words", None)
    values = told | (word_values(words) if words else {})
    values |= {"counted": MOST_COUNTED + 1, "most": PER_PAGE, "skipped": (page - 1) * PER_PAGE}
    for how in (("words",), ("inside",)) if words else ((),):
        counting, listing = list_statements(kind, order, (*told, *how))
        if page > 1:
            # Before as many are passed over as somebody likes to type.
            counted: int = work.values(counting, **values)[0][0]
            if not counted:
                continue
            _refuse_beyond(page, -(-min(counted, MOST_COUNTED) // PER_PAGE), more=counted > MOST_COUNTED)
        rows = work.values(listing, **values)
        if rows:
            return rows[0][-1], rows
    _refuse_beyond(page, 0, more=False)
    return 0, ()


def _singular(what: str) -> str:
    return what.replace("ies", "y") if what.endswith("ies") else what.removesuffix("s")


def _status(word: str) -> str:
    try:
        return LeadStatus(word.casefold())
    except ValueError:
        raise BadInput(f"“{word}” is no lead status. There are {', '.join(LeadStatus)}.", field="status") from None
