"""Lists of records, a page at a time, and the links that narrow them as words do in chat."""

from collections.abc import Callable, Mapping
from typing import Any

from starlette.responses import Response

from crmbot.crm import requests as ask
from crmbot.crm.answers import Listing
from crmbot.domain.ids import Kind
from crmbot.domain.stages import LeadStatus, StageKind
from crmbot.web.pages.facts import short_facts
from crmbot.web.pages.visits import Visit

Narrowed = Mapping[str, str]
"""What an address narrows a list by, such as stage=negotiation."""
Filters = tuple[tuple[str, Narrowed], ...]

_MOST_DIGITS = 6
_DEALS: Filters = (
    ("Open", {}),
    ("Mine", {"owner": "me"}),
    ("Going stale", {"state": "stale"}),
    ("Close overdue", {"state": "overdue"}),
    ("Won", {"outcome": "won"}),
    ("Lost", {"outcome": "lost"}),
)
_LEADS: Filters = (
    ("All", {}),
    ("Mine", {"owner": "me"}),
    *((status.value.capitalize(), {"status": status.value}) for status in LeadStatus),
)
_ACTIVITIES: Filters = (
    ("Open", {}),
    ("Mine", {"owner": "me"}),
    ("Overdue", {"state": "overdue"}),
    ("Today", {"state": "today"}),
    ("Done", {"state": "done"}),
)
_FILTERS: Mapping[Kind, Filters] = {
    Kind.DEAL: _DEALS,
    Kind.LEAD: _LEADS,
    Kind.ACTIVITY: _ACTIVITIES,
}
_NARROWING = ("owner", "state", "outcome", "status", "stage")


def list_page(kind: Kind) -> Callable[[Visit], Response]:
    """Return the page of all records of this kind."""

    def page(visit: Visit) -> Response:
        asked = visit.asked("page")
        number = max(int(asked), 1) if asked.isdecimal() and len(asked) <= _MOST_DIGITS else 1
        narrowed = {name: visit.asked(name) for name in _NARROWING if visit.asked(name)}
        listing: Listing = visit.look(_request(visit, kind, narrowed, number))
        return visit.draw(
            "list.html",
            listing=listing,
            pages=-(-listing.total // listing.per_page),
            place=kind.plural,
            words=visit.asked("words"),
            narrowed=narrowed,
            filters=_filters(visit, kind),
            searches=kind not in {Kind.ACTIVITY, Kind.PROPOSAL},
            short=lambda record: short_facts(record, visit.actor.zone),
        )

    return page


def _request(visit: Visit, kind: Kind, narrowed: Narrowed, page: int) -> ask.Request:
    said: dict[str, Any] = {"words": visit.asked("words") or None, "page": page}
    owner = narrowed.get("owner")
    match kind:
        case Kind.DEAL:
            outcome = narrowed.get("outcome", "open")
            return ask.ListDeals(
                owner=owner, stage=narrowed.get("stage"), outcome=outcome, state=narrowed.get("state"), **said
            )
        case Kind.LEAD:
            return ask.ListLeads(owner=owner, status=narrowed.get("status"), **said)
        case Kind.CONTACT:
            return ask.ListContacts(**said)
        case Kind.COMPANY:
            return ask.ListCompanies(**said)
        case Kind.ACTIVITY:
            return ask.ListActivities(owner=owner, state=narrowed.get("state", "open"), page=page)
        case Kind.PROPOSAL:
            return ask.ListProposals(page=page)


def _filters(visit: Visit, kind: Kind) -> list[tuple[str, Narrowed]]:
    filters = list(_FILTERS.get(kind, ()))
    if kind is Kind.DEAL:
        stages = visit.service.vocabulary(visit.actor.workspace_id).stages
        filters += [(name, {"stage": key}) for key, name, of in stages if of == StageKind.OPEN]
    return filters
