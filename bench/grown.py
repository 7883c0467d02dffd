"""A store with a workspace that has grown: for benches that ask how a command takes its size.

It holds as many contacts as deals (a tenth of the deals open, twenty owners), half as many leads and activities, and a
company for each ten contacts.
"""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from bench.chatting.servers import make_service
from crmbot.crm.archive.bulk import Bulk
from crmbot.crm.name_words import with_words
from crmbot.domain.ids import new_id
from crmbot.models import (
    FOREVER,
    Activity,
    Company,
    Contact,
    Counter,
    Deal,
    DealVersion,
    Lead,
    LeadStatusEntry,
    Stage,
    User,
)
from crmbot.store import Store

NOW = datetime.now(UTC).replace(microsecond=0)
LONG_AGO = NOW - timedelta(days=901)
OWNERS = 20
FIRST = "Ada Ben Cleo Dan Eva Finn Gus Hana Ida Jon Kim Lea Max Nina Omar Pia Quin Rosa Sam Tess".split()
LAST = [
    f"{a}{b}" for a in "Ar Bel Cor Dun Els Far Gar Hol Ing Jor".split() for b in "ano berg dale ford man son".split()
]
TRADE = "Foods Steel Labs Media Freight Energy Health Systems Tools Paper".split()


def fill(store: Store, size: int) -> None:
    """Make a workspace that has grown."""
    _, workspace_id = make_service(store)
    rng = random.Random(size)  # noqa: S311 - examples, no secrets
    stages, owners = _stages_and_owners(store, workspace_id)
    makers: tuple[tuple[Any, Any, int, Callable[[int], dict[str, Any]]], ...] = (
        (Company, None, size // 10, lambda n: _company(n, rng)),
        (Contact, None, size, lambda n: _contact(n, rng)),
        (Deal, DealVersion, size, lambda n: _deal(n, rng, stages, owners)),
        (Lead, LeadStatusEntry, size // 2, lambda n: _lead(n, rng, owners)),
        (Activity, None, size // 2, lambda n: _activity(n, rng, owners)),
    )
    with store.writing(workspace_id, patient=True) as session:
        batch = Bulk(session)
        for kind, history, count, make in makers:
            for n in range(1, count + 1):
                made = {"workspace_id": workspace_id, "version": 1, **make(n)}
                batch.add(with_words([(kind, made), *([(history, _history(history, made))] if history else [])]))
            batch.write()
        counters = {"deal": size, "contact": size, "company": size // 10, "lead": size // 2, "activity": size // 2}
        session.execute(
            insert(Counter), [{"workspace_id": workspace_id, "name": k, "value": v} for k, v in counters.items()]
        )


def _stages_and_owners(store: Store, workspace_id: str) -> tuple[list[Stage], list[str]]:
    with store.writing(workspace_id) as session:
        stages = list(session.scalars(select(Stage).where(Stage.workspace_id == workspace_id).order_by(Stage.position)))
        known = session.scalars(select(User).where(User.workspace_id == workspace_id)).one()
        others = [
            User(
                workspace_id=workspace_id, id=new_id(NOW), name=f"Owner {n}", email=f"o{n}@example.com", role="rep",
                created_at=NOW,
            )
            for n in range(1, OWNERS)
        ]  # fmt: skip
        session.add_all(others)
        return stages, [known.id, *(user.id for user in others)]


def _id(kind: str, number: int) -> str:
    return f"01bench{kind}{number:018d}"


def _company(n: int, rng: random.Random) -> dict[str, Any]:
    name = f"company{n:07} {rng.choice(LAST)} {rng.choice(TRADE)}"
    return {"id": _id("o", n), "number": n, "name": name, "name_key": name.lower(), "created_at": NOW}


def _contact(n: int, rng: random.Random) -> dict[str, Any]:
    name = f"{rng.choice(FIRST)} {rng.choice(LAST)} contact{n:07}"
    company = _id("o", (n - 1) // 10 + 1)
    return {"id": _id("c", n), "number": n, "name": name, "name_key": name.lower(), "company_id": company,
            "created_at": NOW}  # fmt: skip


def _deal(n: int, rng: random.Random, stages: list[Stage], owners: list[str]) -> dict[str, Any]:
    kinds = ["open"] if n % 10 == 0 else ["won", "lost"]
    stage = rng.choice([stage for stage in stages if stage.kind in kinds])
    title = f"{rng.choice(TRADE)} renewal deal{n:07}"
    at = NOW - timedelta(days=rng.randrange(20 if stage.kind == "open" else 900))
    return {
        "id": _id("d", n), "number": n, "title": title, "title_key": title.lower(), "contact_id": _id("c", n),
        "company_id": _id("o", (n - 1) // 10 + 1), "created_at": at, "stage_id": stage.id, "outcome": stage.kind,
        "owner_id": rng.choice(owners), "value_minor": rng.randrange(1_000, 90_000) * 100, "currency": "USD",
        "probability": stage.probability, "probability_is_manual": False,
        "closed_at": None if stage.kind == "open" else NOW,
        "lost_reason": "price" if stage.kind == "lost" else None,
    }  # fmt: skip


def _lead(n: int, rng: random.Random, owners: list[str]) -> dict[str, Any]:
    name = f"{rng.choice(FIRST)} {rng.choice(LAST)} lead{n}"
    return {"id": _id("l", n), "number": n, "name": name, "name_key": name.lower(), "email": f"l{n}@example.net",
            "source": "web", "owner_id": rng.choice(owners), "score_is_manual": False, "status": "new",
            "created_at": NOW - timedelta(minutes=n)}  # fmt: skip


def _activity(n: int, rng: random.Random, owners: list[str]) -> dict[str, Any]:
    due = NOW + timedelta(hours=rng.randrange(-48, 480))
    done = None if n % 10 == 0 else NOW - timedelta(days=rng.randrange(1, 900))
    return {"id": _id("a", n), "number": n, "kind": "task", "subject": f"Call about deal{n:07}", "deal_id": _id("d", n),
            "owner_id": rng.choice(owners), "due_at": due, "overdue_at": due, "completed_at": done, "billable": False,
            "attendees": [], "created_at": LONG_AGO, "facts_since": LONG_AGO}  # fmt: skip


def _history(kind: Any, row: dict[str, Any]) -> dict[str, Any]:
    """Return the first entry of a record's history."""
    base = {"workspace_id": row["workspace_id"], "id": row["id"]}
    if kind is LeadStatusEntry:
        entered = {
            "status": "new",
            "entered_at": row["created_at"],
            "position": 0,
            "lead_created_at": row["created_at"],
        }
        return {**base, "lead_id": row["id"], **entered}
    names = {column.name for column in DealVersion.__table__.columns}
    facts = {name: value for name, value in row.items() if name in names}
    since = {"stage_since": row["created_at"], "outcome_since": row["created_at"]}
    return {**facts, "deal_id": row["id"], "valid_from": row["created_at"], "valid_to": FOREVER, **since}
