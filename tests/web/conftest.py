"""What tests of the web server's connections share."""

from collections.abc import Iterator

import pytest
from web.serving import Served


@pytest.fixture
def served() -> Iterator[Served]:
    """A web server that answers Slack's requests with what they hold."""
    served = Served()
    yield served
    served.slack.go.set()
    served.server.stop(10)
