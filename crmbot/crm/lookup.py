"""Which record a word means: exactly one, a choice, or nothing with the nearest names. Never a guess."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz, process
from sqlalchemy import ColumnElement, or_, select

from crmbot.crm.answers import Link
from crmbot.crm.views import link, load_names, money_of, person
from crmbot.crm.work import Work
from crmbot.domain.identity import fold_name
from crmbot.domain.ids import Kind, is_id, parse_reference, reference
from crmbot.errors import Ambiguous, BadInput, Candidate, NotFound
from crmbot.models import Activity, Alias, Company, Contact, ContactEmail, Deal, Lead, Stage, User

_MOST_CHOICES = 10
_NEAREST = 3
_SCANNED = 2_000
_ALIKE = 60.0

Row = Any


@dataclass(frozen=True, slots=True)
class _Named:
    """How records of a kind are found by name."""

    kind: Kind
    model: type[Any]
    key: Any
    label: Callable[[Row], str]


_NAMED = {
    Kind.DEAL: _Named(Kind.DEAL, Deal, Deal.title_key, lambda row: row.title),
    Kind.LEAD: _Named(Kind.LEAD, Lead, Lead.name_key, lambda row: row.name),
    Kind.CONTACT: _Named(Kind.CONTACT, Contact, Contact.name_key, lambda row: row.name),
    Kind.COMPANY: _Named(Kind.COMPANY, Company, Company.name_key, lambda row: row.name),
}


def find_deal(work: Work, word: str, *, field: str = "deal", outcome: str | None = None) -> Deal:
    """Return the one deal a word means.

    `outcome` is open or closed: such deals are tried first, as only those can be meant. A name that is no deal's own
    may be its company's or contact's.

    Raises:
        Ambiguous: several could be meant.
        NotFound: none is; the nearest names are told.
    """
    named = _NAMED[Kind.DEAL]
    direct = _direct(work, named, word)
    if direct is not None:
        return _as_deal(direct)
    key = fold_name(word)
    for narrowed in _OUTCOMES[outcome]:
        for rung in (_by_name, _by_party):
            found = rung(work, named, key, narrowed)
            if found:
                return _as_deal(_only(work, word, field, found))
    raise _nothing(work, named, word, field)


def find_record(work: Work, kind: Kind, word: str, *, field: str) -> Row:
    """Return the one lead, contact or company a word means; raises as `find_deal` does."""
    named = _NAMED[kind]
    direct = _direct(work, named, word)
    if direct is not None:
        return direct
    if kind in (Kind.CONTACT, Kind.LEAD) and "@" in word:
        found = _by_email(work, kind, word)
    else:
        found = _by_name(work, named, fold_name(word), [])
        if not found and kind is Kind.COMPANY and "." in word:
            found = _rows(work, Company, Company.domain == word.strip().lower())
    if found:
        return _only(work, word, field, found)
    raise _nothing(work, named, word, field)


def exactly_named(work: Work, kind: Kind, word: str, *, field: str) -> Row | None:
    """Return the record of that number or whole name, none when there is none; Ambiguous when several bear it."""
    named = _NAMED[kind]
    direct = _direct(work, named, word)
    if direct is not None:
        return direct
    found = _rows(work, named.model, named.key == fold_name(word))
    return _only(work, word, field, found) if found else None


def find_target(work: Work, word: str, *, field: str = "target") -> Row:
    """Return the deal, contact, lead or company that something is about.

    Names are tried over all four kinds: exact ones first, then beginnings and words in them.
    """
    for named in _NAMED.values():
        found = _numbered(work, named, word)
        if found is not None:
            return found
    own = _own_word(work, word, _NAMED)
    if own is not None:
        return own
    if "@" in word:
        people = [*_by_email(work, Kind.CONTACT, word), *_by_email(work, Kind.LEAD, word)]
        if people:
            return _only(work, word, field, _without_converted(people))
    key = fold_name(word)
    for match in _MATCHES if key else ():
        found_rows: list[Row] = []
        for named in _NAMED.values():
            narrowed = [Deal.outcome == "open"] if named.kind is Kind.DEAL else []
            found_rows += _rows(work, named.model, match(named.key, key), *narrowed)
        if found_rows:
            return _only(work, word, field, _without_parts(_without_converted(found_rows)))
    raise _nothing(work, _NAMED[Kind.DEAL], word, field)


def find_activity(work: Work, word: str, *, field: str = "activity") -> Activity:
    """Return the open activity that a number or the words of its subject mean."""
    parsed = parse_reference(word) or parse_reference(f"{Kind.ACTIVITY.letter}{word.strip()}")
    numbered = parsed is not None and parsed[0] is Kind.ACTIVITY
    if parsed is not None and numbered:
        found = _rows(work, Activity, Activity.number == parsed[1])
    else:
        found = _rows(work, Activity, Activity.id == word) if is_id(word) else []
    found = found or _with_words(work, word)
    if not found and numbered:
        raise NotFound(f"There is no activity {word}.", field=field)
    if not found:
        raise NotFound(f"No open activity has “{word}” in its subject. See yours: /task list", field=field)
    only: Activity = _only(work, word, field, found)
    return only


def find_user(work: Work, word: str, *, field: str = "owner") -> User:
    """Return the user meant by me, a Slack id, an e-mail address or a name."""
    text = word.strip().lstrip("@")
    if text.casefold() == "me" and work.actor.user_id:
        me = work.user(work.actor.user_id)
        if me is not None:
            return me
    users = list(work.session.scalars(select(User).where(User.workspace_id == work.workspace_id, User.active)))
    key = fold_name(text)
    for same in (
        lambda user: text in (user.slack_user_id, user.id),
        lambda user: user.email == text.lower(),
        lambda user: fold_name(user.name) == key,
        lambda user: key and key in (*fold_name(user.name).split(), user.email.partition("@")[0]),
    ):
        found = [user for user in users if same(user)]
        if len(found) == 1:
            return found[0]
        if found:
            raise Ambiguous(word, field, [Candidate(user.email, user.name, (user.email, user.role)) for user in found])
    raise NotFound(
        f"Nobody here is called “{word}”.",
        nearest=[Candidate(user.email, user.name, (user.email,)) for user in users[:_NEAREST]],
        field=field,
    )


def find_stage(work: Work, word: str, *, field: str = "stage") -> Stage:
    """Return the stage of that key or name, or the only one whose name begins so."""
    key = fold_name(word)
    names = {stage.id: (stage.key, fold_name(stage.name)) for stage in work.stages}
    for same in (lambda pair: word in pair or key in pair, lambda pair: bool(key) and pair[1].startswith(key)):
        found = [stage for stage in work.stages if same(names[stage.id])]
        if len(found) == 1:
            return found[0]
    listed = ", ".join(stage.name for stage in work.stages)
    raise BadInput(f"There is no stage “{word}”. The stages are {listed}.", field=field)


def candidate(work: Work, row: Row) -> Candidate:
    """Return what tells a record from its neighbours: owner, stage, value, last touch."""
    named = link(row) or Link(reference(Kind.ACTIVITY, row.number), row.subject)
    facts: list[str] = []
    owner = person(work, getattr(row, "owner_id", None))
    match row:
        case Deal():
            stage = work.get(Stage, row.stage_id)
            company = work.get(Company, row.company_id)
            facts = [stage.name, str(money_of(row) or "no value"), company.name if company else ""]
        case Lead():
            facts = [row.status, row.company_name or "", row.email or ""]
        case Contact():
            company = work.get(Company, row.company_id)
            facts = [row.role or "", company.name if company else ""]
        case Company():
            facts = [row.domain or "", row.industry or ""]
        case Activity():
            facts = [_due(work, row)]
    facts.append(owner.name if owner else "")
    touched = last_touch(work, row)
    if touched:
        facts.append(f"last touch {touched}")
    return Candidate(named.reference, named.title, tuple(fact for fact in facts if fact))


def _due(work: Work, activity: Activity) -> str:
    if activity.due_at is not None:
        return f"due {activity.due_at.astimezone(work.actor.zone):%a %-d %b %Y, %H:%M}"
    return f"due {activity.due_on:%a %-d %b %Y}" if activity.due_on else ""


def last_touch(work: Work, row: Row) -> str | None:
    """Return the day of the last finished activity about a record, in the actor's zone."""
    column = {Deal: Activity.deal_id, Lead: Activity.lead_id, Contact: Activity.contact_id}.get(
        type(row), Activity.company_id if isinstance(row, Company) else None
    )
    if column is None:
        return None
    latest = work.session.scalar(
        select(Activity.completed_at)
        .where(Activity.workspace_id == work.workspace_id, column == row.id, Activity.completed_at.is_not(None))
        .order_by(Activity.created_at.desc())
        .limit(1)
    )
    return f"{latest.astimezone(work.actor.zone):%-d %b %Y}" if latest else None


