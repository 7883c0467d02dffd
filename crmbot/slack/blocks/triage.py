"""Cards of mail that waits: what can be done about it, and where it may go."""

from crmbot.crm.answers import EmailView, Link, Places
from crmbot.crm.requests import AddSender, AttachEmail, ChoosePlace, IgnoreEmail, Request
from crmbot.slack.blocks.primitives import actions, confirmation, context, menu, sentence, stack
from crmbot.slack.message import Element, Message
from crmbot.slack.mrkdwn import escape
from crmbot.slack.press import Press, press_button
from crmbot.slack.reader import Reader, count

_MOST_BUTTONS = 4
_MOST_PLACES = 90
_FORGET = confirmation(
    "Forget this mail?", "Its words and who is in it are removed for good. No undo brings them back.", "Forget it"
)
_DOMAIN = (("Leave its mail aside", "domain"), ("Never log its mail", "never"))


def triage_buttons(email: EmailView, then: Request | None = None) -> list[Element | None]:
    """Return the choices for a mail that waits; none for one that is decided about."""
    if email.state != "triage":
        return []
    row = then is None
    return [
        press_button("Add as contact", AddSender(email.id), then=then, style="primary") if email.has_stranger else None,
        press_button("Attach to…", ChoosePlace(email.id), action_id="email.places"),
        press_button("Leave aside", IgnoreEmail(email.id), then=then, row=row),
        press_button(
            "Ignore sender", IgnoreEmail(email.id, "sender"), then=then, row=row, action_id="email.ignore_sender"
        )
        if email.has_stranger
        else None,
        _domain_menu(email, then, row=row),
        press_button(
            "Forget", IgnoreEmail(email.id, "forget"), then=then, row=row, confirm=_FORGET, action_id="email.forget"
        ),
    ]


def _domain_menu(email: EmailView, then: Request | None, *, row: bool) -> Element | None:
    """Return the choices about all mail of a domain, which ask first: they hold for everybody."""
    reach = email.domain
    if reach is None:
        return None
    told = (
        f"{reach.value} has {count(reach.contacts, 'contact')} and {count(reach.deals, 'open deal')} here. From now on "
        f"nobody's mail with it is logged. A manager lifts this: /crm mail allow {reach.value}"
    )
    ignored = [(label, Press(IgnoreEmail(email.id, scope, sure=True), then, row).value) for label, scope in _DOMAIN]
    confirm = confirmation(f"Ignore {reach.value}?", told, "Ignore it")
    return menu(f"Ignore {reach.value}…", "email.ignore_more", ignored, confirm=confirm)


def places_message(answer: Places, _reader: Reader) -> Message:
    """Return where a mail may go: the likeliest as buttons, the rest in a menu that finds what is typed."""
    email, near = answer.email.id, answer.places[: min(answer.near, _MOST_BUTTONS)]
    buttons = [
        press_button(_named(place), AttachEmail(email, place.reference), action_id=f"email.attach_{n}")
        for n, place in enumerate(near)
    ]
    rest = [
        (_named(place), Press(AttachEmail(email, place.reference)).value)
        for place in answer.places[len(near) : len(near) + _MOST_PLACES]
    ]
    blocks = stack(
        sentence(answer.said),
        actions(*buttons, menu("Another deal, contact or company", "email.attach_other", rest)),
        context("Not among them? /crm attach and the mail's A- number takes any name.") if rest else None,
    )
    return Message(escape(answer.said), blocks)


def _named(place: Link) -> str:
    return f"{place.reference} {place.title}"[:70]
