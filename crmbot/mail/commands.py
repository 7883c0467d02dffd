"""Commands in mail: what a rep's first line, or the tag of the address, asks for; read with the mail's own record."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from crmbot.crm.actors import Actor
from crmbot.crm.answers import Answer, Link, MailAnswer, Outcome
from crmbot.crm.housekeeping import MAIL_KEYS
from crmbot.crm.policy import Policy
from crmbot.crm.requests import AddNote, CreateDeal, CreateTask, ObeyMail, Request
from crmbot.domain.intake import tag_of
from crmbot.errors import Ambiguous, BadInput, Busy, CrmError, MissingFact, NotAllowed, NotFound, Unauthenticated
from crmbot.language.conversation import understand
from crmbot.language.grammar import NOUNS
from crmbot.mail.addresses import ENVELOPE, WISHES, wish_of
from crmbot.mail.fingerprints import bare_subject
from crmbot.mail.slips import refuse_slip
from crmbot.mail.values import Mail
from crmbot.service import CrmService, Delivery

EXAMPLES = {
    "task": "/task fri call back",
    "note": "/note wants 40 seats",
    "log": '/log call "wants 40 seats" 25m',
    "deal": "/deal Acme renewal 40k",
    "lead": "/lead Jane Doe jane@acme.com from referral",
    "contact": "/contact Jane Doe jane@acme.com",
    "company": "/company Acme acme.com",
}
"""What a mail may ask for, each with a line that works."""

_FIRST_LINE = re.compile(r"[/!](?:crm[ \t]+/?)?(?P<noun>[A-Za-z]+)(?=\s|$)(?P<rest>[^\n]*)\n?(?P<more>.*)", re.DOTALL)
_RECORD = re.compile(r"(?<![\w#])#?[LCOD]-?\d+\b", re.IGNORECASE)
_SAID_OF = re.compile(r"\w[^\"“”]*[\"“”]")
"""Words before a quotation: the name of a record, then what was said."""

_MADE_BY_NAME = frozenset({"deal", "lead", "contact", "company"})
_LONGEST = 2_000
_MOST_NEAR = 5


@dataclass(frozen=True, slots=True)
class Command:
    """What a mail asks for: a noun and the rest of its line; `more` are the words below, which a note keeps."""

    noun: str
    rest: str
    more: str = ""

    @property
    def line(self) -> str:
        """The line as it is told back."""
        return f"/{self.noun} {self.rest}".strip()[:300]


@dataclass(frozen=True, slots=True)
class Understood:
    """What a command is understood as: a request, or the sentence that says why not, and a line that would do."""

    request: Request | None = None
    problem: str = ""
    example: str = ""


def command_in(words: str) -> Command | None:
    """Return the command that a person's own words begin with: a first line such as `/task fri call back`."""
    words = words.lstrip()
    if not words.startswith(("/", "!")):
        return None
    found = _FIRST_LINE.match(words[:_LONGEST])
    return Command(found["noun"].lower(), found["rest"].strip(), found["more"].strip()) if found else None


def command_of(mail: Mail, policy: Policy) -> Command | None:
    """Return the command of a mail: its first line, else what the tag of its address makes of it.

    `crm+task@` makes a task of the first line of one's own words, of the subject when there are none or a customer
    reads them; `crm+note@` keeps one's own words.
    """
    said = command_in(mail.text)
    if said is not None:
        return said
    wish = next(_wishes(mail, policy), None)
    if wish is None:
        return None
    words = mail.text.strip()[:_LONGEST]
    if wish == "note":
        return Command("note", "", words or bare_subject(mail.subject))
    private = mail.forwarded is not None or len(mail.to) + len(mail.cc) <= 1
    line = words.partition("\n")[0].strip() if private else ""
    return Command(wish, line or bare_subject(mail.subject))


def understand_command(service: CrmService, actor: Actor, command: Command, about: tuple[Link, ...]) -> Understood:
    """Read a command as this person means it; `about` is what their mail was logged with, the deal first."""
    example = EXAMPLES.get(command.noun)
    if example is None:
        known = ", ".join(f"/{noun}" for noun in EXAMPLES)
        return Understood(None, f"A mail can't ask for “/{command.noun}”. It can be {known}.", EXAMPLES["task"])
    try:
        return Understood(_with_places(_read(service, actor, command, about), about))
    except BadInput as error:
        return Understood(None, str(error), _line(error.example) or example)
    except CrmError as error:
        return Understood(None, str(error), example)


def ask_of(service: CrmService, actor: Actor, mail: Mail, command: Command, logged: MailAnswer) -> ObeyMail:
    """Return what to do about a mail's command, once the mail is logged."""
    try:
        refuse_stranger(mail, actor)
        understood = understand_command(service, actor, command, logged.email.about)
    except NotAllowed as error:
        understood = Understood(None, str(error))
    return ObeyMail(
        logged.email.id,
        command.line,
        understood.request,
        understood.problem,
        understood.example or _example_of(command),
        repeated=logged.repeated,
        logged_entry=logged.entry_id,
    )


@dataclass(frozen=True, slots=True)
class Obeyed:
    """What came of a mail's command; `moved`: the mail itself may be elsewhere now."""

    line: str
    said: str
    refused: bool = False
    repeated: bool = False
    moved: bool = False


