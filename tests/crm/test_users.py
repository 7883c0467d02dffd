"""People of the workspace: roles, the last admin, tokens."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from concurrency import outcomes_of
from factories import Crm, refusal

from crmbot.crm.changes import changes_of
from crmbot.crm.requests import (
    AddUser,
    CreateToken,
    LinkSlackUser,
    ListTokens,
    ListUsers,
    Request,
    RevokeToken,
    SetUserRole,
    ShowSettings,
    Undo,
)
from crmbot.crm.tokens import token_digest
from crmbot.errors import BadInput, Conflict, CrmError, NotFound, Unauthenticated
from crmbot.models import ApiToken, JournalEntry, User


def roles(crm: Crm) -> dict[str, str]:
    """Return everybody's role as it is listed."""
    return {row[0]: row[2] for row in crm.ask(ListUsers(), "vic").rows}


def test_a_person_is_added_with_a_name_of_the_address(crm: Crm) -> None:
    assert crm.do(AddUser("Tim.Low@Ours.example"), "ada").said == "Added Tim Low <tim.low@ours.example> as rep."


@pytest.mark.parametrize(
    ("request_", "error", "words"),
    [
        (AddUser("no address"), BadInput, "is not an e-mail address"),
        (AddUser("a@ours.example", role="boss"), BadInput, "“boss” is no role. There are viewer, rep, manager, admin."),
        (AddUser("a@ours.example", timezone="Mars/Base"), BadInput, "“Mars/Base” is no time zone."),
        (AddUser("JANE@ours.example"), Conflict, "Jane Roe has the address jane@ours.example already, as rep."),
        (AddUser("a@ours.example", slack_user_id="U1"), Conflict, "That Slack account belongs to Jane Roe"),
        (LinkSlackUser("sam@ours.example", "U1"), Conflict, "That Slack account belongs to Jane Roe"),
        (LinkSlackUser("nobody@ours.example", "U2"), NotFound, "No CRM user has the address nobody@ours.example"),
        (SetUserRole("ada", "rep"), Conflict, "Ada Root is the only admin. Make somebody else an admin first."),
        (SetUserRole("ada", active=False), Conflict, "Ada Root is the only admin"),
        (SetUserRole("jane", "boss"), BadInput, "“boss” is no role"),
        (CreateToken("nobody"), NotFound, "Nobody here is called “nobody”."),
        (CreateToken("jane", expires_days=0), BadInput, "A token expires after 1 to 3650 days."),
        (RevokeToken("0" * 26), NotFound, "There is no token"),
    ],
)
def test_a_refusal_says_why_and_changes_nothing(crm: Crm, request_: Request, error: type[CrmError], words: str) -> None:
    crm.do(LinkSlackUser("jane@ours.example", "U1"), "ada")
    before = crm.dump()
    with refusal(error, words):
        crm.do(request_, "ada")
    assert crm.dump() == before


def test_a_second_admin_lets_the_first_go(crm: Crm) -> None:
    crm.do(SetUserRole("max", "admin"), "ada")
    crm.do(SetUserRole("ada", "rep"), "max")
    assert (roles(crm)["Max Chief"], roles(crm)["Ada Root"]) == ("admin", "rep")


def test_of_two_admins_who_end_each_other_at_once_one_stays(any_crm: Crm) -> None:
    crm = any_crm
    crm.do(SetUserRole("max", "admin"), "ada")
    pairs = [(crm.actor("ada"), SetUserRole("max", "rep")), (crm.actor("max"), SetUserRole("ada", "rep"))]
    came = outcomes_of(2, lambda index: crm.service.perform(*pairs[index]))
    assert sum(isinstance(outcome, Conflict) for outcome in came) == 1
    assert len(crm.rows(User, User.role == "admin")) == 1


def test_who_left_has_no_rights_at_once(crm: Crm) -> None:
    token = crm.do(CreateToken("jane"), "ada").secret
    assert token is not None
    crm.do(LinkSlackUser("jane@ours.example", "U1"), "ada")
    assert crm.do(SetUserRole("jane", active=False), "ada").said == "Jane Roe has no rights any more."
    with refusal(Unauthenticated, "No active user has the address jane@ours.example"):
        crm.actor("jane")
    with refusal(Unauthenticated, "The user of this token has no rights any more."):
        crm.service.actor_of_token(token)
    assert crm.service.actor_of_slack(crm.workspace_id, "U1") is None
    assert roles(crm)["Jane Roe"] == "left"


@pytest.mark.parametrize(
    "back", [AddUser("jane@ours.example", role="manager"), SetUserRole("jane@ours.example", "manager", active=True)]
)
def test_who_left_comes_back_with_a_role(crm: Crm, back: Request) -> None:
    crm.do(SetUserRole("jane", active=False), "ada")
    crm.do(back, "ada")
    assert crm.actor("jane").role == "manager"
    assert len(crm.rows(User)) == 5


