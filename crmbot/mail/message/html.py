"""HTML mail to text, in one pass and with what is quoted marked by `>` as in plain mail."""

import re

from lxml import etree

_SKIPPED = frozenset({"script", "style", "head", "title", "template", "noscript", "object", "svg", "select"})
_BLOCKS = frozenset(
    {"address", "article", "aside", "body", "center", "dd", "div", "dl", "dt", "fieldset", "footer", "form"}
    | {"h1", "h2", "h3", "h4", "h5", "h6", "header", "html", "li", "main", "nav", "ol", "pre", "section"}
    | {"table", "tbody", "thead", "tfoot", "tr", "ul", "caption", "blockquote", "p"}
)
_SPACED = frozenset({"p", "h1", "h2", "h3", "h4", "ul", "ol"})
_RULE = "_" * 32
_SIGNATURE = re.compile(
    r"(?:^|\s)(?:gmail_signature|moz-signature|protonmail_signature_block|ms-outlook-mobile-signature|Signature"
    r"|AppleMailSignature|x_Signature|zmail_signature|yahoo-signature|ydp[0-9a-f]*signature|tutanota_signature)\b"
)
_BLANKS = re.compile(r"[ \t\r\n\f\v]+")
_MAX_DEPTH = 8
_MAX_OUT = 400_000
_TAGS = re.compile(r"<[^>]{0,2000}>")


def html_to_text(html: str) -> str:
    """Return the text of an HTML mail: a line per block, `>` before quoted lines, a rule where a rule is."""
    if not html.strip():
        return ""
    target = _Lines()
    parser = etree.HTMLParser(target=target, encoding="utf-8", recover=True, remove_comments=True)
    try:
        parser.feed(html.encode("utf-8", "replace"))
        parser.close()
    except (etree.LxmlError, AssertionError):
        # Too deep or not markup at all: what was read so far, else the text between the tags.
        return target.close() or _TAGS.sub(" ", html)
    return target.close()


class _Lines:
    """Collects lines from the parser's events."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._pieces: list[str] = []
        self._quotes: list[bool] = []
        self._depth = 0
        self._links: list[tuple[str, int]] = []
        self._skipped = 0
        self._pre = 0
        self._size = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in _SKIPPED:
            self._skipped += 1
        elif tag == "br":
            self._break(force=True)
        elif tag in _BLOCKS:
            self._open_block(tag, attributes)
        elif tag == "hr":
            self._break()
            self._pieces.append(_RULE)
            self._break()
        elif tag in {"td", "th"}:
            self._pieces.append(" ")
        elif tag == "a":
            href = attributes.get("href", "")
            address = href[7:].partition("?")[0] if href[:7].lower() == "mailto:" else ""
            self._links.append((address, len(self._pieces)))

    def end(self, tag: str) -> None:
        if tag in _SKIPPED:
            self._skipped = max(0, self._skipped - 1)
        elif tag in _BLOCKS:
            self._break()
            if tag == "blockquote" and self._quotes:
                self._depth -= self._quotes.pop()
            elif tag == "pre":
                self._pre = max(0, self._pre - 1)
            elif tag in _SPACED:
                self._space()
        elif tag == "a" and self._links:
            address, at = self._links.pop()
            # A name that only links to its address: both, as plain mail has them.
            if address and "@" in address and "@" not in "".join(self._pieces[at:]):
                self._pieces.append(f" <{address}>")

    def data(self, text: str) -> None:
        if self._skipped or self._size > _MAX_OUT:
            return
        self._size += len(text)
        if self._pre and "\n" in text:
            for line in text.split("\n"):
                self._pieces.append(line)
                self._break(force=True)
            return
        self._pieces.append(_BLANKS.sub(" ", text) if "\n" in text or "  " in text or "\t" in text else text)

    def close(self) -> str:
        self._break()
        return "\n".join(self._lines).strip("\n")

    def _open_block(self, tag: str, attributes: dict[str, str]) -> None:
        self._break()
        if tag == "blockquote":
            # Editors indent with a blockquote too; they say that it has no border.
            style = attributes.get("style", "").replace(" ", "").lower()
            self._quotes.append("border:none" not in style and "border:0" not in style)
            self._depth += self._quotes[-1]
        elif tag == "pre":
            self._pre += 1
        elif tag in _SPACED:
            self._space()
        elif tag == "li":
            self._pieces.append("- ")
        if attributes:
            names = f"{attributes.get('class', '')} {attributes.get('id', '')}"
            if "ignature" in names and _SIGNATURE.search(names):
                self._put("-- ")

    def _space(self) -> None:
        if self._lines and self._lines[-1].strip("> "):
            self._put("")

    def _break(self, *, force: bool = False) -> None:
        if self._pieces or force:
            line = "".join(self._pieces).strip()
            if line or force:
                self._put(line.replace("\xa0", " "))
            self._pieces.clear()
        if self._links:
            self._links = [(address, 0) for address, _ in self._links[-5:]]

    def _put(self, line: str) -> None:
        depth = min(self._depth, _MAX_DEPTH)
        self._lines.append(f"{'>' * depth} {line}".rstrip(" ") if depth else line)
