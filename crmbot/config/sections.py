"""Reads one section: known keys only, each checked, every mistake noted."""

from collections.abc import Mapping
from dataclasses import Field, fields
from typing import Any, TypeVar

from crmbot.config import checks
from crmbot.config.checks import Check, EnvironmentText
from crmbot.config.mistakes import Mistakes
from crmbot.config.settings import ScoringRule
from crmbot.domain.stages import ForecastCategory, StageKind, StageSpec

Section = TypeVar("Section")

STAGE_CHECKS: Mapping[str, Check] = {
    "key": checks.name,
    "name": checks.name,
    "kind": lambda value: StageKind(checks.one_of(*StageKind)(value)),
    "probability": checks.whole(0, 100),
    "late": checks.flag,
    "stale_after_days": checks.whole(1, 3660),
    "forecast_category": lambda value: ForecastCategory(checks.one_of(*ForecastCategory)(value)),
}


def read_section(kind: type[Section], raw: Any, where: str, mistakes: Mistakes, **given: Any) -> Section:
    """Make the settings of one section from its table; what is missing takes its default."""
    declared: dict[str, Field[Any]] = {f.name: f for f in fields(kind) if "check" in f.metadata}  # type: ignore[arg-type]  # every section is a dataclass, which the type can't say
    known = {name: field.metadata["check"] for name, field in declared.items()}
    values = read_keys(known, raw, where, mistakes)
    for name, field in declared.items():
        if field.metadata.get("required") and name not in as_table(raw):
            mistakes.add(f"{where}.{name}", "is missing")
    return kind(**(given | values))


def read_keys(known: Mapping[str, Check], raw: Any, where: str, mistakes: Mistakes) -> dict[str, Any]:
    """Check the keys of one table and return the values of those that are right."""
    if not isinstance(raw, Mapping):
        mistakes.add(where, f"is a section; write its keys below [{where}]")
    values: dict[str, Any] = {}
    for name, value in as_table(raw).items():
        place = f"{where}.{name}" + (f" ({value.variable})" if isinstance(value, EnvironmentText) else "")
        if name not in known:
            mistakes.add(place, _unknown(name, known))
            continue
        try:
            values[name] = known[name](value)
        except ValueError as error:
            mistakes.add(place, str(error))
    return values


def _unknown(name: str, known: Mapping[str, Check]) -> str:
    if any(word in name.lower() for word in ("password", "token", "secret")):
        return "is a secret; give it in the environment, under the name that config.example.toml lists"
    return "is no key of this section" + checks.nearest(name, known)


def read_stages(raw: Any, mistakes: Mistakes) -> tuple[StageSpec, ...]:
    """Read the pipeline's stages and see that deals can be open, won and lost in them."""
    where = "pipeline.stages"
    stages = []
    for position, item in enumerate(raw, 1):
        values = read_keys(STAGE_CHECKS, item, f"{where}[{position}]", mistakes)
        missing = [name for name in ("key", "name") if name not in item]
        for name in missing:
            mistakes.add(f"{where}[{position}].{name}", "is missing")
        stages.append(StageSpec(**({"key": f"stage_{position}", "name": f"Stage {position}"} | values)))
    for kind in StageKind:
        if not any(stage.kind is kind for stage in stages):
            mistakes.add(where, f"has no stage of the kind {kind}; every pipeline needs one")
    for what, names in (("key", [s.key for s in stages]), ("name", [s.name.casefold() for s in stages])):
        for name in sorted({name for name in names if names.count(name) > 1}):
            mistakes.add(where, f"{checks.shown(name)} is the {what} of several stages; each needs its own")
    return tuple(stages)


def read_rules(raw: Any, mistakes: Mistakes) -> tuple[ScoringRule, ...]:
    """Read the scoring rules."""
    return tuple(
        read_section(ScoringRule, item, f"scoring.rules[{position}]", mistakes) for position, item in enumerate(raw, 1)
    )


def as_table(raw: Any) -> Mapping[str, Any]:
    """Return the table, or an empty one in place of anything else."""
    return raw if isinstance(raw, Mapping) else {}
