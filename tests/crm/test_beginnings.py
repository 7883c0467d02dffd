"""What is told of a record that is not there yet: a line that makes it as it stands."""

import re

import pytest
from factories import Crm

from crmbot.crm.requests import CreateContact, CreateDeal
from crmbot.errors import NotFound
from crmbot.language.conversation import understand


@pytest.mark.parametrize(
    ("word", "line"),
    [
        ("jane@globex.com", '/contact new "Jane" jane@globex.com at Globex'),
        ("jane.van.dam@big-corp.de", '/contact new "Jane Van Dam" jane.van.dam@big-corp.de at "Big Corp"'),
        ("bob@gmail.com", '/contact new "Bob" bob@gmail.com'),
        ("Jane Doe", '/contact new "Jane Doe"'),
    ],
)
def test_the_hint_for_an_unknown_contact_can_be_typed_as_it_stands(crm: Crm, word: str, line: str) -> None:
    with pytest.raises(NotFound) as refused:
        crm.do(CreateDeal("Renewal", contact=word))
    assert str(refused.value).endswith(f"Add one: {line}")
    meant = understand(crm.service, crm.actor(), line.removeprefix("/"))
    request = re.sub(r"^/contact new ", "", line)
    assert isinstance(meant.request, CreateContact), request
    crm.do(meant.request)
    crm.do(CreateDeal("Renewal", contact=word))
