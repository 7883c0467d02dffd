import pytest
from factories import Crm

from crmbot.errors import Unauthenticated
from crmbot.slack.api import SlackApi
from crmbot.slack.people import People


def test_the_first_team_that_speaks_gets_the_only_workspace(crm: Crm) -> None:
    people = People(crm.service, SlackApi(""))
    assert people.workspace("T1").id == crm.workspace_id
    assert crm.service.workspace(crm.workspace_id).slack_team_id == "T1"


def test_another_team_is_refused_once_a_team_has_the_workspace(crm: Crm) -> None:
    people = People(crm.service, SlackApi(""))
    people.workspace("T1")
    with pytest.raises(Unauthenticated, match="not set up"):
        people.workspace("T2")
