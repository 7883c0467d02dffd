"""The words that one person uses for a record: remembered from a choice, listed, forgotten."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from crmbot.crm.answers import Answer, Link, Outcome, Table
from crmbot.crm.lookup import find_target
from crmbot.crm.requests import ForgetAlias, ListAliases, RememberAlias
from crmbot.crm.views import link
from crmbot.crm.work import Work
from crmbot.domain.identity import fold_name
from crmbot.domain.ids import Kind, parse_reference
from crmbot.errors import BadInput, NotFound
from crmbot.models import Alias, Company, Contact, Deal, Lead, kind_of

_KINDS = {Deal: Kind.DEAL, Lead: Kind.LEAD, Contact: Kind.CONTACT, Company: Kind.COMPANY}
_MODELS = {kind.value: model for model, kind in _KINDS.items()}
_MOST_WORD = 100


def remember(work: Work, request: RememberAlias) -> Outcome:
    """Let a word mean a record from now on, for the actor alone.

    Raises:
        BadInput: the word is empty, too long or a record's number, which means one record already.
    """
    word = usable_word(request.word)
    row = find_target(work, request.record, field="record")
    named = _named(row)
    if keep_word(work, word, row):
        return Outcome(f"“{word}” means {named.reference} {named.title} when you say it.")
    return Outcome(f"“{word}” means {named.reference} {named.title} already.")


@dataclass(frozen=True, slots=True)
class Picked:
    """A choice among several records: the word that was said, and the number of the record that was meant."""

    word: str
    record: str


def with_choice(work: Work, picked: Picked, answer: Answer) -> Answer:
    """Remember a choice beside the effect it finished, so that one undo takes both back; the answer tells of it."""
    try:
        word = usable_word(picked.word)
        row = find_target(work, picked.record)
    except (BadInput, NotFound):
        return answer
    if kind_of(row) not in _KINDS or not keep_word(work, word, row) or not isinstance(answer, Outcome):
        return answer
    return replace(answer, learnt=word)


def keep_word(work: Work, word: str, row: Any) -> bool:
    """Write what the actor means by a word, in place of what it meant before; False when it is known so."""
    user_id = work.actor.user_id
    if user_id is None:
        return False
    kind, key = _KINDS[kind_of(row)], fold_name(word)
    known = work.session.scalar(
        select(Alias).where(
            Alias.workspace_id == work.workspace_id,
            Alias.user_id == user_id,
            Alias.kind == kind.value,
            Alias.word == key,
        )
    )
    if known is not None and known.record_id == row.id:
        return False
    if known is not None:
        # A new row, not a changed one: its id tells when the choice was made.
        work.session.delete(known)
        work.session.flush()
    work.keep(Alias(user_id=user_id, kind=kind.value, word=key, record_id=row.id))
    work.session.flush()
    return True


def forget(work: Work, request: ForgetAlias) -> Outcome:
    """Let a word mean again what everybody means by it; “all” forgets every word of the actor."""
    own = _own(work)
    everything = request.word.strip().casefold() == "all"
    key = fold_name(request.word)
    gone = own if everything else [alias for alias in own if alias.word == key]
    if not gone:
        said = f"You have no word “{request.word.strip()}”." if own and not everything else "You have no words yet."
        raise NotFound(f"{said} See yours: /crm aliases", field="word")
    for alias in gone:
        work.session.delete(alias)
    work.session.flush()
    if everything:
        return Outcome(f"Forgot {len(gone)} of your words." if len(gone) > 1 else "Forgot your only word.")
    return Outcome(f"Forgot what you mean by “{key}”.")


def list_aliases(work: Work, _request: ListAliases) -> Table:
    """List the actor's words with what each means."""
    rows = []
    for alias in _own(work):
        named = link(work.get(_MODELS[alias.kind], alias.record_id))
        rows.append((alias.word, f"{named.reference} {named.title}" if named else "gone"))
    if not rows:
        return Table(
            "You have no words of your own yet. They come from choosing: when a name fits several records and you "
            "pick one, crmbot remembers your pick.",
            ("You say", "You mean"),
            (),
        )
    said = "1 word of yours." if len(rows) == 1 else f"{len(rows)} words of yours."
    return Table(f"{said} To forget one: /crm aliases forget {rows[0][0]}", ("You say", "You mean"), tuple(rows))


def usable_word(text: str) -> str:
    """Return a word fit to be remembered; BadInput when it can't be one."""
    word = " ".join(text.split())
    if not fold_name(word):
        raise BadInput("Which word should mean it?", field="word", example="/crm aliases")
    if len(word) > _MOST_WORD:
        raise BadInput(f"A word of yours has at most {_MOST_WORD} characters.", field="word", example="/crm aliases")
    if parse_reference(word) or word.isdigit():
        raise BadInput(f"“{word}” is a number and means its own record.", field="word", example="/crm aliases")
    return word


def _own(work: Work) -> list[Alias]:
    return list(
        work.session.scalars(
            select(Alias)
            .where(Alias.workspace_id == work.workspace_id, Alias.user_id == work.actor.user_id)
            .order_by(Alias.word, Alias.kind)
        )
    )


def _named(row: Any) -> Link:
    named = link(row)
    assert named is not None  # noqa: S101 - these four kinds have a name
    return named
