"""What the reports written by hand share: roundings, amounts, warnings."""

from typing import Any

Figures = dict[str, Any]


def ratio(part: int, whole: int) -> float:
    """Return part / whole rounded half-up to three decimals."""
    return (2000 * part + whole) // (2 * whole) / 1000 if whole else 0.0


def mean(total: int, count: int) -> int:
    """Return total / count rounded half-up."""
    return (2 * total + count) // (2 * count) if count else 0


def left_out(deals: int) -> list[Figures]:
    """Return the deals that could not be converted: of the sample none, which has to be counted all the same."""
    if deals:
        raise SystemExit(f"{deals} deals of the sample have no rate")
    return []


def cents(sums: Any) -> tuple[int, float, float]:
    """Return a count and two amounts in major units."""
    return sums[0], sums[1] / 100, sums[2] / 100


def warning(code: str, message: str, user_id: str | None, user_name: str | None) -> Figures:
    """Return a warning as JSON has it."""
    return {"code": code, "message": message, "user_id": user_id, "user_name": user_name}
