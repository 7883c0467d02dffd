"""Cards of the workspace's own choices, with the buttons that change them for those who may."""

import re

from crmbot.crm.choices import Colleague, DigestChoice, Digests, LostReasons, People, Settings, StageChoice, Stages
from crmbot.crm.requests import (
    ListDigests,
    ListLostReasons,
    ListStages,
    ListUsers,
    PauseDigest,
    PreviewDigest,
    RemoveLostReason,
    RemoveStage,
    Request,
    SendDigest,
    SetStage,
    SetUserRole,
    ShowSettings,
)
from crmbot.domain.permissions import Role
from crmbot.domain.stages import StageKind
from crmbot.slack.blocks.primitives import actions, confirmation, context, fields, header, section, stack
from crmbot.slack.forms.asked import Asked, form_button
from crmbot.slack.message import Block, Element, Message
from crmbot.slack.mrkdwn import Mrkdwn, bold, escape, join, one_line
from crmbot.slack.press import press_button, press_menu
from crmbot.slack.reader import Reader, count

LOOKS = ("settings.stages", "settings.reasons", "settings.people", "settings.digests", "settings.back")
"""The buttons that turn from one of these cards to another."""
_ORDERS = {"dmy": "day first", "mdy": "month first", "none": "refused as unclear"}
_MOST_STAGES = 20
_MOST_ROWS = 40
_MOST_DIGESTS = 15
_CHANNEL, _ACCOUNT = re.compile(r"[CG][A-Z0-9]+"), re.compile(r"[UW][A-Z0-9]+")


def settings_message(answer: Settings, reader: Reader) -> Message:
    """Return what the workspace has chosen, each part with the way to change it."""
    said = {row[0]: row[1] for row in answer.rows}
    edit = form_button("Edit …", Asked("settings.set"), "form.edit") if _may(reader, "settings") else None
    stages = " → ".join(name for _, name, kind in reader.stages if kind == StageKind.OPEN)
    blocks = stack(
        header(f"⚙️ Settings of {answer.name}"),
        fields(
            (
                ("Time zone", answer.timezone),
                ("Currency", answer.currency),
                ("Dates like 03/04", _ORDERS[answer.date_order]),
            )
        ),
        actions(edit),
        _part("Stages", stages, _change(reader, "stages", ListStages(), "settings.stages")),
        _part(
            "Lost reasons",
            said["Lost reasons"],
            _change(reader, "settings", ListLostReasons(), "settings.reasons"),
        ),
        _part("People", said["People"], _change(reader, "users", ListUsers(), "settings.people")),
        _part("Digests", said["Digests"], _change(reader, "digests", ListDigests(), "settings.digests")),
    )
    return Message(escape(answer.said), blocks)


def stages_message(answer: Stages, reader: Reader) -> Message:
    """Return the stages in order, each with what can be done with it."""
    may = _may(reader, "stages")
    inner = [stage for stage in answer.stages if stage.kind == StageKind.OPEN]
    rows = [part for stage in answer.stages[:_MOST_STAGES] for part in _stage_row(stage, inner, may)]
    add = form_button("Add a stage …", Asked("stage.add"), "form.add", style="primary") if may else None
    more = _left(len(answer.stages) - _MOST_STAGES, "stage", reader.command('/crm stage set "Demo" 40%'))
    return Message(
        escape(answer.said), stack(header("Stages"), rows, context(more) if more else None, actions(add, _back(reader)))
    )


def reasons_message(answer: LostReasons, reader: Reader) -> Message:
    """Return the reasons that are offered for a loss."""
    may = _may(reader, "settings")
    look = ListLostReasons()
    rows = [
        section(
            one_line(reason),
            accessory=press_button("Remove", RemoveLostReason(reason), then=look) if may else None,
        )
        for reason in answer.reasons[:_MOST_ROWS]
    ]
    more = _left(len(answer.reasons) - _MOST_ROWS, "reason", reader.command("/crm reason remove price"))
    add = form_button("Add a reason …", Asked("reason.add"), "form.add", style="primary") if may else None
    blocks = stack(header("Lost reasons"), rows, context(more) if more else None, actions(add, _back(reader)))
    return Message(escape(answer.said), blocks)


def people_message(answer: People, reader: Reader) -> Message:
    """Return everybody with their role, and the menu that changes it."""
    may = _may(reader, "users")
    shown = sorted(answer.people, key=lambda one: not one.active)[:_MOST_ROWS]
    rows = [section(_person(one), accessory=_role_menu(one) if may else None) for one in shown]
    more = _left(len(answer.people) - len(shown), "person", reader.command("/crm user role @jo manager"))
    add = form_button("Add a person …", Asked("user.add", {"role": "rep"}), "form.add", style="primary")
    blocks = stack(
        header("People"), rows, context(more) if more else None, actions(add if may else None, _back(reader))
    )
    return Message(escape(answer.said), blocks)


