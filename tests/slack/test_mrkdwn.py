import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmbot.playground import control_tokens
from crmbot.slack.mrkdwn import Mrkdwn, code, escape, one_line, size, trim, trim_mrkdwn, unescape
from crmbot.slack.prose import prose
from crmbot.slack.reader import count


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Acme renewal", "Acme renewal"),
        ("a & b < c > d", "a &amp; b &lt; c &gt; d"),
        ("<!channel>", "&lt;!channel&gt;"),
        ("*bold*", "\u2217bold\u2217"),
        ("_it_ ~no~ `x`", "\u02cdit\u02cd \u223cno\u223c \u02cbx\u02cb"),
        ("jane_doe@acme.com", "jane_doe@acme.com"),
        ("2*3*4", "2*3*4"),
        (":tada:", "\ua789tada:"),
        ("at 10:30", "at 10:30"),
        ("> quote", "\u00ad&gt; quote"),
        ("a\u202eb\x00c", "abc"),
    ],
)
def test_text_is_shown_as_typed(typed: str, shown: str) -> None:
    assert escape(typed) == shown


def test_mrkdwn_is_escaped_once() -> None:
    assert escape(escape("a & b")) == "a &amp; b"


@given(st.text())
def test_nothing_typed_is_a_control_token(text: str) -> None:
    assert control_tokens(escape(text)) == []
    assert control_tokens(one_line(text)) == []


@given(st.text(), st.integers(2, 50))
def test_trimming_keeps_the_limit_and_shows_that_something_is_missing(text: str, limit: int) -> None:
    kept = trim(text, limit)
    assert size(kept) <= limit
    assert kept == text or kept.endswith("…")
    escaped = trim_mrkdwn(escape(text), limit)
    assert size(escaped) <= limit
    assert control_tokens(escaped) == []


def test_trimming_leaves_no_half_entity_or_link() -> None:
    assert trim_mrkdwn("abc &amp; def", 9) == "abc…"
    assert trim_mrkdwn("see <https://example.com|the page>", 20) == "see…"


def test_templates_escape_what_they_are_given() -> None:
    class Nothing:
        overdue = due_today = stale = ()
        triage = 0
        whose = None

    class Reader:
        def command(self, _line: str) -> str:
            return "<!here> *x*"

    text = prose("today", today=Nothing(), reader=Reader(), waits=False)
    assert isinstance(text, Mrkdwn)
    assert "&lt;!here&gt; \u2217x\u2217" in text


@pytest.mark.parametrize(
    ("number", "noun", "words"),
    [(0, "deal", "0 deals"), (1, "activity", "1 activity"), (2, "activity", "2 activities"), (3, "day", "3 days")],
)
def test_nouns_follow_their_number(number: int, noun: str, words: str) -> None:
    assert count(number, noun) == words


@pytest.mark.parametrize("secret", ["a_-b-_", "_x_*y*~z~", "crm_ab__cd-_-", "a`b<c>&"])
def test_what_is_copied_from_code_is_what_was_given(secret: str) -> None:
    shown = unescape(code(secret)[3:-3])
    assert shown.replace("ˋ", "`") == secret  # noqa: RUF001 - a look-alike
