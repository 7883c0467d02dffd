"""An archive carries everything: each column of each table comes out of an import as it was, or is known to stay."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from crm.archive.left_out import COLUMNS, EVERYWHERE, PARTS, TABLES
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crmbot import models
from crmbot.crm.history import overdue_at
from crmbot.crm.name_words import CONTACT_PHONE
from crmbot.crm.sample import Size, make_sample
from crmbot.domain.windows import Window
from crmbot.models import Base
from crmbot.reports.registry import REGISTRY, compute
from crmbot.reports.values import Scope

NOW = datetime(2031, 3, 5, 9, 30, tzinfo=UTC)
THEN = NOW - timedelta(days=3)
STAGES = {"stage_id", "from_stage_id"}
CONTENT = bytes(range(256)) * 4_000
"""A file of three pieces."""


def ident(letters: str) -> str:
    return letters.ljust(26, "0")


def carried(table: Any) -> list[Any]:
    """Return the columns of a table that an archive has to carry."""
    return [
        column
        for column in table.columns
        if column.name not in EVERYWHERE
        and f"{table.name}.{column.name}" not in COLUMNS
        and not (column.name == "id" and table.name in PARTS)
    ]


def everything(place: Any) -> dict[str, list[dict[str, Any]]]:
    """Return all that an archive has to carry, stages by their keys."""
    found: dict[str, list[dict[str, Any]]] = {}
    with place.store.reading(place.actor.workspace_id) as session:
        mine = place.actor.workspace_id
        keys = dict(
            session.execute(select(models.Stage.id, models.Stage.key).where(models.Stage.workspace_id == mine)).all()
        )
        for name, table in Base.metadata.tables.items():
            if name in TABLES:
                continue
            own = table.c.id if name == "workspace" else table.c.workspace_id
            rows = [dict(row) for row in session.execute(select(*carried(table)).where(own == mine)).mappings()]
            for row in rows:
                row |= {column: keys.get(row[column]) for column in STAGES & row.keys()}
                if row.get("value_minor", 0) is None:
                    # nothing depends on the currency of a deal that has no value
                    del row["currency"]
            found[name] = sorted(rows, key=repr)
    return found


class Filler:
    """Puts rows behind the door's back."""

    def __init__(self, session: Session, mine: str) -> None:
        self.session = session
        self.mine = mine

    def first(self, table: Any, *conditions: Any) -> Any:
        found = select(table).where(table.workspace_id == self.mine, *conditions)
        return self.session.scalars(found.order_by(table.id).limit(1)).one()

    def add(self, table: type[Any], letters: str, **values: Any) -> None:
        self.session.add(table(workspace_id=self.mine, id=ident(letters), **values))
        self.session.flush()

    def change(self, row: Any, **values: Any) -> None:
        table = type(row)
        self.session.execute(update(table).where(table.workspace_id == self.mine, table.id == row.id).values(**values))

    def rename(self, row: Any, kind: str, word: str) -> None:
        own = (models.NameWord.workspace_id == self.mine, models.NameWord.record_id == row.id)
        self.session.execute(update(models.NameWord).where(*own, models.NameWord.kind == kind).values(word=word))


def fill(place: Any) -> None:
    """Put something into every column."""
    place.take(make_sample(seed=5, now=NOW, size=Size(companies=6, contacts=9, leads=30, deals=20, activities=40)))
    with place.store.writing(place.actor.workspace_id) as session:
        filler = Filler(session, place.actor.workspace_id)
        fill_people(filler)
        fill_work(filler)
        fill_mail(filler)
        fill_choices(filler)


def fill_people(put: Filler) -> None:
    user, lead, customer = put.first(models.User), put.first(models.Lead), put.first(models.Customer)
    put.change(user, receipts="problems", receipts_by="both", slack_user_id="U1", active=False)
    put.change(put.first(models.Company), industry="Steel", size="50-99", domain="steel.example")
    contact = put.first(models.Contact)
    put.change(contact, phone="+49 30 123456", role="CTO")
    put.rename(contact, CONTACT_PHONE, "6543210394")
    put.change(put.first(models.ContactEmail), bounced_at=THEN, bounce_reason="550 no such user")
    put.add(models.ContactEmail, "ce", contact_id=contact.id, email="second@steel.example", position=1)
    entry = put.first(models.LeadStatusEntry, models.LeadStatusEntry.lead_id == lead.id)
    again = {"lead_id": lead.id, "entered_at": THEN, "lead_created_at": lead.created_at}
    put.add(models.LeadStatusEntry, "s1", status="new", position=0, previous_at=entry.entered_at, **again)
    put.add(models.LeadStatusEntry, "s2", status="disqualified", position=1, previous_at=None, **again)
    put.add(models.LeadVersion, "lv", lead_id=lead.id, valid_from=lead.created_at, valid_to=THEN, owner_id=user.id,
            source="web_form")  # fmt: skip
    put.change(lead, status="disqualified", facts_since=THEN, score=5, score_is_manual=False, disqualified_reason="No")
    put.add(models.CustomerVersion, "cv", customer_id=customer.id, valid_from=customer.acquired_at, valid_to=THEN,
            lifetime_value_minor=700)  # fmt: skip
    put.change(customer, lifetime_value_minor=900, facts_since=THEN, contact_id=contact.id)
    put.change(put.first(models.Note), lead_id=lead.id, contact_id=contact.id)


