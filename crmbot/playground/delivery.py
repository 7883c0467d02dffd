"""How what Slack sends gets to the product: signed over HTTP, or as an envelope through the open socket."""

import http.client
import json
import time
from urllib.parse import urlsplit

from crmbot.playground.links import Links
from crmbot.playground.records import Answer, Json, Sent
from crmbot.playground.signing import retry_headers, signed_headers
from crmbot.playground.state import Clock, Workspace

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


class Courier(Workspace):
    """A workspace that delivers; `patience` is how many seconds a silent product is waited for."""

    def __init__(self, clock: Clock = time.time) -> None:
        """Start with nothing sent."""
        super().__init__(clock)
        self.patience = 10.0
        self.links = Links(self)

    def redeliver(self, answer: Answer, number: int = 1, reason: str = "http_timeout") -> Answer:
        """Send an event again as Slack does: same event id, new signature or envelope, retry headers."""
        sent = answer.sent
        if not sent.url:
            return self._through_socket("events_api", sent.payload, (number, reason))
        headers = signed_headers(self.signing_secret, self.clock(), sent.body, sent.headers["Content-Type"])
        return self.post(Sent(sent.url, sent.body, {**headers, **retry_headers(number, reason)}, sent.payload))

    def replay(self, answer: Answer) -> Answer:
        """Send the very same bytes and headers again, as somebody who captured them would."""
        return self.post(answer.sent)

    def post(self, sent: Sent) -> Answer:
        """Send one request and wait for its answer; status 0 stands for none."""
        with self.changed:
            self.sent.append(sent)
        target = urlsplit(sent.url)
        connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=self.patience)
        begun = time.monotonic()
        try:
            path = target.path + (f"?{target.query}" if target.query else "")
            connection.request("POST", path, sent.body, sent.headers)
            response = connection.getresponse()
            body = response.read()
            headers = {name.lower(): text for name, text in response.getheaders()}
            return Answer(response.status, body, time.monotonic() - begun, sent, headers, _payload(body, headers))
        except (OSError, http.client.HTTPException):
            return Answer(0, b"", time.monotonic() - begun, sent)
        finally:
            connection.close()

    def deliver(
        self,
        url: str | None,
        kind: str,
        payload: Json,
        body: bytes,
        content_type: str,
        *,
        retry: tuple[int, str] | None = None,
    ) -> Answer:
        """Send a payload to an address, or through the socket when there is none."""
        if url is None:
            return self._through_socket(kind, payload, retry)
        headers = signed_headers(self.signing_secret, self.clock(), body, content_type)
        if retry:
            headers.update(retry_headers(*retry))
        return self.post(Sent(url, body, headers, payload))

    def _through_socket(self, kind: str, payload: Json, retry: tuple[int, str] | None) -> Answer:
        sent = Sent("", b"", {}, payload)
        with self.changed:
            self.sent.append(sent)
        begun = time.monotonic()
        try:
            ack = self.links.send(kind, payload, self.patience, retry=retry)
        except TimeoutError:
            return Answer(0, b"", time.monotonic() - begun, sent)
        body = json.dumps(ack.payload).encode() if ack.payload else b""
        return Answer(200, body, ack.seconds, sent, payload=ack.payload)


def _payload(body: bytes, headers: dict[str, str]) -> Json | None:
    """Read an answer: JSON when it is, else a plain text."""
    if not body.strip():
        return None
    if headers.get("content-type", "").startswith(JSON) or body.lstrip().startswith(b"{"):
        try:
            found = json.loads(body)
        except ValueError:
            return None
        return found if isinstance(found, dict) else None
    return {"text": body.decode("utf-8", "replace")}
