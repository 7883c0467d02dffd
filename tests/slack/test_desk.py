"""What the desk shows of an answer that was drawn beside its commit."""

import json
from collections.abc import Callable
from typing import Any

from slack_app import Bot, make_dispatcher

from crmbot.crm.actors import Actor
from crmbot.crm.answers import Answer, Outcome
from crmbot.crm.policy import Policy
from crmbot.crm.requests import Request
from crmbot.service import CrmService
from crmbot.slack.http import Dispatcher

LOST = Outcome("Opened D-99 Lost.")


class LosesOnce(CrmService):
    """A service whose first try is drawn and then not saved; beside the second nobody draws, as others wait too."""

    def perform(self, actor: Actor, request: Request, **how: Any) -> Answer:
        meanwhile: Callable[[Answer], object] | None = how.pop("meanwhile", None)
        if meanwhile is not None:
            meanwhile(LOST)
        return super().perform(actor, request, **how)


def test_a_card_drawn_for_what_was_not_saved_is_shown_to_nobody(bot: Bot, serve: Callable[[Dispatcher], str]) -> None:
    url = serve(make_dispatcher(bot.slack, LosesOnce(bot.store, bot.clock, Policy())))
    answer = bot.slack.command(url, "/deal", "new Acme $1k", "U1")
    assert "D-1" in answer.text
    assert "D-99" not in json.dumps(answer.payload)