def _direct(work: Work, named: _Named, word: str) -> Row | None:
    """Find by number, id, or the actor's own word for it."""
    found = _numbered(work, named, word)
    return found if found is not None else _own_word(work, word, (named.kind,))


def _numbered(work: Work, named: _Named, word: str) -> Row | None:
    parsed = parse_reference(word)
    if parsed is not None and parsed[0] is named.kind:
        found = _rows(work, named.model, named.model.number == parsed[1])
        if found:
            return found[0]
    return work.get(named.model, word) if is_id(word) else None


def _own_word(work: Work, word: str, kinds: Collection[Kind]) -> Row | None:
    """Find what the actor chose for a word before; nothing when it means several kinds of record."""
    if work.actor.user_id is None:
        return None
    known = work.session.execute(
        select(Alias.kind, Alias.record_id).where(
            Alias.workspace_id == work.workspace_id,
            Alias.user_id == work.actor.user_id,
            Alias.kind.in_([kind.value for kind in kinds]),
            Alias.word == fold_name(word),
        )
    ).all()
    if len(known) != 1:
        return None
    return work.get(_NAMED[Kind(known[0].kind)].model, known[0].record_id)


def _with_words(work: Work, word: str) -> list[Activity]:
    """Return the open activities with these words in their subject: the actor's own, else anybody's."""
    key = fold_name(word)
    if not key:
        return []
    mine = Activity.owner_id == work.actor.user_id
    for whose in (mine, ~mine | Activity.owner_id.is_(None)):
        subjects = work.session.execute(
            select(Activity.id, Activity.subject)
            .where(Activity.workspace_id == work.workspace_id, Activity.completed_at.is_(None), whose)
            .order_by(Activity.created_at.desc())
            .limit(_SCANNED)
        )
        meant = [row_id for row_id, subject in subjects if key in fold_name(subject)]
        if meant:
            return _rows(work, Activity, Activity.id.in_(meant))
    return []


