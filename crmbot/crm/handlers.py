"""Which use case does what is asked: one table."""

from collections.abc import Callable, Mapping
from typing import Any

from crmbot.crm.answers import Answer
from crmbot.crm.requests import Request
from crmbot.crm.work import Work

Handler = Callable[[Work, Any], Answer]

HANDLERS: Mapping[type[Request], Handler] = {}
