"""A page in a real browser."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, sync_playwright
from servers.programs import BROWSER, require

_FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
_PATIENCE_MS = 15_000


@contextmanager
def open_page() -> Iterator[Page]:
    """Open an empty page; skips the test without a browser, and fails it under CI."""
    path = require(BROWSER)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=_FLAGS)
        page = browser.new_page()
        page.set_default_timeout(_PATIENCE_MS)
        yield page
        browser.close()
