"""The workspace's own choices: name, zone, currency, how 03/04 is read, and the reasons offered for a loss."""

from zoneinfo import available_timezones

from sqlalchemy import func, select

from crmbot.crm.answers import Change, Outcome
from crmbot.crm.choices import LostReasons, Settings
from crmbot.crm.requests import AddLostReason, ListLostReasons, RemoveLostReason, SetWorkspace, ShowSettings
from crmbot.crm.stages import stage_words
from crmbot.crm.work import Work
from crmbot.domain.identity import fold_name
from crmbot.domain.money import CURRENCIES
from crmbot.errors import BadInput, Conflict, NotFound
from crmbot.models import CurrencyRate, Customer, Deal, DigestSubscription, User

_MOST_NAME = 100
_MOST_REASON = 75
_MOST_REASONS = 50
_ORDERS = {"dmy": "day first", "mdy": "month first", None: "refused as unclear"}


def show(work: Work, _request: ShowSettings) -> Settings:
    """Show what an admin may change, and how."""
    workspace = work.workspace
    rows = [
        ("Workspace", workspace.name),
        ("Time zone", workspace.timezone),
        ("Currency", workspace.currency),
        ("Dates like 03/04", _ORDERS[workspace.date_order]),
    ]
    for position, stage in enumerate(work.stages, 1):
        name, _, probability, _, _ = stage_words(stage)
        rows.append((f"Stage {position}", f"{name}, {stage.kind}, {probability}"))
    rows.append(("Lost reasons", ", ".join(work.lost_reasons)))
    rows.append(("People", _people(work)))
    rows.append(("Digests", _digests(work)))
    return Settings(
        f"Settings of {workspace.name}.",
        ("What", "Value"),
        tuple(rows),
        workspace.name,
        workspace.timezone,
        workspace.currency,
        workspace.date_order or "none",
    )


def change(work: Work, request: SetWorkspace) -> Outcome:
    """Change the workspace's name, zone, currency or order of dates."""
    workspace = work.workspace
    before = (workspace.name, workspace.timezone, workspace.currency, _ORDERS[workspace.date_order])
    if request.name is not None:
        workspace.name = _name(request.name)
    if request.timezone is not None:
        workspace.timezone = _zone(request.timezone)
    warning = _change_currency(work, request.currency) if request.currency is not None else ""
    if request.date_order is not None:
        workspace.date_order = _order(request.date_order)
    after = (workspace.name, workspace.timezone, workspace.currency, _ORDERS[workspace.date_order])
    changes = tuple(
        Change("", label, old, new)
        for label, old, new in zip(("Name", "Time zone", "Currency", "Dates like 03/04"), before, after, strict=True)
        if old != new
    )
    if not changes:
        return Outcome("Nothing to change: that is how the workspace is set.")
    work.session.flush()
    told = ", ".join(f"{one.label[0].lower()}{one.label[1:]} {one.after}" for one in changes)
    return Outcome(f"The workspace has {told} now.{warning}", changes=changes)


def list_reasons(work: Work, _request: ListLostReasons) -> LostReasons:
    """List what is offered when a deal is lost."""
    reasons = tuple(work.lost_reasons)
    offered = "1 reason is" if len(reasons) == 1 else f"{len(reasons)} reasons are"
    return LostReasons(
        f"{offered} offered when a deal is lost.", ("Reason",), tuple((one,) for one in reasons), reasons
    )


def add_reason(work: Work, request: AddLostReason) -> Outcome:
    """Offer another reason for a loss."""
    reason = _reason(request.reason)
    own = list(work.lost_reasons)
    known = _same(own, reason)
    if known is not None:
        raise Conflict(f"“{known}” is offered already.")
    if len(own) >= _MOST_REASONS:
        raise Conflict(f"At most {_MOST_REASONS} reasons are offered. Remove one first: /crm reason list")
    work.workspace.lost_reasons = [*own, reason]
    work.session.flush()
    return Outcome(f"“{reason}” is offered now when a deal is lost.")


