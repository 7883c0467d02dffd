"""The way to the mail server that mail leaves through: connections that are logged in, by password or access token."""

import contextlib
import smtplib
import ssl
from collections.abc import Iterator

from crmbot.config.settings import SmtpSettings
from crmbot.errors import SendFailed
from crmbot.mail.lines import answer_line, error_line, one_line
from crmbot.mail.oauth import AccessTokens, TokenFailed, refusal_of

TIMEOUT_S = 10.0
REFUSED = (smtplib.SMTPSenderRefused, smtplib.SMTPDataError, smtplib.SMTPHeloError, smtplib.SMTPConnectError)

_DONE = 250
_FOR_GOOD = range(500, 600)
_REFUSED_WAIT_S = 600
"""After a refused log-in: servers lock accounts that are tried more often."""
_MECHANISMS = {
    "password": ("password", {"CRAM-MD5", "PLAIN", "LOGIN"}),
    "xoauth2": ("access token by XOAUTH2", {"XOAUTH2"}),
    "oauthbearer": ("access token by OAUTHBEARER", {"OAUTHBEARER"}),
}
"""What `auth` asks of the server: in words, and what the server may call it."""


class Submission:
    """The server that mail leaves through; keeps the access token for the next connection."""

    def __init__(self, settings: SmtpSettings, *, timeout: float = TIMEOUT_S) -> None:
        self._settings, self._timeout = settings, timeout
        self._tokens = AccessTokens(settings, timeout=timeout)

    def open(self) -> smtplib.SMTP:
        """Return a connection that is logged in; close it after use.

        Raises:
            SendFailed: there is none; nothing was sent.
        """
        with self._told():
            try:
                return self._connect()
            except _TokenRefused as refusal:
                if refusal.smtp_code not in _FOR_GOOD:
                    raise
                # It may have ended before its time. Some servers hang up after a refusal, so begin anew.
                return self._connect()

    def _connect(self) -> smtplib.SMTP:
        settings, timeout = self._settings, self._timeout
        context = ssl.create_default_context(cafile=settings.ca_file or None) if settings.tls != "none" else None
        server: smtplib.SMTP
        if settings.tls == "tls":
            server = smtplib.SMTP_SSL(settings.host, settings.port, timeout=timeout, context=context)
        else:
            server = smtplib.SMTP(settings.host, settings.port, timeout=timeout)
        try:
            if settings.tls == "starttls":
                server.starttls(context=context)
            if settings.user:
                self._log_in(server)
        except BaseException:
            server.close()
            raise
        return server

    def _log_in(self, server: smtplib.SMTP) -> None:
        settings = self._settings
        _see_offer(server, settings.auth)
        try:
            if settings.auth == "password":
                server.login(settings.user, settings.password)
            else:
                self._show_token(server)
        except ValueError as error:
            # The library writes ASCII only, and expects base64 of the server; its words may hold the password.
            what = "has letters beyond ASCII" if isinstance(error, UnicodeError) else "met an answer that is not base64"
            raise SendFailed(f"The log-in of {settings.user} {what}.", retry_after=_REFUSED_WAIT_S) from None

    def _show_token(self, server: smtplib.SMTP) -> None:
        answers = _Bearer(self._settings.auth, self._settings.user, self._tokens.fresh())
        try:
            server.auth(self._settings.auth, answers)
        except smtplib.SMTPAuthenticationError as error:
            if error.smtp_code in _FOR_GOOD:
                self._tokens.forget()
            raise _TokenRefused(error, answers.refusal) from error

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Tell failures as sentences for people, with how soon another try is of use."""
        user = self._settings.user
        try:
            yield
        except TokenFailed as failure:
            wait = _REFUSED_WAIT_S if failure.refused else None
            raise SendFailed(f"There is no access token for {user}: {failure}", retry_after=wait) from failure
        except _TokenRefused as error:
            told = one_line(f"{error_line(error)} {refusal_of(error.challenge)}")
            raise SendFailed(
                f"The mail server refused the access token of {user}: {told}", retry_after=_REFUSED_WAIT_S
            ) from error
        except smtplib.SMTPAuthenticationError as error:
            raise SendFailed(
                f"The mail server refused the log-in: {error_line(error)}", retry_after=_REFUSED_WAIT_S
            ) from error
        except REFUSED as error:
            raise SendFailed(f"The mail server refused: {error_line(error)}") from error
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            # The last one is a host that is no name.
            raise SendFailed(f"The mail server can't be reached: {error or type(error).__name__}") from error


class _TokenRefused(smtplib.SMTPAuthenticationError):
    """The server did not take the access token; `challenge` is what it told before it said so."""

    def __init__(self, error: smtplib.SMTPAuthenticationError, challenge: bytes) -> None:
        super().__init__(error.smtp_code, error.smtp_error)
        self.challenge = challenge


class _Bearer:
    """Answers the server in XOAUTH2 or OAUTHBEARER (RFC 7628); keeps the `refusal` that it tells, empty before."""

    def __init__(self, auth: str, user: str, token: str) -> None:
        self._xoauth2 = auth == "xoauth2"
        name = user.replace("=", "=3D").replace(",", "=2C")
        head = f"user={user}" if self._xoauth2 else f"n,a={name},"
        self._first = f"{head}\1auth=Bearer {token}\1\1"
        self.refusal = b""

    def __call__(self, challenge: bytes | None = None, /) -> str:
        """Return the next answer; to a refusal the empty one that lets the server go on to its 535."""
        if not challenge:
            return self._first
        self.refusal = challenge
        return "" if self._xoauth2 else "\1"


def _see_offer(server: smtplib.SMTP, auth: str) -> None:
    """Refuse a log-in that the server does not know, before a word of it is sent."""
    server.ehlo_or_helo_if_needed()
    what, known = _MECHANISMS[auth]
    offered = server.esmtp_features.get("auth", "").split()
    if not known.intersection(offered):
        told = f"only {', '.join(dict.fromkeys(offered))}" if offered else "and offers no log-in at all"
        raise SendFailed(f"The mail server takes no {what}, {told}.", retry_after=_REFUSED_WAIT_S)


def probe(settings: SmtpSettings, *, timeout: float = TIMEOUT_S) -> None:
    """Connect, log in and ask for a sign of life; SendFailed says what is wrong. Nothing is sent."""
    server = Submission(settings, timeout=timeout).open()
    try:
        code, words = server.noop()
    except (smtplib.SMTPException, OSError) as error:
        raise SendFailed(f"The mail server does not answer: {error}") from error
    finally:
        server.close()
    if code != _DONE:
        raise SendFailed(f"The mail server refused: {answer_line(code, words)}")