def _exactly(column: Any, key: str) -> ColumnElement[bool]:
    equal: ColumnElement[bool] = column == key
    return equal


def _begins(column: Any, key: str) -> ColumnElement[bool]:
    between: ColumnElement[bool] = (column >= key + " ") & (column < key + "!")
    return between


def _has_word(column: Any, key: str) -> ColumnElement[bool]:
    return or_(column.startswith(key, autoescape=True), column.contains(" " + key, autoescape=True))


_OUTCOMES: dict[str | None, tuple[tuple[Any, ...], ...]] = {
    None: ((),),
    "open": ((Deal.outcome == "open",), ()),
    "closed": ((Deal.outcome != "open",), ()),
}
_MATCHES = (_exactly, _begins, _has_word)
"""From the surest to the loosest. `_begins` is a range of whole words, which an index answers."""


def _by_name(work: Work, named: _Named, key: str, narrowed: Sequence[Any]) -> list[Row]:
    if not key:
        return []
    for match in _MATCHES:
        found = _rows(work, named.model, match(named.key, key), *narrowed)
        if found:
            return found
    return []


def _by_party(work: Work, _named: _Named, key: str, narrowed: Sequence[Any]) -> list[Row]:
    """Find deals by the name of their company or contact."""
    if not key:
        return []
    for match in (_exactly, _begins):
        companies = select(Company.id).where(Company.workspace_id == work.workspace_id, match(Company.name_key, key))
        contacts = select(Contact.id).where(Contact.workspace_id == work.workspace_id, match(Contact.name_key, key))
        found = _rows(work, Deal, or_(Deal.company_id.in_(companies), Deal.contact_id.in_(contacts)), *narrowed)
        if found:
            return found
    return []


def _by_email(work: Work, kind: Kind, word: str) -> list[Row]:
    address = word.strip().lower()
    if kind is Kind.LEAD:
        return _rows(work, Lead, Lead.email == address)
    owner = select(ContactEmail.contact_id).where(
        ContactEmail.workspace_id == work.workspace_id, ContactEmail.email == address
    )
    return _rows(work, Contact, Contact.id.in_(owner))


def _rows(work: Work, model: type[Any], *conditions: Any) -> list[Row]:
    statement = select(model).where(model.workspace_id == work.workspace_id, *conditions).limit(_MOST_CHOICES + 1)
    return sorted(work.session.scalars(statement), key=lambda row: row.number)


def _without_converted(rows: list[Row]) -> list[Row]:
    """Leave out leads whose contact is among the rows: they are the same person."""
    contacts = {row.id for row in rows if isinstance(row, Contact)}
    return [row for row in rows if not (isinstance(row, Lead) and row.contact_id in contacts)]


def _without_parts(rows: list[Row]) -> list[Row]:
    """When a company is named, its deals and people that carry its name are not other meanings."""
    companies = {row.id for row in rows if isinstance(row, Company)}
    return [row for row in rows if isinstance(row, Company) or getattr(row, "company_id", None) not in companies]


def _only(work: Work, word: str, field: str, rows: list[Row]) -> Row:
    if len(rows) == 1:
        return rows[0]
    load_names(work, rows)
    raise Ambiguous(word, field, [candidate(work, row) for row in rows[:_MOST_CHOICES]])


def _nothing(work: Work, named: _Named, word: str, field: str) -> NotFound:
    statement = (
        select(named.model)
        .where(named.model.workspace_id == work.workspace_id)
        .order_by(named.model.number.desc())
        .limit(_SCANNED)
    )
    rows = list(work.session.scalars(statement))
    names = {index: fold_name(named.label(row)) for index, row in enumerate(rows)}
    near = process.extract(fold_name(word), names, scorer=fuzz.WRatio, limit=_NEAREST, score_cutoff=_ALIKE)
    nearest = [candidate(work, rows[index]) for _, _, index in near]
    hint = f" Did you mean “{nearest[0].title}” ({nearest[0].reference})?" if nearest else ""
    parsed = parse_reference(word)
    missing = f"{parsed[0]} {reference(*parsed)}" if parsed else f"{named.kind} called “{word}”"
    return NotFound(f"There is no {missing}.{hint}", nearest=nearest, field=field)


def _as_deal(row: Row) -> Deal:
    deal: Deal = row
    return deal
