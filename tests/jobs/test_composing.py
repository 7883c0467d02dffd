"""Digests from a real store, as they leave: the engine's numbers, in Slack and as mail."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from clocks import SettableClock
from jobs.rig import ADMIN, OWNER, Rig, change, make_rig, subscription

from crmbot.config.settings import DIGEST_REPORTS
from crmbot.crm.policy import Policy
from crmbot.crm.requests import CreateDeal, CreateTask, Due
from crmbot.domain.money import Money
from crmbot.domain.stages import DEFAULT_STAGES
from crmbot.jobs.composing import DigestComposer
from crmbot.jobs.digests import Digests
from crmbot.models import DigestSlot, Stage, User
from crmbot.reports.values import ReportSettings
from crmbot.service import CrmService

HOSTILE = "<!channel> *Acme* <b>& Sons</b>"


def as_mail(name: str, _values: object, late: str) -> dict[str, Any]:
    return {"subject": name, "late": late}


@pytest.fixture
def rig(engine_url: str, clock: SettableClock) -> Iterator[Rig]:
    """A workspace with an old deal and an overdue task, both of the manager."""
    rig = make_rig(engine_url, clock)
    with rig.store.writing("w1") as session:
        for place, spec in enumerate(DEFAULT_STAGES, 1):
            session.add(
                Stage(
                    workspace_id="w1",
                    id=f"s{place}",
                    key=spec.key,
                    name=spec.name,
                    kind=spec.kind,
                    probability=spec.probability,
                    late=spec.late,
                    position=place,
                    stale_after_days=spec.stale_after_days,
                    forecast_category=spec.forecast_category,
                )
            )
    service = CrmService(rig.store, clock, Policy())
    manager = service.actor_of_user("w1", "u-owner@example.com", "cli")
    service.perform(manager, CreateDeal(HOSTILE, value=Money(4_000_000, "EUR")))
    service.perform(manager, CreateTask("call Jane", due=Due(at=clock() + timedelta(days=1))))
    clock.advance(timedelta(days=100))
    yield rig
    rig.store.close()


def made(rig: Rig, **more: Any) -> Any:
    """Return what the outbox gets for a subscription whose hour has come."""
    subscription(rig, **more)
    rig.clock.advance(timedelta(days=7))
    composer = DigestComposer(Policy(), ReportSettings(), as_mail)
    assert Digests(rig.store, composer, rig.clock, catch_up=timedelta(days=7)).run_once() == 1
    return rig.rows()[0] if rig.rows() else None


@pytest.mark.parametrize("report", DIGEST_REPORTS)
def test_every_report_can_be_a_digest_in_slack_and_by_mail(rig: Rig, report: str) -> None:
    row = made(rig, report=report)
    assert row.kind == "slack.post"
    assert row.payload["text"]
    assert "late: was due Mon 08:00" in str(row.payload["blocks"])
    assert "<!channel>" not in str(row.payload)
    (slot,) = rig.rows(DigestSlot)
    assert slot.snapshot


@pytest.mark.parametrize("report", ["overdue", "lost-reasons"])
def test_a_digest_for_an_address_is_a_mail(rig: Rig, report: str) -> None:
    row = made(rig, report=report, channel=None, to_email="boss@example.com")
    assert (row.kind, row.destination) == ("mail.send", "boss@example.com")
    assert row.payload == {"subject": "aging", "late": "late: was due Mon 08:00"}


def test_the_owner_who_left_gets_no_digest_made_with_his_eyes(rig: Rig) -> None:
    with rig.store.writing("w1") as session:
        owner = session.get(User, ("w1", OWNER))
        assert owner is not None
        owner.active = False
    assert made(rig) is None
    assert [slot.reason for slot in rig.rows(DigestSlot)] == ["Its owner may see no reports any more."]


def test_a_rep_sees_only_what_is_the_reps(rig: Rig) -> None:
    with rig.store.writing("w1") as session:
        admin = session.get(User, ("w1", ADMIN))
        assert admin is not None
        admin.role = "rep"
    made(rig, report="overdue", owner_id=ADMIN)
    assert [(slot.state, slot.reason) for slot in rig.rows(DigestSlot)] == [("skipped", "Nothing to report.")]


@pytest.mark.parametrize(("narrowed", "reason"), [("u-owner@example.com", None), ("gone@example.com", "nobody here")])
def test_a_filter_by_owner_narrows_or_says_why_not(rig: Rig, narrowed: str, reason: str | None) -> None:
    made(rig, report="overdue", owner_id=None, filters={"owner": narrowed})
    (slot,) = rig.rows(DigestSlot)
    assert (slot.state == "queued") if reason is None else (reason in str(slot.reason))


def test_a_changed_subscription_is_left_to_the_next_tick(rig: Rig) -> None:
    row = subscription(rig)
    rig.clock.advance(timedelta(days=7))
    composer = DigestComposer(Policy(), ReportSettings(), as_mail)

    def compose(session: Any, occasion: Any) -> Any:
        change(rig, row, channel="C9")
        return composer(session, occasion)

    assert Digests(rig.store, compose, rig.clock, catch_up=timedelta(days=7)).run_once() == 0
    assert Digests(rig.store, composer, rig.clock, catch_up=timedelta(days=7)).run_once() == 1
    assert [message.destination for message in rig.rows()] == ["C9"]