def obey(service: CrmService, actor: Actor, asked: ObeyMail, mail: Mail) -> Obeyed:
    """Do what a mail asks for, once however often the mail comes; what is refused is told in the receipt.

    Raises:
        Conflict: another worker took the mail in.
    """
    digest = hashlib.sha256(f"{mail.message_id} {mail.date} {mail.content_hash}".encode()).hexdigest()
    delivery = Delivery(f"{MAIL_KEYS}{digest}:{actor.user_id}")
    try:
        done = _outcome(service.perform(actor, asked, delivery=delivery))
        moved = isinstance(asked.command, CreateDeal)
        return Obeyed(asked.line, done.said, asked.command is None, done.repeated, moved)
    except (Busy, Unauthenticated):
        raise
    except CrmError as error:
        example = _line(error.example) if isinstance(error, BadInput) else _chosen(asked.line, error)
        told = replace(asked, command=None, problem=_in_words(error), example=example or asked.example)
        refused = _outcome(service.perform(actor, told, delivery=delivery))
        return Obeyed(asked.line, refused.said, refused=True, repeated=refused.repeated)


def refuse_stranger(mail: Mail, actor: Actor) -> None:
    """Refuse commands from any address but the person's own, wherever the mail came to.

    Raises:
        NotAllowed: somebody else wrote it; a secret address may have travelled with an answer.
    """
    if mail.sender is None or mail.sender.email != actor.email:
        raise NotAllowed(f"Commands are taken from your own address only, {actor.email}.")


def _read(service: CrmService, actor: Actor, command: Command, about: tuple[Link, ...]) -> Request:
    if command.noun == "note" and not _RECORD.search(command.rest):
        text = "\n".join(part for part in (command.rest, command.more) if part)
        if not about:
            raise BadInput("There is no record of this mail to keep the note with; name one.", example="/note D-17 hot")
        if not text:
            raise BadInput("What should the note say?")
        return AddNote(about[0].reference, text)
    mine = about[0].reference if about else ""
    return _first_understood(service, actor, _ways_to_say(command, mine))


def _ways_to_say(command: Command, mine: str) -> list[str]:
    """Return the lines that a command may stand for, in the order they are tried."""
    said = f"{command.noun} {command.rest}"
    words = command.rest.split(None, 1)
    ways = [said]
    if command.noun == "log" and mine and words and not _names_record(words[1] if len(words) > 1 else ""):
        ways = [f"log {words[0]} {mine} {' '.join(words[1:])}"]
    elif mine and words:
        ways.append(f"{command.noun} {words[0]} {mine} {' '.join(words[1:])}")
    if command.noun in _MADE_BY_NAME and words and not _RECORD.search(command.rest):
        refuse_slip(command.noun, command.rest)
    if command.noun in _MADE_BY_NAME and len(words) > 1 and not _RECORD.search(command.rest):
        ways.append(f"{command.noun} new {command.rest}")
    return ways


def _names_record(rest: str) -> bool:
    return bool(_RECORD.search(rest) or _SAID_OF.match(rest))


def _first_understood(service: CrmService, actor: Actor, ways: list[str]) -> Request:
    """Return what the first of the lines asks for that can be understood.

    What is told otherwise is the first line's mistake; or, when only a fact was missing, the one missing last.
    """
    told: BadInput | None = None
    for line in ways:
        try:
            parsed = understand(service, actor, line)
        except BadInput as error:
            if told is None or (isinstance(told, MissingFact) and isinstance(error, MissingFact)):
                told = error
            continue
        if not parsed.request.WRITES:
            raise BadInput("A mail can't show anything; ask for it in chat.")
        return parsed.request
    raise told or BadInput("The command is empty.")


def _with_places(request: Request, about: tuple[Link, ...]) -> Request:
    """Return the request with the mail's own record where none was named."""
    if isinstance(request, CreateTask) and request.target is None and about:
        return replace(request, target=about[0].reference)
    if isinstance(request, CreateDeal) and request.contact is None and request.company is None:
        people = {one.reference[:1]: one.reference for one in about}
        return replace(request, contact=people.get("C"), company=None if "C" in people else people.get("O"))
    return request


def _wishes(mail: Mail, policy: Policy) -> Iterator[str]:
    """Yield what the tags of the intake addresses ask for."""
    written = [one.email for one in (*mail.to, *mail.cc) if "+" in one.email]
    for name in ENVELOPE:
        written += [value.strip().strip("<>") for value in mail.header_values(name) if "+" in value]
    for address in written:
        wish = wish_of(tag_of(address, policy.intake_addresses) or "")
        if wish in WISHES:
            yield wish


def _chosen(line: str, error: CrmError) -> str | None:
    """Return the line of a task or call with the first of the records that it may mean."""
    if not isinstance(error, Ambiguous) or error.field != "target" or not error.candidates:
        return None
    return f"{line} re:{error.candidates[0].reference}"


def _in_words(error: CrmError) -> str:
    """Return a refusal with the records or names that were near."""
    near = error.candidates if isinstance(error, Ambiguous) else error.nearest if isinstance(error, NotFound) else ()
    told = ", ".join(f"{one.reference} {one.title}" for one in near[:_MOST_NEAR])
    return f"{error} There {'are' if len(near) > 1 else 'is'} {told}." if told else str(error)


def _outcome(answer: Answer) -> Outcome:
    if not isinstance(answer, Outcome):
        raise TypeError(f"the door answered {type(answer).__name__}")
    return answer


def _example_of(command: Command) -> str:
    """Return a line that would do: of the same verb, else of the same noun."""
    noun = NOUNS.get(command.noun)
    verb = noun.by_word.get(command.rest.partition(" ")[0].lower()) if noun else None
    return noun.line(verb, verb.example) if noun and verb and verb.example else EXAMPLES.get(command.noun, "")


def _line(example: str | None) -> str | None:
    return example if example is not None and example.startswith("/") else None
