"""What a snapshot looks up for most reports: names, stages, rates, and whether the past differs."""

from functools import lru_cache
from typing import Any

from sqlalchemy import Select, exists, func, select

from crmbot.models import CurrencyRate, Deal, DealVersion, Stage, User
from crmbot.reports.statements import AT, DAY, KEPT, WORKSPACE, Shape, built_once
from crmbot.reports.versions import valid

_STAGE = (Stage.id, Stage.key, Stage.name, Stage.kind, Stage.late, Stage.stale_after_days, Stage.forecast_category)


@built_once
def select_later(versions: Any) -> Select[Any]:
    """Ask whether a table of earlier facts holds any of `as_of`."""
    return select(exists().where(versions.workspace_id == WORKSPACE, versions.valid_to >= AT))


@built_once
def select_users() -> Select[str, str]:
    """Select the names of the workspace's users."""
    return select(User.id, User.name).where(User.workspace_id == WORKSPACE)


@built_once
def select_stages() -> Select[*tuple[Any, ...]]:
    """Select the stages in their order, and whether each was removed before `as_of`."""
    removed = func.coalesce(Stage.removed_at < AT, False).label("removed")
    return select(*_STAGE, removed).where(Stage.workspace_id == WORKSPACE).order_by(Stage.position, Stage.key)


@built_once
def select_rates() -> Select[*tuple[Any, ...]]:
    """Select the latest rate of each currency on or before the report's day."""
    latest = (
        select(CurrencyRate.currency, func.max(CurrencyRate.on).label("on"))
        .where(CurrencyRate.workspace_id == WORKSPACE, CurrencyRate.on <= DAY)
        .group_by(CurrencyRate.currency)
        .subquery()
    )
    return (
        select(CurrencyRate.currency, CurrencyRate.rate)
        .join(latest, (CurrencyRate.currency == latest.c.currency) & (CurrencyRate.on == latest.c.on))
        .where(CurrencyRate.workspace_id == WORKSPACE)
    )


@lru_cache(KEPT)
def select_deals(shape: Shape) -> Select[*tuple[Any, ...]]:
    """Select the deals that the viewer sees, as they were at `as_of`; conditions come besides."""
    of_deal = (Deal.workspace_id == DealVersion.workspace_id) & (Deal.id == DealVersion.deal_id)
    return (
        select(Deal.id, Deal.number, Deal.title, DealVersion.value_minor, DealVersion.currency)
        .join_from(DealVersion, Deal, of_deal)
        .where(Deal.workspace_id == WORKSPACE, *valid(shape))
    )