def digests_message(answer: Digests, reader: Reader) -> Message:
    """Return the digests with their next moment, and what can be done with each."""
    may = _may(reader, "digests")
    rows = [part for one in answer.digests[:_MOST_DIGESTS] for part in _digest_row(one, may)]
    more = _left(len(answer.digests) - _MOST_DIGESTS, "digest", reader.command("/digest pause NAME"))
    known = {"day": "monday", "time": "08:00", "timezone": str(reader.zone)}
    add = form_button("Add a digest …", Asked("digest.add", known), "form.add", style="primary") if may else None
    nothing = None if rows else context("Nobody is told anything yet: a digest sends a report every week.")
    blocks = stack(header("Digests"), rows, nothing, context(more) if more else None, actions(add, _back(reader)))
    return Message(escape(answer.said), blocks)


def _may(reader: Reader, what: str) -> bool:
    """Say whether the reader may change it; a channel's many readers are shown no buttons."""
    return not reader.shared and reader.permissions is not None and f"crm.{what}.edit" in reader.permissions


def _part(title: str, said: str, change: Element | None) -> Block:
    return section(Mrkdwn(f"*{title}*\n{one_line(said, 600)}"), accessory=change)


def _change(reader: Reader, noun: str, look: Request, action_id: str) -> Element | None:
    return press_button("Change …", look, action_id=action_id) if _may(reader, noun) else None


def _back(reader: Reader) -> Element | None:
    return press_button("All settings", ShowSettings(), action_id="settings.back") if not reader.shared else None


def _left(number: int, noun: str, line: str) -> Mrkdwn | None:
    return Mrkdwn(f"… and {count(number, noun)} more; type `{one_line(line)}`") if number > 0 else None


def _stage_row(stage: StageChoice, inner: list[StageChoice], may: bool) -> tuple[Block, ...]:
    facts: list[str] = [f"{stage.probability} %", stage.forecast_category.replace("_", " ")]
    facts += ["late"] if stage.late else []
    facts += [f"stale after {count(stage.stale_after_days, 'day')}"] if stage.stale_after_days else []
    line = Mrkdwn(f"{bold(stage.name)}  {count(stage.deals, 'deal')}\n{join(facts)}")
    edit = form_button("Edit …", Asked("stage.set", {"stage": stage.key}), "form.edit") if may else None
    moves = _stage_moves(stage, inner) if may and stage in inner else []
    return stack(section(line, accessory=edit), actions(*moves))


def _stage_moves(stage: StageChoice, inner: list[StageChoice]) -> list[Element | None]:
    at, look = inner.index(stage), ListStages()
    before = inner[at - 1] if at else None
    after = inner[at + 1] if at + 1 < len(inner) else None
    up = SetStage(stage.key, before=before.key) if before else None
    down = SetStage(stage.key, after=after.key) if after else None
    beside = before or after
    return [
        press_button("▲ Up", up, then=look, action_id="stage.up") if up else None,
        press_button("▼ Down", down, then=look, action_id="stage.down") if down else None,
        _removal(stage, beside) if beside else None,
    ]


def _removal(stage: StageChoice, beside: StageChoice) -> Element | None:
    """Return the button that takes a stage out; a form asks where its deals go, when it has any."""
    if stage.deals:
        return form_button(
            "Remove …", Asked("stage.remove", {"stage": stage.key, "move_to": beside.key}), "form.remove"
        )
    ask = confirmation("Remove this stage?", f"{stage.name} has no deals. You can undo it.", "Remove")
    return press_button("Remove", RemoveStage(stage.key), then=ListStages(), confirm=ask)


def _person(one: Colleague) -> Mrkdwn:
    account = Mrkdwn(f"<@{one.slack_user_id}>") if one.slack_user_id and _ACCOUNT.fullmatch(one.slack_user_id) else ""
    facts = join([one.role if one.active else "has left", one.email, one.timezone, account])
    return Mrkdwn(f"{bold(one.name)}\n{facts}")


def _role_menu(one: Colleague) -> Element | None:
    """Return the menu of what else a person may become; of who leaves it is told what is still theirs."""
    look = ListUsers()
    if not one.active:
        return press_button("Take back", SetUserRole(one.email, active=True), then=look, action_id="user.back")
    choices: list[tuple[str, Request]] = [
        (f"Make {role}", SetUserRole(one.id, role.value)) for role in Role if role != one.role
    ]
    return press_menu("Change …", "user.role", [*choices, ("Has left", SetUserRole(one.id, active=False))], then=look)


def _digest_row(one: DigestChoice, may: bool) -> tuple[Block, ...]:
    where: str = one.to
    if _CHANNEL.fullmatch(one.to):
        where = Mrkdwn(f"<#{one.to}>")
    elif _ACCOUNT.fullmatch(one.to):
        where = Mrkdwn(f"<@{one.to}>")
    following = Mrkdwn("*paused*" if one.paused else f"next {one_line(one.following)}")
    told = join([one_line(one.schedule), following])
    line = Mrkdwn(f"{bold(one.name)}  sends “{one_line(one.report)}” to {escape(where)}\n{told}")
    if not may:
        return (section(line),)
    look = ListDigests()
    turn = PauseDigest(one.name, resume=one.paused)
    send = confirmation("Send it now?", "It goes out with the figures of this moment.", "Send")
    return stack(
        section(line),
        actions(
            press_button("Resume" if one.paused else "Pause", turn, then=look, action_id="settings.pause"),
            press_button("Preview", PreviewDigest(one.name), action_id="settings.preview"),
            press_button("Send now", SendDigest(one.name), then=look, action_id="settings.send", confirm=send),
        ),
    )
