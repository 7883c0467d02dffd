"""How digests say what changed."""

from crmbot.domain.money import Money


def change(now: int, before: int) -> str:
    """Return a number's change in words: 3 more than a week ago."""
    if now == before:
        return "as many as a week ago"
    return f"{abs(now - before):,} {'more' if now > before else 'fewer'} than a week ago"


def signed(money: Money) -> str:
    """Return an amount with its sign: +$1,200."""
    return f"+{money}" if money.minor > 0 else str(money)