def fill_work(put: Filler) -> None:
    user, lead, deal = put.first(models.User), put.first(models.Lead), put.first(models.Deal)
    put.change(deal, forecast_category="commit")
    is_last = (models.DealVersion.deal_id == deal.id) & (models.DealVersion.valid_to == models.FOREVER)
    put.change(put.first(models.DealVersion, is_last), forecast_category="commit")
    activity = put.first(models.Activity)
    other = put.first(models.Activity, models.Activity.id != activity.id)
    ended = {"valid_to": THEN, "owner_id": user.id, "completed_at": THEN}
    put.add(models.ActivityVersion, "av", activity_id=activity.id, valid_from=activity.created_at, due_at=THEN,
            overdue_at=THEN, duration_minutes=15, billable=True, **ended)  # fmt: skip
    # the first of March ends in the owner's zone
    own = put.session.execute(select(models.Workspace).where(models.Workspace.id == put.mine)).scalar_one()
    day_ends = overdue_at(None, date(2031, 3, 1), ZoneInfo(user.timezone or own.timezone))
    put.add(models.ActivityVersion, "aw", activity_id=other.id, valid_from=other.created_at, due_on=date(2031, 3, 1),
            overdue_at=day_ends, **ended)  # fmt: skip
    put.change(activity, facts_since=THEN, outcome="reached", attendees=["Jo"], notes="n", lead_id=lead.id)
    put.change(other, facts_since=THEN)
    proposal = put.first(models.Proposal)
    put.change(proposal, bounced_at=THEN, bounce_reason="full", declined_at=THEN, accepted_by="Jo Doe")
    put.change(put.first(models.ProposalItem), discount_percent="10", tax_percent="19")


def fill_mail(put: Filler) -> None:
    user, deal, activity = put.first(models.User), put.first(models.Deal), put.first(models.Activity)
    other = put.first(models.Activity, models.Activity.id != activity.id)
    blob = {"digest": sha256(CONTENT).hexdigest(), "size": len(CONTENT), "content": CONTENT, "created_at": THEN}
    put.add(models.AttachmentBlob, "b1", **blob)
    put.add(models.Email, "e1", dedupe_key="d1", content_key="c1", message_id="<1@x.example>",
            references=["<0@x.example>"], direction="in", kind="forward", from_name="Jo", from_address="jo@x.example",
            recipients=[["Us", "crm@ours.example", "to"], ["", None, "cc"]], subject="Hi", text="Words", sent_at=THEN,
            received_at=NOW, attachments=[{"name": "a.pdf", "type": "application/pdf", "size": 5}], state="logged",
            reason="address", detail={"words": "Ours", "asks": [deal.id]}, activity_id=activity.id,
            logged_by_id=user.id, also_logged_by=[user.id])  # fmt: skip
    put.add(models.EmailActivity, "ea", email_id=ident("e1"), activity_id=other.id)
    put.add(models.EmailReference, "er", email_id=ident("e1"), message_id="<0@x.example>")
    for place, (name, blob_id) in enumerate([("a.pdf", ident("b1")), ("large.iso", None), ("b.pdf", ident("b1"))]):
        put.add(models.Attachment, f"t{place}", email_id=ident("e1"), position=place, name=name,
                type="application/pdf", size=5, blob_id=blob_id)  # fmt: skip
    moments = dict.fromkeys(("stamped_at", "starts_at", "ends_at", "cancelled_at"), THEN)
    put.add(models.Meeting, "m1", activity_id=activity.id, uid="u@cal", occurrence="20310301", sequence=2,
            place="Room 1", organizer="jo@x.example", repeats="every week", starts_on=date(2031, 3, 1),
            ends_on=date(2031, 3, 2), attendees=[["Jo", "jo@x.example", "accepted"]], **moments)  # fmt: skip


