"""A digest's message: its numbers by the report engine, its words by the surface that it goes to."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from crmbot.crm.answers import ReportAnswer
from crmbot.crm.digests import lost_reasons
from crmbot.crm.occasions import Composed, Occasion, Reading
from crmbot.crm.policy import Policy
from crmbot.reports.digests.base import Digest
from crmbot.reports.rendering.envelope import as_envelope
from crmbot.reports.values import Report, ReportSettings
from crmbot.service import compute_digest
from crmbot.slack.blocks.limits import fit
from crmbot.slack.blocks.primitives import context, stack
from crmbot.slack.blocks.reports import report_message
from crmbot.slack.digests import render
from crmbot.slack.message import Message
from crmbot.slack.reader import Reader

MailRenderer = Callable[[str, Digest | Report, str], dict[str, Any]]
"""Turns a digest's name, its values and a late note into what a mail's outbox row carries."""


class DigestComposer:
    """Composes any subscription's digest; the same numbers that the API gives at the same moment."""

    def __init__(
        self, policy: Policy, settings: ReportSettings, render_mail: MailRenderer, *, prefix: str = ""
    ) -> None:
        self._policy, self._settings, self._render_mail = policy, settings, render_mail
        self._prefix = prefix

    def __call__(self, session: Reading, occasion: Occasion) -> Composed:
        """Compute in the session's snapshot and render; CrmError says why there can be no digest."""
        digest = occasion.digest
        values = self._compute(session, occasion)
        late = occasion.late or ""
        if digest.channel is not None:
            kind, destination = "slack.post", digest.channel
            payload = self._as_slack(session, values, late).kept | {"about": _references(_numbers(values))}
        else:
            kind, destination = "mail.send", digest.to_email or ""
            payload = self._render_mail(digest.name, values, late)
        return Composed(kind, destination, payload, _numbers(values), isinstance(values, Digest) and values.is_empty)

    def _as_slack(self, session: Reading, values: Digest | Report, late: str) -> Message:
        if isinstance(values, Digest):
            reasons = lost_reasons(session, values.workspace_id, self._policy)
            return render(values, late=late, lost_reasons=reasons, prefix=self._prefix)
        answer = ReportAnswer(f"{values.title} report.", name=values.name, report=values)
        message = report_message(answer, Reader(ZoneInfo(values.meta.timezone), values.meta.as_of, shared=True))
        return fit(replace(message, blocks=(*stack(context(late) if late else None), *message.blocks)))

    def _compute(self, session: Reading, occasion: Occasion) -> Digest | Report:
        return compute_digest(session, occasion.digest, occasion.as_of, self._policy, self._settings)


def _references(numbers: Any) -> list[str]:
    """Return the numbers of the records that a digest shows, in its order: D-17, A-4."""
    found: list[str] = []
    if isinstance(numbers, dict):
        found = [value for name, value in numbers.items() if name == "reference" and isinstance(value, str)]
        numbers = list(numbers.values())
    if isinstance(numbers, list):
        found += [reference for one in numbers for reference in _references(one)]
    return list(dict.fromkeys(found))


def _numbers(values: Digest | Report) -> dict[str, Any]:
    numbers: dict[str, Any] = values.as_json() if isinstance(values, Digest) else as_envelope(values)["data"]
    return numbers
