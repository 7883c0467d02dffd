"""Which records a message in Slack shows: kept when it is posted, so that the thread below needs no names."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crmbot.crm.answers import CardRecords, Outcome
from crmbot.crm.lookup import candidate, find_activity, find_deal, find_record, find_target
from crmbot.crm.proposals.finding import find_proposal, proposal_candidate
from crmbot.crm.requests import FindCard, FindNamed, KeepCard, UnfurlLinks
from crmbot.crm.work import Work
from crmbot.domain.ids import Kind, is_id, new_id, parse_reference, reference
from crmbot.errors import Candidate
from crmbot.models import Activity, Company, Contact, Deal, Lead, Proposal, SlackCard

MODELS: dict[Kind, Any] = {
    Kind.DEAL: Deal,
    Kind.LEAD: Lead,
    Kind.CONTACT: Contact,
    Kind.COMPANY: Company,
    Kind.ACTIVITY: Activity,
    Kind.PROPOSAL: Proposal,
}
MOST = 100
"""A digest shows fewer records than that."""

UNFURL = "notice.unfurl"


def keep_card(work: Work, request: KeepCard) -> Outcome:
    """Remember what a message shows."""
    keep_records(work.session, work.workspace_id, request.channel, request.ts, request.records, work.now)
    return Outcome("Kept.")


def keep_records(
    session: Session, workspace_id: str, channel: str, ts: str, references: Iterable[str], now: datetime
) -> None:
    """Write which records a message shows, by their numbers; what is known or unknown already is left out."""
    words = tuple(dict.fromkeys(references))[:MOST]
    if not words:
        return
    known = set(session.execute(_cards(workspace_id, channel, ts)).all())
    for word in words:
        found = _record(session, workspace_id, word)
        if found is not None and (found[0].value, found[1].id) not in known:
            session.add(
                SlackCard(
                    workspace_id=workspace_id,
                    id=new_id(now),
                    channel=channel,
                    ts=ts,
                    kind=found[0].value,
                    record_id=found[1].id,
                    kept_at=now,
                )
            )
    session.flush()


def find_card(work: Work, request: FindCard) -> CardRecords:
    """Return the records that a message shows, in the order they were kept; what is gone is left out.

    Behind the proposals come their deals, which a line below may be about as well.
    """
    found = work.session.execute(_cards(work.workspace_id, request.channel, request.ts)).all()
    rows = [work.get(MODELS[Kind(kind)], record_id) for kind, record_id in found]
    offered = [work.get(Deal, row.deal_id) for row in rows if isinstance(row, Proposal)]
    shown = {row.id: row for row in (*rows, *offered) if row}
    return CardRecords("What that message shows.", records=tuple(_shown(work, row) for row in shown.values()))


def _shown(work: Work, row: Any) -> Candidate:
    return proposal_candidate(work, row) if isinstance(row, Proposal) else candidate(work, row)


def find_named(work: Work, request: FindNamed) -> CardRecords:
    """Return the record that a word means; raises what looking it up raises, so that nothing is guessed."""
    match request.field:
        case "target":
            row = find_target(work, request.word)
        case "deal":
            row = find_deal(work, request.word, outcome="open")
        case "activity":
            row = find_activity(work, request.word)
        case "proposal":
            row = find_proposal(work, request.word)
        case _:
            row = find_record(work, Kind(request.field), request.word, field=request.field)
    return CardRecords("What that word means.", records=(_shown(work, row),))


def unfurl_links(work: Work, request: UnfurlLinks) -> Outcome:
    """Queue the cards of the records that a message's links lead to, as the actor may see them."""
    links = []
    for address, word in request.links[:MOST]:
        found = _record(work.session, work.workspace_id, word)
        if found is not None:
            links.append([address, reference(found[0], found[1].number)])
    if not links:
        return Outcome("None of these links leads to a record.")
    payload = {"user": work.actor.user_id, "ts": request.ts, "links": links}
    work.send(UNFURL, request.channel, {**payload, "about": [number for _, number in links]})
    keep_records(work.session, work.workspace_id, request.channel, request.ts, [link[1] for link in links], work.now)
    return Outcome(f"{len(links)} {'card is' if len(links) == 1 else 'cards are'} on the way.")


def _cards(workspace_id: str, channel: str, ts: str) -> Any:
    return (
        select(SlackCard.kind, SlackCard.record_id)
        .where(SlackCard.workspace_id == workspace_id, SlackCard.channel == channel, SlackCard.ts == ts)
        .order_by(SlackCard.id)
        .limit(MOST)
    )


def _record(session: Session, workspace_id: str, word: str) -> tuple[Kind, Any] | None:
    """Return the record of that number or id with its kind; names are not looked at."""
    parsed = parse_reference(word)
    for kind, model in MODELS.items():
        if parsed is not None and parsed[0] is kind:
            row = session.scalar(
                select(model).where(model.workspace_id == workspace_id, model.number == parsed[1]).limit(1)
            )
            return (kind, row) if row is not None else None
        if parsed is None and is_id(word):
            row = session.get(model, (workspace_id, word))
            if row is not None:
                return kind, row
    return None