def fill_choices(put: Filler) -> None:
    user, deal = put.first(models.User), put.first(models.Deal)
    own = models.Workspace.id == put.mine
    put.session.execute(update(models.Workspace).where(own).values(date_order="dmy", lost_reasons=["Price", "Zeit"]))
    put.change(put.first(models.Stage, models.Stage.key == "negotiation"), removed_at=THEN, late=True)
    put.add(models.CurrencyRate, "r1", currency="CHF", on=date(2031, 1, 1), rate="1.10")
    put.add(models.MailRule, "mr", kind="never", value="spam.example", created_by_id=user.id, created_at=THEN)
    put.add(models.DigestSubscription, "ds", name="monday", report="overdue", channel="C1",
            to_email="jo@ours.example", day="monday", time="08:00", timezone="Europe/Berlin",
            filters={"owner": user.id}, owner_id=user.id, paused_at=THEN, created_at=THEN, active_since=THEN,
            from_config=True)  # fmt: skip
    put.add(models.Alias, "a1", user_id=user.id, kind="deal", word="the big one", record_id=deal.id)


def reports_of(place: Any, now: datetime) -> dict[str, Any]:
    """Return every report as of a moment."""
    mine, found = place.actor.workspace_id, {}
    with place.store.reading(mine) as session:
        own = session.execute(select(models.Workspace).where(models.Workspace.id == mine)).scalar_one()
        zone = ZoneInfo(own.timezone)
        scope = Scope(workspace_id=mine, zone=zone, currency=own.currency, viewer_id=None, sees_all=True, owner_id=None,
                      now=now)  # fmt: skip
        window = Window(now.date() - timedelta(days=89), now.date(), zone)
        for name in REGISTRY:
            found[name] = compute(session, name, scope, window).data
    return found


def test_every_column_comes_out_of_an_import_as_it_was(
    any_place: Any, open_place: Callable[[], Any], tmp_path: Path
) -> None:
    fill(any_place)
    before = everything(any_place)
    said = any_place.give(tmp_path / "first.jsonl")
    second = open_place()
    second.take(tmp_path / "first.jsonl")
    after = everything(second)
    for name, rows in before.items():
        assert after[name] == rows, name
    assert second.give(tmp_path / "second.jsonl") == said


def test_the_test_above_tries_every_column(place: Any) -> None:
    fill(place)
    tried = everything(place)
    idle = [
        f"{name}.{column.name}"
        for name, table in Base.metadata.tables.items()
        if name not in TABLES
        for column in carried(table)
        if all(row.get(column.name) in (None, "", [], {}, 0) for row in tried[name])
    ]
    assert idle == []


def test_what_stays_is_named_once_and_with_its_reason() -> None:
    tables = Base.metadata.tables
    assert TABLES.keys() <= tables.keys()
    assert {*PARTS} <= tables.keys() - TABLES.keys()
    assert {name.split(".")[0] for name in COLUMNS} <= tables.keys() - TABLES.keys()
    assert all(name.split(".")[1] in tables[name.split(".")[0]].columns for name in COLUMNS)
    assert all(len(why) > 10 for told in (TABLES, EVERYWHERE, COLUMNS) for why in told.values())


def test_from_sqlite_to_postgresql_and_back_is_the_same_file(
    place: Any, postgres_place: Any, open_place: Callable[[], Any], tmp_path: Path
) -> None:
    fill(place)
    first = place.give(tmp_path / "first.jsonl")
    postgres_place.take(tmp_path / "first.jsonl")
    assert postgres_place.give(tmp_path / "second.jsonl").splitlines() == first.splitlines()
    back = open_place()
    back.take(tmp_path / "second.jsonl")
    assert back.give(tmp_path / "third.jsonl") == first


def test_the_same_choices_again_change_nothing(any_place: Any) -> None:
    fill(any_place)
    before = any_place.lines()
    chosen = {"workspace", "stage", "user", "rate", "mail_rule", "digest"}
    any_place.take([line for line in before if line["type"] in chosen])
    assert any_place.lines() == before


@pytest.mark.parametrize("moment", [NOW, NOW - timedelta(days=20), NOW - timedelta(days=200)])
def test_reports_of_any_moment_are_the_same_before_and_after(
    place: Any, open_place: Callable[[], Any], tmp_path: Path, moment: datetime
) -> None:
    fill(place)
    place.give(tmp_path / "out.jsonl")
    second = open_place()
    second.take(tmp_path / "out.jsonl")
    assert reports_of(second, moment) == reports_of(place, moment)