def remove_reason(work: Work, request: RemoveLostReason) -> Outcome:
    """Offer a reason no longer."""
    own = list(work.lost_reasons)
    known = _same(own, request.reason)
    if known is None:
        raise NotFound(
            f"There is no reason “{request.reason.strip()}”. These are offered: {', '.join(own)}.", field="reason"
        )
    if len(own) == 1:
        raise Conflict(f"“{known}” is the only reason offered. Add another first: /crm reason add Price")
    work.workspace.lost_reasons = [reason for reason in own if reason != known]
    work.session.flush()
    return Outcome(f"“{known}” is offered no longer; deals lost for it keep it.")


def _change_currency(work: Work, word: str) -> str:
    """Change the currency that totals are in, unless that would make kept figures false; return a word of warning."""
    workspace, code = work.workspace, word.strip().upper()
    if code not in CURRENCIES:
        raise BadInput(f"“{word}” is no currency.", field="currency", example="/crm settings currency EUR")
    if code == workspace.currency:
        return ""
    if _count(work, CurrencyRate):
        raise Conflict(
            f"The currency stays {workspace.currency}: the workspace has rates, which are in it and would be false in "
            f"{code}. Export, and import into a new workspace with that currency."
        )
    if _count(work, Customer, Customer.lifetime_value_minor.is_not(None)):
        raise Conflict(
            f"The currency stays {workspace.currency}: customers have lifetime values in it, which would be false in "
            f"{code}. Take those back first."
        )
    old, workspace.currency = workspace.currency, code
    foreign = _count(work, Deal, Deal.value_minor.is_not(None), Deal.currency != code)
    if not foreign:
        return ""
    keep = "1 deal keeps its own currency and needs" if foreign == 1 else f"{foreign} deals keep their own and need"
    return f" {keep} a rate to be in totals: crmbot rate set {old} 1.08"


def _count(work: Work, kind: type[CurrencyRate | Customer | Deal | DigestSubscription], *conditions: object) -> int:
    count: int | None = work.session.scalar(
        select(func.count()).select_from(kind).where(kind.workspace_id == work.workspace_id, *conditions)  # type: ignore[arg-type]  # conditions of columns
    )
    return count or 0


def _people(work: Work) -> str:
    """Return how many people have each role."""
    rows = work.session.execute(
        select(User.role, func.count())
        .where(User.workspace_id == work.workspace_id, User.active)
        .group_by(User.role)
        .order_by(User.role)
    )
    return ", ".join(f"{count} {role}{'' if count == 1 else 's'}" for role, count in rows)


def _digests(work: Work) -> str:
    names = work.session.scalars(
        select(DigestSubscription.name)
        .where(DigestSubscription.workspace_id == work.workspace_id)
        .order_by(DigestSubscription.name)
    )
    return ", ".join(names) or "none yet: /digest add"


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not 0 < len(name) <= _MOST_NAME:
        raise BadInput(f"A workspace's name has 1 to {_MOST_NAME} characters.", field="name")
    return name


def _zone(text: str) -> str:
    if text not in available_timezones():
        raise BadInput(f"“{text}” is no time zone.", field="timezone", example="/crm settings zone Europe/Berlin")
    return text


def _order(text: str) -> str | None:
    word = text.casefold()
    if word not in ("dmy", "mdy", "none", ""):
        raise BadInput("Dates are read dmy, mdy or none.", field="date_order", example="/crm settings dates dmy")
    return word if word in ("dmy", "mdy") else None


def _reason(text: str) -> str:
    reason = " ".join(text.split())
    if not fold_name(reason) or len(reason) > _MOST_REASON:
        raise BadInput(f"A reason has 1 to {_MOST_REASON} characters.", field="reason", example="/crm reason add Price")
    return reason


def _same(reasons: list[str], word: str) -> str | None:
    key = fold_name(word)
    return next((reason for reason in reasons if fold_name(reason) == key), None)
