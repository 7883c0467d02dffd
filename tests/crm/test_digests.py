"""Digests as people ask for them, and as the config names them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from clocks import SettableClock
from factories import Crm
from jobs.rig import ADMIN, ARCHIVED, OWNER, FakeComposer, FakeGateway, Rig, make_rig
from sqlalchemy import select

from crmbot.config.settings import DigestSettings
from crmbot.crm import digests
from crmbot.crm import requests as ask
from crmbot.crm.actors import Actor
from crmbot.crm.answers import Answer
from crmbot.crm.destinations import CHECK
from crmbot.crm.policy import Policy
from crmbot.crm.work import Work
from crmbot.domain.ids import new_id
from crmbot.domain.permissions import DEFAULT_PERMISSIONS, Role
from crmbot.errors import BadInput, Conflict, NotFound
from crmbot.jobs.digests import Digests, sync_digests
from crmbot.models import DigestSlot, DigestSubscription, Outbox

MANAGER = Actor(
    workspace_id="w1",
    user_id=OWNER,
    name="Mona",
    email="u-owner@example.com",
    role=Role.MANAGER,
    timezone="America/New_York",
    permissions=DEFAULT_PERMISSIONS[Role.MANAGER],
    surface="slack",
    slack_user_id="U7",
)
HANDLERS: dict[type[ask.Request], Any] = {
    ask.AddDigest: digests.add_digest,
    ask.PauseDigest: digests.pause_digest,
    ask.ListDigests: digests.list_digests,
    ask.SendDigest: digests.send_digest,
}


@pytest.fixture
def rig(engine_url: str, clock: SettableClock) -> Iterator[Rig]:
    rig = make_rig(engine_url, clock)
    yield rig
    rig.store.close()


def perform(rig: Rig, request: ask.Request) -> Answer:
    now = rig.clock()
    with rig.store.writing("w1") as session:
        work = Work(session, MANAGER, now, Policy(), entry_id=new_id(now))
        answer: Answer = HANDLERS[type(request)](work, request)
        return answer


def table(rig: Rig) -> tuple[tuple[str, ...], ...]:
    answer: Any = perform(rig, ask.ListDigests())
    rows: tuple[tuple[str, ...], ...] = answer.rows
    return rows


def messages(rig: Rig) -> list[Outbox]:
    """Return what waits to be sent, but for looks at the destinations."""
    return [row for row in rig.rows() if row.kind != CHECK]


def test_a_new_digest_tells_its_next_moment_in_the_speakers_zone(rig: Rig) -> None:
    said = perform(rig, ask.AddDigest("monday-aging", "aging", channel="C1", time="8:00")).said
    assert said == "Digest “monday-aging” (aging) goes to C1, first Mon 10 Mar 2031, 08:00 America/New_York."
    assert table(rig) == (("monday-aging", "aging", "C1", "Mondays 08:00 America/New_York", "Mon 10 Mar 2031, 08:00"),)
    (row,) = rig.rows(DigestSubscription)
    assert (row.owner_id, row.active_since, row.from_config) == (OWNER, rig.clock(), False)


def test_without_a_destination_the_speaker_gets_it(rig: Rig) -> None:
    assert "goes to you, first" in perform(rig, ask.AddDigest("mine", "overdue", day="daily")).said


def test_a_digest_for_a_person_is_made_for_that_persons_eyes(rig: Rig) -> None:
    perform(rig, ask.AddDigest("for the admin", "aging", to_email="U-Admin@example.com"))
    assert [row.owner_id for row in rig.rows(DigestSubscription)] == [ADMIN]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"report": "weather"}, "report"),
        ({"day": "someday"}, "day"),
        ({"time": "25:00"}, "time"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"name": " "}, "name"),
        ({"name": "x" * 65}, "name"),
        ({"to_email": "nobody"}, "email"),
        ({"filters": (("stage", "won"),)}, "filters"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(rig: Rig, values: dict[str, Any], field: str) -> None:
    with pytest.raises(BadInput) as refusal:
        perform(rig, ask.AddDigest(**({"name": "x", "report": "aging", "channel": "C1"} | values)))
    assert refusal.value.field == field
    assert rig.rows(DigestSubscription) == []


def test_a_name_is_given_once(rig: Rig) -> None:
    perform(rig, ask.AddDigest("aging", "aging", channel="C1"))
    with pytest.raises(Conflict, match="already"):
        perform(rig, ask.AddDigest("Aging", "forecast", channel="C1"))


def test_a_filter_by_owner_is_kept_as_the_users_id(rig: Rig) -> None:
    perform(rig, ask.AddDigest("narrow", "aging", channel="C1", filters=(("owner", "u-admin@example.com"),)))
    assert [row.filters for row in rig.rows(DigestSubscription)] == [{"owner": ADMIN}]


def test_a_paused_digest_says_so_and_starts_again_from_now(rig: Rig) -> None:
    perform(rig, ask.AddDigest("aging", "aging", channel="C1"))
    assert perform(rig, ask.PauseDigest("AGING")).said == "Digest “aging” is paused."
    assert [line[-1] for line in table(rig)] == ["paused"]
    rig.clock.advance(timedelta(days=10))
    said = perform(rig, ask.PauseDigest("aging", resume=True)).said
    assert said == "Digest “aging” is on, next Mon 17 Mar 2031, 08:00 America/New_York."
    assert [row.active_since for row in rig.rows(DigestSubscription)] == [rig.clock()]


def test_an_unknown_name_gets_the_nearest(rig: Rig) -> None:
    with pytest.raises(NotFound, match="Add one first"):
        perform(rig, ask.PauseDigest("agin"))
    perform(rig, ask.AddDigest("monday-aging", "aging", channel="C1"))
    with pytest.raises(NotFound) as refusal:
        perform(rig, ask.PauseDigest("monday-agin"))
    assert [near.reference for near in refusal.value.nearest] == ["monday-aging"]


def worker(rig: Rig, composer: FakeComposer | None = None) -> Digests:
    return Digests(rig.store, composer or FakeComposer(), rig.clock)


def test_send_now_makes_the_last_slots_digest_once_and_again_only_when_told(rig: Rig) -> None:
    perform(rig, ask.AddDigest("aging", "aging", channel="C1"))
    assert perform(rig, ask.SendDigest("aging")).said == "“aging” of Mon 3 Mar 2031, 08:00 is on its way to C1."
    with pytest.raises(Conflict, match="on its way already"):
        perform(rig, ask.SendDigest("aging"))
    jobs = worker(rig)
    assert [jobs.run_once(), jobs.run_once()] == [1, 0]
    with pytest.raises(Conflict, match="sent already"):
        perform(rig, ask.SendDigest("aging"))
    rig.clock.advance(timedelta(seconds=5))
    perform(rig, ask.SendDigest("aging", again=True))
    jobs.run_once()
    assert len(messages(rig)) == 2
    (slot,) = rig.rows(DigestSlot)
    assert (slot.state, slot.snapshot) == ("queued", {"as_of": rig.clock().isoformat()})


def test_a_slot_sent_ahead_is_not_sent_again_at_its_hour(rig: Rig) -> None:
    perform(rig, ask.AddDigest("aging", "aging", channel="C1"))
    perform(rig, ask.SendDigest("aging", slot="2031-03-10T08:00"))
    jobs = worker(rig)
    jobs.run_once()
    rig.clock.set(datetime(2031, 3, 10, 12, 1, tzinfo=UTC))
    assert jobs.run_once() == 0
    rig.clock.advance(timedelta(days=7))
    assert jobs.run_once() == 1


def test_what_was_asked_for_comes_even_with_nothing_to_report(rig: Rig) -> None:
    perform(rig, ask.AddDigest("aging", "aging", channel="C1"))
    perform(rig, ask.SendDigest("aging"))
    worker(rig, FakeComposer(says_nothing=True)).run_once()
    assert len(messages(rig)) == 1


@pytest.mark.parametrize("slot", ["monday", "2031-03-10", "2031-13-10T08:00"])
def test_what_is_no_slot_is_refused(rig: Rig, slot: str) -> None:
    perform(rig, ask.AddDigest("aging", "aging", channel="C1"))
    with pytest.raises(BadInput, match="is no slot"):
        perform(rig, ask.SendDigest("aging", slot=slot))


def test_a_preview_writes_nothing(rig: Rig) -> None:
    perform(rig, ask.AddDigest("aging", "aging", channel="C1"))
    with rig.store.reading("w1") as session:
        composed = digests.preview(session, FakeComposer(), "w1", "aging", rig.clock())
    assert composed.payload == {"text": "aging 2031-03-03T08:00"}
    assert (messages(rig), rig.rows(DigestSlot)) == ([], [])


AGING = DigestSettings(name="aging", report="aging", channel="#sales")
MAILED = DigestSettings(name="mailed", report="forecast", to="u-admin@example.com", timezone="Asia/Tokyo")


def configured(rig: Rig, *settings: DigestSettings, channels: dict[str, str] | None = None) -> list[Any]:
    sync_digests(rig.store, "w1", settings, rig.clock, (channels or {}).get)
    return sorted(rig.rows(DigestSubscription), key=lambda row: str(row.name))


def test_the_configs_digests_become_subscriptions_with_channels_by_id(rig: Rig) -> None:
    aging, mailed = configured(rig, AGING, MAILED, channels={"#sales": "C5"})
    assert (aging.channel, aging.timezone, aging.owner_id, aging.active_since) == (
        "C5",
        "Europe/Berlin",
        None,
        rig.clock(),
    )
    assert (mailed.to_email, mailed.timezone, mailed.owner_id) == ("u-admin@example.com", "Asia/Tokyo", ADMIN)


def test_a_channel_name_that_cannot_be_resolved_keeps_the_id_it_had(rig: Rig) -> None:
    configured(rig, AGING, channels={"#sales": "C5"})
    assert [row.channel for row in configured(rig, AGING)] == ["C5"]


def test_reading_the_same_config_again_changes_nothing(rig: Rig) -> None:
    (before,) = configured(rig, AGING)
    rig.clock.advance(timedelta(days=1))
    (after,) = configured(rig, AGING)
    assert (after.version, after.active_since) == (before.version, before.active_since)


def test_what_the_config_drops_is_paused_and_starts_anew_when_it_comes_back(rig: Rig) -> None:
    configured(rig, AGING)
    (dropped,) = configured(rig)
    assert dropped.paused_at == rig.clock()
    rig.clock.advance(timedelta(days=1))
    (back,) = configured(rig, AGING)
    assert (back.paused_at, back.active_since, back.id) == (None, rig.clock(), dropped.id)


def test_what_somebody_paused_stays_paused_whatever_the_config_says(rig: Rig) -> None:
    configured(rig, AGING)
    perform(rig, ask.PauseDigest("aging"))
    (row,) = configured(rig, AGING)
    assert row.paused_at is not None


def test_a_workspace_that_does_not_exist_is_refused(rig: Rig) -> None:
    with pytest.raises(NotFound):
        sync_digests(rig.store, "w2", (AGING,), rig.clock)


def test_a_destination_is_looked_at_once_when_it_is_new(rig: Rig) -> None:
    perform(rig, ask.AddDigest("sales", "aging", channel="C1"))
    (check,) = rig.rows()
    assert (check.kind, check.destination) == ("slack.check", "C1")
    rig.sender(FakeGateway(outcomes={"C1": [ARCHIVED]})).run_once()
    notice = next(row for row in rig.rows() if row.kind == "notice.undelivered")
    assert notice.destination == OWNER
    assert (notice.kind, notice.payload["digest"]) == ("notice.undelivered", "sales")


def test_what_goes_by_mail_or_to_oneself_needs_no_look(rig: Rig) -> None:
    perform(rig, ask.AddDigest("boss", "aging", to_email="boss@example.com"))
    perform(rig, ask.AddDigest("mine", "aging"))
    assert rig.rows() == []


def test_a_digest_of_the_config_is_looked_at_when_its_channel_changes(rig: Rig) -> None:
    for channel in ("C1", "C1", "C2", "C2"):
        sync_digests(rig.store, "w1", (replace(AGING, channel=channel),), rig.clock)
    assert sorted(row.destination for row in rig.rows()) == ["C1", "C2"]


def test_the_look_is_queued_in_the_transaction_of_the_command(crm: Crm) -> None:
    crm.do(ask.AddDigest("sales", "aging", channel="C1"), "max")
    with crm.store.reading(crm.workspace_id) as session:
        (row,) = session.scalars(select(Outbox).where(Outbox.workspace_id == crm.workspace_id))
    assert (row.kind, row.destination) == (CHECK, "C1")
