"""RTF to text; of HTML that Outlook put into RTF ([MS-OXRTFEX]) the HTML."""

import re

_TOKEN = re.compile(
    rb"\\(?P<word>[a-z]{1,32})(?P<number>-?\d{1,10})? ?|\\'(?P<code>[0-9a-fA-F]{2})|\\(?P<sign>[^a-z'])"
    rb"|(?P<brace>[{}])|(?P<text>[^\\{}\r\n]+)|[\r\n]+"
)
_HIDDEN = frozenset(
    {b"fonttbl", b"colortbl", b"stylesheet", b"info", b"pict", b"object", b"themedata", b"datastore", b"listtable"}
)
_SAID = {
    b"par": "\n", b"line": "\n", b"row": "\n", b"tab": "\t", b"cell": "\t", b"emdash": "\u2014", b"endash": "\u2013",
    b"lquote": "\u2018", b"rquote": "\u2019", b"ldblquote": "\u201c", b"rdblquote": "\u201d", b"bullet": "\u2022",
}  # fmt: skip
_SIGNS = {b"~": "\xa0", b"_": "-", b"\\": "\\", b"{": "{", b"}": "}"}
_MOST_DEPTH = 500


def is_html(rtf: bytes) -> bool:
    """Say whether the RTF carries HTML."""
    return b"\\fromhtml" in rtf[:1_000]


def read_rtf(rtf: bytes, charset: str) -> str:
    """Return the text of RTF, or the HTML that it carries."""
    reader = _Reader(charset)
    for token in _TOKEN.finditer(rtf):
        reader.read(token)
    return "".join(reader.out).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class _Reader:
    """Groups and whether they are shown; `out` collects what is."""

    def __init__(self, charset: str) -> None:
        self.out: list[str] = []
        self._charset = charset
        self._hidden = [False]
        self._skip = False

    def read(self, token: re.Match[bytes]) -> None:
        """Take one token."""
        if token["brace"]:
            self._group(opens=token["brace"] == b"{")
        elif token["word"]:
            self._word(token["word"], token["number"])
        elif token["sign"] == b"*":
            # What follows is for programs that know it; a tag of HTML is shown again.
            self._hidden[-1] = True
        elif not self._hidden[-1]:
            self._show(token)

    def _group(self, *, opens: bool) -> None:
        if opens:
            self._hidden.append(self._hidden[-1] or len(self._hidden) > _MOST_DEPTH)
        elif len(self._hidden) > 1:
            self._hidden.pop()

    def _word(self, word: bytes, number: bytes | None) -> None:
        if word == b"htmltag":
            self._hidden[-1] = False
        elif word == b"htmlrtf":
            # Between the two stands what only readers of RTF show.
            self._hidden[-1] = number != b"0"
        elif word in _HIDDEN:
            self._hidden[-1] = True
        elif self._hidden[-1]:
            return
        elif word == b"u" and number:
            self.out.append(chr(int(number) % 0x10000))
            self._skip = True
        elif word in _SAID:
            self.out.append(_SAID[word])

    def _show(self, token: re.Match[bytes]) -> None:
        if token["sign"]:
            self.out.append(_SIGNS.get(token["sign"], ""))
            return
        data = bytes([int(token["code"], 16)]) if token["code"] else token["text"] or b""
        if data and self._skip:
            # After a letter by its number stands one for programs that don't know it.
            data, self._skip = data[1:], False
        self.out.append(data.decode(self._charset, "replace"))
