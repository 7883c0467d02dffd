"""Requests about the workspace's own choices: zone, currency, stages, reasons for a loss; and handing work over."""

from dataclasses import dataclass

from crmbot.crm.requests.base import Request


@dataclass(frozen=True)
class SetWorkspace(Request, name="settings.set", permission="crm.settings.edit"):
    """Change the workspace's name, IANA zone, ISO 4217 currency, or how 03/04 is read: dmy, mdy or none."""

    name: str | None = None
    timezone: str | None = None
    currency: str | None = None
    date_order: str | None = None


@dataclass(frozen=True)
class AddLostReason(Request, name="reason.add", permission="crm.settings.edit"):
    """Offer another reason when a deal is lost."""

    reason: str


@dataclass(frozen=True)
class RemoveLostReason(Request, name="reason.remove", permission="crm.settings.edit"):
    """Offer a reason no longer; deals lost for it keep it."""

    reason: str


@dataclass(frozen=True)
class ListLostReasons(Request, name="reason.list", permission="crm.deals.view", writes=False):
    """List what is offered when a deal is lost."""


@dataclass(frozen=True)
class ListStages(Request, name="stage.list", permission="crm.deals.view", writes=False):
    """List the pipeline's stages in order."""


@dataclass(frozen=True)
class AddStage(Request, name="stage.add", permission="crm.stages.edit"):
    """Add a stage; behind the last of its kind unless `after` or `before` names another."""

    name: str
    probability: int | None = None
    after: str | None = None
    before: str | None = None
    kind: str = "open"
    late: bool = False
    stale_after_days: int | None = None
    forecast_category: str | None = None


@dataclass(frozen=True)
class SetStage(Request, name="stage.set", permission="crm.stages.edit"):
    """Change a stage; its deals whose probability was not set by hand follow. `clear` may name stale_after_days."""

    stage: str
    name: str | None = None
    probability: int | None = None
    after: str | None = None
    before: str | None = None
    late: bool | None = None
    stale_after_days: int | None = None
    forecast_category: str | None = None
    clear: tuple[str, ...] = ()


@dataclass(frozen=True)
class RemoveStage(Request, name="stage.remove", permission="crm.stages.edit"):
    """Take a stage out of the pipeline; the deals in it go to `move_to`."""

    stage: str
    move_to: str | None = None


@dataclass(frozen=True)
class Reassign(Request, name="user.reassign", permission="crm.records.edit_all"):
    """Give all open deals, leads and tasks of one user to another; `only` names one of these three."""

    user: str
    to: str
    only: str | None = None
