"""What a lead is worth a call by the rules of the config: points added up, and why."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from crmbot.domain.identity import is_public_mailbox_domain

BUSINESS = "business"
"""Stands for every domain where not anybody can have a mailbox."""
ANY = "*"


class LeadFact(StrEnum):
    """What a rule may look at."""

    NAME = "name"
    SOURCE = "source"
    EMAIL = "email"
    EMAIL_DOMAIN = "email_domain"
    COMPANY_NAME = "company_name"
    STATUS = "status"


class Operator(StrEnum):
    """How a fact is compared with a rule's values; one value that fits is enough, none may fit the `not` ones."""

    IS = "is"
    IS_NOT = "is_not"
    CONTAINS = "contains"
    CONTAINS_NOT = "contains_not"
    BEGINS = "begins"
    ENDS = "ends"


@dataclass(frozen=True, slots=True)
class Rule:
    """Gives a lead points; `label` is how its card explains them, made of the rule when empty."""

    fact: LeadFact
    values: tuple[str, ...]
    points: int
    operator: Operator = Operator.IS
    label: str = ""

    @property
    def words(self) -> str:
        """Why a lead has these points, in few words: “referral”, “business domain”, “any company name”."""
        if self.label:
            return self.label
        what, wanted = self.fact.replace("_", " "), " or ".join(value.replace("_", " ") for value in self.values)
        if self.values == (ANY,):
            return f"{what} {'missing' if self.operator in _REFUSING else 'known'}"
        if self.operator is Operator.IS:
            return f"{wanted} domain" if self.fact is LeadFact.EMAIL_DOMAIN else wanted
        return f"{what} {self.operator.replace('_', ' ')} {wanted}"


@dataclass(frozen=True, slots=True)
class Score:
    """The sum of a lead's points and the rules that gave them, in the config's order."""

    points: int
    given: tuple[Rule, ...] = ()

    @property
    def reasons(self) -> tuple[str, ...]:
        """Return each part as a card shows it: “+20 referral”."""
        return tuple(f"{rule.points:+d} {rule.words}" for rule in self.given)


def score(rules: Iterable[Rule], facts: Mapping[LeadFact, str | None]) -> Score:
    """Add up the points of the rules that fit; `email_domain` is taken from the address."""
    known = {fact: _folded(value or "") for fact, value in facts.items()}
    known[LeadFact.EMAIL_DOMAIN] = known.get(LeadFact.EMAIL, "").rpartition("@")[2]
    given = tuple(rule for rule in rules if _fits(rule, known.get(rule.fact, "")))
    return Score(sum(rule.points for rule in given), given)


def _fits(rule: Rule, value: str) -> bool:
    if rule.values == (ANY,):
        return bool(value) is not (rule.operator in _REFUSING)
    if not value:
        return False
    same = _SAME[rule.operator]
    found = any(_equals(rule, value, wanted, same) for wanted in rule.values)
    return found is not (rule.operator in _REFUSING)


def _equals(rule: Rule, value: str, wanted: str, same: Callable[[str, str], bool]) -> bool:
    if rule.fact is LeadFact.EMAIL_DOMAIN and wanted == BUSINESS:
        return not is_public_mailbox_domain(value)
    return same(value, _folded(wanted))


def _folded(text: str) -> str:
    """Return text for comparing: no case, and words joined alike (“Web form” is web_form)."""
    return "_".join(text.casefold().replace("_", " ").split())


_REFUSING: Collection[Operator] = frozenset({Operator.IS_NOT, Operator.CONTAINS_NOT})
_SAME: Mapping[Operator, Callable[[str, str], bool]] = {
    Operator.IS: str.__eq__,
    Operator.IS_NOT: str.__eq__,
    Operator.CONTAINS: str.__contains__,
    Operator.CONTAINS_NOT: str.__contains__,
    Operator.BEGINS: str.startswith,
    Operator.ENDS: str.endswith,
}
