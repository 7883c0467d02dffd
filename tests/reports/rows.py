"""A small workspace written row by row, as the write side leaves it."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count, groupby, pairwise
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from crmbot.domain.stages import DEFAULT_STAGES, LADDER, StageSpec
from crmbot.domain.windows import Window, day_start, last_days
from crmbot.models import (
    FOREVER,
    Activity,
    ActivityVersion,
    Base,
    Company,
    Contact,
    CurrencyRate,
    Customer,
    CustomerVersion,
    Deal,
    DealVersion,
    Lead,
    LeadStatusEntry,
    LeadVersion,
    Proposal,
    Stage,
    User,
    Workspace,
)
from crmbot.reports import Report, ReportSettings, Scope, compute
from crmbot.store import EVERY_WORKSPACE, Store

NOW = datetime(2031, 3, 31, 12, tzinfo=UTC)
"""When the tests' reports are asked for, unless said otherwise: a Monday noon."""


def ago(days: float, *, hours: float = 0) -> datetime:
    """Return the instant that many days of 24 hours before `NOW`."""
    return NOW - timedelta(days=days, hours=hours)


@dataclass
class Rows:
    """Rows of one workspace; ids are its name, a word and a count. Reports see them through the store's own door."""

    store: Store
    workspace_id: str = "w1"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    currency: str = "USD"
    stages: tuple[StageSpec, ...] = DEFAULT_STAGES
    _counts: Any = field(default_factory=lambda: count(1))
    _waiting: list[Base] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._write(
            Workspace(
                id=self.workspace_id,
                name=self.workspace_id,
                timezone=self.zone.key,
                currency=self.currency,
                created_at=ago(5000),
            )
        )
        for position, spec in enumerate(self.stages):
            self.stage(spec, position=position)

    def add(self, table: type[Base], word: str, /, **columns: Any) -> Any:
        """Add one row and return its id."""
        row_id = columns.pop("id", None) or f"{self.workspace_id}-{word}-{next(self._counts):06d}"
        self._write(table(workspace_id=self.workspace_id, id=row_id, **columns))
        return row_id

    def _write(self, row: Base) -> None:
        self._waiting.append(row)

    def stage(self, spec: StageSpec, *, position: int, removed_at: datetime | None = None) -> str:
        """Add a stage; its id is its key after the workspace's."""
        columns = {name: getattr(spec, name) for name in ("key", "name", "probability", "late", "stale_after_days")}
        stage_id: str = self.add(
            Stage,
            "stage",
            id=f"{self.workspace_id}-{spec.key}",
            kind=spec.kind.value,
            forecast_category=spec.forecast_category.value,
            position=position,
            removed_at=removed_at,
            **columns,
        )
        return stage_id

    def user(self, name: str, role: str = "rep", timezone: str | None = None) -> str:
        """Add a user; the id is the name in lower case after the workspace's."""
        user_id = f"{self.workspace_id}-{name.lower()}"
        return str(
            self.add(
                User,
                "user",
                id=user_id,
                name=name,
                email=f"{name}@x.example",
                role=role,
                timezone=timezone,
                created_at=ago(5000),
            )
        )

    def rate(self, currency: str, on: date, rate: str) -> None:
        """Add a currency rate."""
        self.add(CurrencyRate, "rate", currency=currency, on=on, rate=rate)

    def company(self, name: str) -> str:
        """Add a company."""
        key = name.lower()
        return str(
            self.add(Company, "company", number=next(self._counts), name=name, name_key=key, created_at=ago(4000))
        )

    def contact(self, name: str, company_id: str | None = None) -> str:
        """Add a contact."""
        return str(
            self.add(
                Contact,
                "contact",
                number=next(self._counts),
                name=name,
                name_key=name.lower(),
                company_id=company_id,
                created_at=ago(4000),
            )
        )

    def deal(self, created_at: datetime, value: int | None, **facts: Any) -> str:
        """Add a deal of one version; `value` in minor units. `then` holds later versions as (instant, changes)."""
        changes = facts.pop("then", [])
        given_id = facts.pop("id", None)
        number, title = facts.pop("number", next(self._counts)), facts.pop("title", "A deal")
        versions = [(created_at, self._facts({"value_minor": value, **facts}))]
        for at, change in changes:
            versions.append((at, self._facts({**versions[-1][1], "probability": None, **change})))
        closed = [at for at, version in versions if version["outcome"] != "open"]
        deal_id: str = self.add(
            Deal,
            "deal",
            id=given_id,
            number=number,
            title=title,
            title_key=title.lower(),
            created_at=created_at,
            closed_at=closed[-1] if closed else None,
            **versions[-1][1],
        )
        ends = [at for at, _ in versions[1:]] + [FOREVER]
        before = since = None
        for (at, version), end in zip(versions, ends, strict=True):
            now = self._since(version, before, since, at if before else created_at)
            span = {"valid_from": at, "valid_to": end, "created_at": created_at}
            self.add(DealVersion, "version", deal_id=deal_id, **span, **version, **now)
            # What was changed again at the same instant never was.
            before, since = (version, now) if at < end else (before, since)
        return deal_id

    @staticmethod
    def _since(now: Mapping[str, Any], before: Any, since: Any, at: datetime) -> dict[str, Any]:
        """Return since when a version has its stage and outcome, as the one before it had them."""
        if before is None:
            return {"stage_since": at, "outcome_since": at, "from_stage_id": None}
        stays, same = before["stage_id"] == now["stage_id"], before["outcome"] == now["outcome"]
        return {
            "stage_since": since["stage_since"] if stays else at,
            "outcome_since": since["outcome_since"] if same else at,
            "from_stage_id": since["from_stage_id"] if same else before["stage_id"],
        }

    def _facts(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Complete a deal's facts: `stage` is a key, the probability follows it unless given."""
        facts = dict(given)
        key = facts.pop("stage", None)
        if key is None and "stage_id" in facts:
            key = facts["stage_id"].removeprefix(f"{self.workspace_id}-")
        spec = next(stage for stage in self.stages if stage.key == (key or self.stages[0].key))
        probability = facts.pop("probability", None)
        owner = facts.pop("owner", facts.pop("owner_id", None))
        return {
            "currency": self.currency,
            "expected_close": None,
            "forecast_category": None,
            "lost_reason": None,
            "company_id": None,
            "contact_id": None,
            **facts,
            "probability": spec.probability if probability is None else probability,
            "probability_is_manual": probability is not None,
            "stage_id": f"{self.workspace_id}-{spec.key}",
            "outcome": spec.kind.value,
            "owner_id": owner,
        }

    def activity(self, kind: str, created_at: datetime, owner: str | None = None, **facts: Any) -> str:
        """Add an activity; `before` holds earlier facts as (from, to, facts)."""
        earlier = facts.pop("before", [])
        columns = {name: facts.pop(name, None) for name in ("lead_id", "contact_id", "company_id", "deal_id")}
        activity_id: str = self.add(
            Activity,
            "activity",
            number=facts.pop("number", next(self._counts)),
            kind=kind,
            subject=facts.pop("subject", f"A {kind}"),
            notes=None,
            outcome=None,
            attendees=[],
            created_at=created_at,
            facts_since=facts.pop("facts_since", earlier[-1][1] if earlier else created_at),
            **columns,
            **self._activity_facts(owner, facts),
        )
        for start, end, old in earlier:
            self.add(
                ActivityVersion,
                "was",
                activity_id=activity_id,
                valid_from=start,
                valid_to=end,
                **self._activity_facts(old.pop("owner", owner), old),
            )
        return activity_id

    def _activity_facts(self, owner: str | None, facts: Mapping[str, Any]) -> dict[str, Any]:
        due_at, due_on = facts.get("due_at"), facts.get("due_on")
        zone = ZoneInfo(facts.get("zone", self.zone.key))
        late_at = due_at or (due_on and day_start(due_on + timedelta(days=1), zone))
        return {
            "owner_id": owner,
            "due_at": due_at,
            "due_on": due_on,
            "overdue_at": late_at,
            "completed_at": facts.get("completed_at"),
            "duration_minutes": facts.get("duration_minutes"),
            "billable": facts.get("billable", False),
        }

    def lead(self, created_at: datetime, *entries: tuple[str, datetime], **columns: Any) -> str:
        """Add a lead that entered `new` when made, and then the given statuses, skipped ones with them."""
        history: list[tuple[str, datetime]] = [("new", created_at)]
        for status, at in entries:
            known = {name for name, _ in history}
            below = LADDER[: LADDER.index(status)] if status in LADDER else ()
            history += [(skipped.value, at) for skipped in below if skipped.value not in known]
            history.append((status, at))
        return self.lead_of(history, **columns)

    def lead_of(self, history: Sequence[tuple[str, datetime]], **columns: Any) -> str:
        """Add a lead with its whole history of statuses, the first of which is its making.

        `facts` are its owners and sources as (since, facts), the first since its making.
        """
        given = {"owner": columns.pop("owner", None), "source": columns.pop("source", None)}
        facts = columns.pop("facts", None) or [(history[0][1], given)]
        lead_id: str = self.add(
            Lead,
            "lead",
            number=next(self._counts),
            name=columns.pop("name", "A lead"),
            name_key="a lead",
            email=None,
            company_name=None,
            company_key=None,
            source=facts[-1][1]["source"],
            owner_id=facts[-1][1]["owner"],
            facts_since=facts[-1][0] if len(facts) > 1 else None,
            score=None,
            status=history[-1][0],
            disqualified_reason=None,
            created_at=history[0][1],
            **columns,
        )
        for (since, old), (until, _) in pairwise(facts):
            own = {"owner_id": old["owner"], "source": old["source"]}
            self.add(LeadVersion, "lead_was", lead_id=lead_id, valid_from=since, valid_to=until, **own)
        last: dict[str, datetime] = {}
        for position, (status, at) in enumerate(history):
            self.add(
                LeadStatusEntry,
                "entry",
                lead_id=lead_id,
                status=status,
                entered_at=at,
                position=position,
                previous_at=last.get(status),
                lead_created_at=history[0][1],
            )
            last[status] = at
        return lead_id

    def customer(self, name: str, acquired_at: datetime, channel: str = "web form", **columns: Any) -> str:
        """Add a customer; `lifetime_value_minor` when set by hand, `values` when that changed, as (since, value)."""
        values = columns.pop("values", None) or [(acquired_at, columns.pop("lifetime_value_minor", None))]
        since = values[-1][0] if len(values) > 1 else None
        customer_id: str = self.add(
            Customer,
            "customer",
            name=name,
            acquired_at=acquired_at,
            channel=channel,
            lifetime_value_minor=values[-1][1],
            facts_since=since,
            **columns,
        )
        for (start, old), (until, _) in pairwise(values):
            span = {"valid_from": start, "valid_to": until, "lifetime_value_minor": old}
            self.add(CustomerVersion, "customer_was", customer_id=customer_id, **span)
        return customer_id

    def proposal(self, deal_id: str, sent_at: datetime | None) -> str:
        """Add a proposal of a deal."""
        return str(
            self.add(
                Proposal,
                "proposal",
                deal_id=deal_id,
                number=next(self._counts),
                title="An offer",
                status="sent" if sent_at else "draft",
                created_at=ago(1000),
                sent_at=sent_at,
            )
        )

    def scope(self, viewer: str | None = None, **changes: Any) -> Scope:
        """Return who looks: everybody's records unless a viewer is given, whose own they are then."""
        return Scope(
            **{
                "workspace_id": self.workspace_id,
                "zone": self.zone,
                "currency": self.currency,
                "viewer_id": viewer,
                "sees_all": viewer is None,
                "owner_id": None,
                "now": NOW,
                "settings": ReportSettings(),
                **changes,
            }
        )

    def report(self, name: str, window: Window | None = None, viewer: str | None = None, **changes: Any) -> Report:
        """Compute a report; over the last 30 days unless a window is given."""
        scope = self.scope(viewer, **changes)
        window = window or last_days(30, scope.now.astimezone(self.zone).date(), self.zone)
        with self.reading() as session:
            return compute(session, name, scope, window)

    def reading(self) -> AbstractContextManager[Session]:
        """Write what was added, and open a session as every reader of the store has it."""
        with self.store.writing(EVERY_WORKSPACE) as session:
            for _, same in groupby(self._waiting, key=type):
                session.add_all(same)
                session.flush()
        self._waiting.clear()
        return self.store.reading(self.workspace_id)

    def compute(self, name: str, window: Window | None = None, viewer: str | None = None, **changes: Any) -> Any:
        """Compute a report and return its data."""
        return self.report(name, window, viewer, **changes).data
