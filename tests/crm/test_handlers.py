"""Tests of the table of use cases: its names stand for functions that take just that request."""

from inspect import Parameter, signature
from typing import get_type_hints

import pytest

from crmbot.crm.handlers import HANDLERS
from crmbot.crm.requests import REQUESTS, FinishDraft, PreviewDigest, Request, ShowHelp, ShowReport

_ANSWERED_ELSEWHERE = {FinishDraft, ShowHelp, ShowReport, PreviewDigest}
"""A draft is finished by Slack, help the language knows; reports and what they are made into are the service's."""


@pytest.mark.parametrize("kind", HANDLERS, ids=lambda kind: kind.__name__)
def test_a_use_case_takes_the_request_it_stands_for(kind: type[Request]) -> None:
    handler = HANDLERS[kind]
    required = [name for name, one in signature(handler).parameters.items() if one.default is Parameter.empty]
    assert [get_type_hints(handler)[name] for name in required][1:] == [kind]


def test_whatever_can_be_asked_has_a_use_case() -> None:
    assert set(REQUESTS.values()) - _ANSWERED_ELSEWHERE <= set(HANDLERS)
