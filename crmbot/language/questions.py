"""What a line leaves out: the last word may say it, else it is asked for."""

from typing import Any

from crmbot.errors import MissingFact
from crmbot.language.nearest import nearest
from crmbot.language.reader import Reader
from crmbot.language.refusals import refused

_QUESTIONS = {
    "title": "What is the deal called?",
    "name": "What is the name?",
    "text": "What should it say?",
    "target": "Which deal, contact, lead or company is it about?",
    "stage": "Which stage?",
    "owner": "Who should have it?",
    "into": "Which one stays?",
    "words": "What are you looking for?",
    "email": "Which e-mail address?",
    "activity": "Which task?",
    "to": "Who should take it over?",
    "user": "Whose is it? Name the person.",
    "reason": "Which reason?",
}


_OF_VERBS = {("attach", "email"): "Which mail? Its number is on its card, as A-12."}


def ask_missing(values: dict[str, Any], reader: Reader) -> None:
    """Ask for what is missing."""
    verb = reader.verb
    for field in verb.required:
        if values.get(field) or _last_word(values, reader, field):
            continue
        question = _OF_VERBS.get((verb.name, field)) or _QUESTIONS.get(field, f"Which {field.replace('_', ' ')}?")
        raise MissingFact(question, field=field, example=reader.example, request=verb.request.NAME, known=values)
    if verb.wants and not values.keys() - set(verb.required) - set(verb.fixed):
        raise MissingFact(verb.wants, example=reader.example, request=verb.request.NAME, known=values)


def _last_as_owner(values: dict[str, Any], reader: Reader) -> bool:
    """Take the last word behind a record's name for who gets it, as in “deal assign acme tom”."""
    need = reader.verb.words[0]
    name, _, word = str(values.get(need, "")).rpartition(" ")
    if not name or not word.isalpha():
        return False
    values["owner"], values[need] = word, name
    return True


def _last_word(values: dict[str, Any], reader: Reader, field: str) -> bool:
    """Take the last word of a record's name for a missing choice, as in “deal move acme nego”."""
    fact = next((f for f in reader.verb.facts if f.field == field and f.asked.options), None)
    if field == "owner" and len(reader.words) > 1 and _last_as_owner(values, reader):
        return True
    name, _, word = str(values.get(reader.verb.subject, "") if reader.verb.words else "").rpartition(" ")
    if fact is None or fact.asked.options is None:
        return False
    if not name and reader.verb.words[:1] == ("name",):
        # A choice alone is its own name too: “digest add overdue”.
        found = reader.asked(fact, word, 0) if word else None
        if found is None:
            return False
        values[field] = found.value
        return True
    if not name:
        return False
    found = reader.asked(fact, word, 0)
    if found is None:
        known = [form for forms in fact.asked.options(reader.context).values() for form, _ in forms]
        for slip in (word, f"{name.rpartition(' ')[2]} {word}"):
            if nearest(slip, known, likely=75 if slip is word else 85):
                raise refused(fact, slip, reader.context)
        return False
    values[field], values[reader.verb.words[0]] = found.value, name
    return True
