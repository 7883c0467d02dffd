"""One line said by somebody, answered: the way that chat, mail and the command line share."""

from collections.abc import Callable
from dataclasses import dataclass

from crmbot.crm.actors import Actor
from crmbot.crm.aliases import Picked
from crmbot.crm.answers import Answer
from crmbot.crm.requests import Request, ShowHelp
from crmbot.language import Context, Parsed, help_for, parse
from crmbot.service import CrmService, Delivery


@dataclass(frozen=True, slots=True)
class Said:
    """What was understood, and what came of it; `echoes` are the dates and amounts as they were read."""

    request: Request
    answer: Answer
    echoes: tuple[str, ...] = ()


def context_of(service: CrmService, actor: Actor, about: str | None = None) -> Context:
    """Return what the actor's words are read against: their zone, and their workspace's words."""
    words = service.vocabulary(actor.workspace_id)
    return Context(
        now=service.clock(),
        zone=actor.zone,
        date_order=words.date_order,
        currency=words.currency,
        stages=words.stages,
        lost_reasons=words.lost_reasons,
        about=about,
    )


def understand(
    service: CrmService, actor: Actor, text: str, command: str = "crm", *, about: str | None = None
) -> Parsed:
    """Read a line as this actor means it; `about` is the record that the line leaves unnamed."""
    return parse(text, context_of(service, actor, about), command=command)


def answer(
    service: CrmService,
    actor: Actor,
    parsed: Parsed,
    *,
    delivery: Delivery | None = None,
    dry_run: bool = False,
    picked: Picked | None = None,
    meanwhile: Callable[[Answer], object] | None = None,
) -> Said:
    """Do what was understood; raises what `CrmService.perform` raises."""
    request = parsed.request
    if isinstance(request, ShowHelp):
        return Said(request, help_for(request.topic))
    dry_run = dry_run or parsed.dry_run
    done = service.perform(actor, request, delivery=delivery, dry_run=dry_run, picked=picked, meanwhile=meanwhile)
    return Said(request, done, parsed.echoes)


def answer_line(
    service: CrmService,
    actor: Actor,
    text: str,
    *,
    command: str = "crm",
    delivery: Delivery | None = None,
    dry_run: bool = False,
) -> Said:
    """Read a line and do what it says."""
    return answer(service, actor, understand(service, actor, text, command), delivery=delivery, dry_run=dry_run)
