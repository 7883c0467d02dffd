"""Where words are said: in the titles of proposals, and in the texts of activities and notes."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import bindparam, func, literal_column, or_, select

from crmbot.crm.answers import Hit, Link
from crmbot.crm.lookup.texts import may_say
from crmbot.crm.lookup.words import letters, literal, pattern
from crmbot.crm.views import about_links, load_names
from crmbot.crm.work import Work
from crmbot.domain.identity import fold_name
from crmbot.domain.ids import Kind, parse_reference, reference
from crmbot.domain.nouns import titled
from crmbot.models import Activity, Deal, Note, Proposal
from crmbot.store.prepared import Prepared

LATEST = 2_000
"""So many of the latest proposals, activities and notes are looked through: no index finds words of texts."""
_LONGEST = 2_000
"""So much of a text is read."""
_EXCERPT = 50
_UNSEEN = str.maketrans("", "", ".'")


def _saying(kind: Any, *texts: Any) -> Prepared:
    """Return what gives id and text of those that may say the bound word, from the bound id on, the latest first."""
    said: Any = literal_column("''")
    for text in texts:
        said = said.concat(func.coalesce(func.substr(text, 1, _LONGEST), "")).concat("\n")
    latest = (kind.workspace_id == bindparam("workspace"), kind.id >= bindparam("since"))
    may = or_(*(may_say(text, pattern("word"), pattern("letters")) for text in texts))
    return Prepared(select(kind.id, said).where(*latest, may).order_by(kind.id.desc()))


_TEXTS: Mapping[type[Proposal | Activity | Note], tuple[str, Prepared]] = {
    Proposal: (Kind.PROPOSAL, _saying(Proposal, Proposal.title)),
    Activity: (Kind.ACTIVITY, _saying(Activity, Activity.subject, Activity.notes, Activity.outcome)),
    Note: ("note", _saying(Note, Note.text)),
}
_SINCE = Prepared(
    select(
        *(
            # ids begin with their time, and the primary key has them in order
            select(kind.id)
            .where(kind.workspace_id == bindparam("workspace"))
            .order_by(kind.id.desc())
            .offset(LATEST - 1)
            .limit(1)
            .scalar_subquery()
            for kind in _TEXTS
        )
    )
)
"""The last of the latest of each."""
_NUMBERED: Mapping[Kind, tuple[type[Proposal | Activity], Prepared]] = {
    kind: (
        model,
        Prepared(
            select(model).where(model.workspace_id == bindparam("workspace"), model.number == bindparam("number"))
        ),
    )
    for kind, model in ((Kind.PROPOSAL, Proposal), (Kind.ACTIVITY, Activity))
}


def numbered(work: Work, kind: str | None, words: str) -> Iterator[Hit]:
    """Yield the proposal or activity of a number: P-37, A-12."""
    parsed = parse_reference(words)
    if parsed is None or parsed[0] not in _NUMBERED or kind not in {None, "", parsed[0]}:
        return
    model, statement = _NUMBERED[parsed[0]]
    for row in work.all(statement, model, number=parsed[1]):
        yield _hit(work, row, "")


def mentions(work: Work, kind: str | None, words: Sequence[str], most: int) -> tuple[list[Hit], bool]:
    """Return what says all the folded words, each at the beginning of one of its own; and whether older was left out.

    The latest come first, at most so many of a kind. A note has no number: what it is about stands for it.
    """
    hits: list[Hit] = []
    is_cut = False
    longest = max(words, key=len)
    patterns = {"word": f"%{literal(longest)}%", "letters": letters(longest)}
    for (model, (name, statement)), since in zip(_TEXTS.items(), work.values(_SINCE)[0], strict=True):
        if kind not in {None, "", name}:
            continue
        is_cut = is_cut or since is not None
        said = {"workspace": work.workspace_id, "since": since or "", **patterns}
        texts = ((row_id, text) for row_id, text in statement.stream(work.connection, said) if _says(text, words))
        found = dict(islice(texts, most))
        work.load(model, found)
        load_names(work, [work.get(model, row_id) for row_id in found])
        hits += [_hit(work, work.get(model, row_id), _excerpt(text, words[0], model)) for row_id, text in found.items()]
    return [hit for hit in hits if hit.link.reference], is_cut


def _says(text: str, words: Sequence[str]) -> bool:
    if text.isascii():
        # most texts: what they don't even hold needs no folding
        plain = text.lower().translate(_UNSEEN)
        if not all(word in plain for word in words):
            return False
    folded = f" {fold_name(text)}"
    return all(f" {word}" in folded for word in words)


def _excerpt(text: str, word: str, model: type[Any]) -> str:
    """Return the words around the one that was found; nothing where an activity's subject has it."""
    if model is Activity:
        subject, _, text = text.partition("\n")
        if _says(subject, [word]):
            return ""
    said = text.split()
    at = next((place for place, one in enumerate(said) if fold_name(one).startswith(word)), 0)
    start = max(at - 3, 0)
    told = " ".join(said[start:])
    cut = told if len(told) <= _EXCERPT else f"{told[:_EXCERPT].rsplit(' ', 1)[0]} …"
    return f"“{'… ' if start else ''}{cut}”"


def _hit(work: Work, row: Proposal | Activity | Note, excerpt: str) -> Hit:
    if isinstance(row, Proposal):
        deal: Deal | None = work.get(Deal, row.deal_id)
        of = f"{reference(Kind.DEAL, deal.number)} {deal.title}" if deal is not None else ""
        return Hit(Link(reference(Kind.PROPOSAL, row.number), row.title), Kind.PROPOSAL, _told(titled(row.status), of))
    about = about_links(work, row)
    names = ", ".join(f"{one.reference} {one.title}" for one in about[:2])
    if isinstance(row, Activity):
        link = Link(reference(Kind.ACTIVITY, row.number), row.subject)
        return Hit(link, Kind.ACTIVITY, _told(titled(row.kind), names, excerpt))
    first = about[0] if about else Link("", "")
    parsed = parse_reference(first.reference)
    return Hit(first, parsed[0] if parsed else Kind.ACTIVITY, (f"Note: {excerpt}",))


def _told(*facts: str) -> tuple[str, ...]:
    return tuple(fact for fact in facts if fact)