@pytest.mark.parametrize("word", ["jane", "Jane Roe", "@jane", "U7"])
def test_who_left_is_given_rights_again_by_any_of_their_names(crm: Crm, word: str) -> None:
    crm.do(LinkSlackUser("jane@ours.example", "U7"), "ada")
    crm.do(SetUserRole("jane", active=False), "ada")
    assert crm.do(SetUserRole(word, active=True), "ada").said == "Jane Roe is rep now."


def test_only_a_hash_of_a_token_is_kept(crm: Crm) -> None:
    outcome = crm.do(CreateToken("jane", "script"), "ada")
    assert outcome.secret is not None
    assert outcome.secret.startswith("crm_")
    assert len(outcome.secret) >= 4 + 43
    assert outcome.secret not in outcome.said
    everything = repr(crm.dump())
    assert outcome.secret not in everything
    assert outcome.secret[4:] not in everything
    assert crm.rows(ApiToken)[0].digest == token_digest(outcome.secret, crm.policy.secret_key)
    assert token_digest(outcome.secret, b"another key") != crm.rows(ApiToken)[0].digest
    assert all(outcome.secret not in cell for row in crm.ask(ListTokens(), "ada").rows for cell in row)


def test_a_token_acts_as_its_user(crm: Crm) -> None:
    secret = crm.do(CreateToken("sam"), "ada").secret
    assert secret is not None
    actor = crm.service.actor_of_token(secret)
    assert (actor.name, actor.role, actor.surface, actor.workspace_id) == ("Sam Poe", "rep", "api", crm.workspace_id)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-1],
        lambda text: text.swapcase(),
        lambda text: f" {text}",
        lambda text: text + "x",
        lambda _: "",
        lambda _: "crm_",
        lambda _: "\udcff\x00",
    ],
)
def test_another_text_is_no_token(crm: Crm, change: Callable[[str], str]) -> None:
    secret = crm.do(CreateToken("sam"), "ada").secret
    assert secret is not None
    with refusal(Unauthenticated, "This token is not valid."):
        crm.service.actor_of_token(change(secret))


def test_a_token_ends_on_its_day(crm: Crm) -> None:
    secret = crm.do(CreateToken("sam", expires_days=30), "ada").secret
    assert secret is not None
    crm.clock.advance(timedelta(days=30, seconds=-1))
    assert crm.service.actor_of_token(secret)
    crm.clock.advance(timedelta(seconds=1))
    with refusal(Unauthenticated, "This token is not valid."):
        crm.service.actor_of_token(secret)
    assert crm.ask(ListTokens(), "ada").rows[0][4] == "expired"


def test_a_revoked_token_ends_at_once(crm: Crm) -> None:
    secret = crm.do(CreateToken("sam"), "ada").secret
    assert secret is not None
    token_id = crm.rows(ApiToken)[0].id
    crm.do(RevokeToken(token_id), "ada")
    with refusal(Unauthenticated, "This token is not valid."):
        crm.service.actor_of_token(secret)
    with refusal(Conflict, f"Token {token_id} was revoked already."):
        crm.do(RevokeToken(token_id), "ada")


def test_the_journal_tells_who_made_and_ended_a_token_and_never_the_token(any_crm: Crm) -> None:
    crm = any_crm
    made = crm.do(CreateToken("sam", "ci", expires_days=30), "ada")
    token = crm.rows(ApiToken)[0]
    crm.do(RevokeToken(token.id), "ada")
    entries = [one for one in crm.rows(JournalEntry) if one.request.startswith("token.")]
    assert [(one.request, one.actor_id, one.summary) for one in entries] == [
        ("token.new", crm.user_id("ada"), f"Token {token.id} acts as Sam Poe, rep until {token.expires_at:%Y-%m-%d}."),
        ("token.revoke", crm.user_id("ada"), f"Token {token.id} is revoked."),
    ]
    [new], [ended] = (changes_of(one.changes) for one in entries)
    assert new.after == {"user_id": crm.user_id("sam"), "name": "ci", "expires_at": token.expires_at.isoformat()}
    assert (ended.row_id, ended.before) == (token.id, {"revoked_at": None})
    told = repr([vars(one) for one in entries])
    assert str(made.secret) not in told
    assert token.digest not in told


def test_what_was_done_to_a_token_is_not_undone(crm: Crm) -> None:
    crm.do(CreateToken("sam"), "ada")
    with refusal(Conflict, "end it: crmbot token revoke ID"):
        crm.do(Undo(), "ada")
    crm.do(RevokeToken(crm.rows(ApiToken)[0].id), "ada")
    with refusal(Conflict, "make another: crmbot token create"):
        crm.do(Undo(), "ada")


def test_settings_name_the_stages_and_reasons(crm: Crm) -> None:
    rows = dict(crm.ask(ShowSettings(), "vic").rows)
    assert rows["Currency"] == "USD"
    assert rows["Stage 4"] == "Negotiation, open, 75 %"
    assert rows["Lost reasons"].startswith("Price, Competitor")
