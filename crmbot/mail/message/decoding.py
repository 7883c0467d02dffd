"""Bytes to safe text: character sets, encoded words, transfer encodings."""

import binascii
import codecs
import re

# Labels mail carries that Python lacks or that mean a wider set in practice (encoding.spec.whatwg.org).
_ALIASES = {
    "ansi": "cp1252",
    "cp-850": "cp850",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-8859-1": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "latin1": "cp1252",
    "shift_jis": "cp932",
    "x-sjis": "cp932",
    "unicode-1-1-utf-7": "utf-7",
    "utf8mb4": "utf-8",
    "windows-874": "cp874",
    "x-gbk": "gb18030",
    "x-mac-roman": "mac-roman",
    "x-user-defined": "cp1252",
}
# Not character sets of mail, and some of them are slow on hostile input.
_REFUSED = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})
_PLAIN = frozenset({"", "us-ascii", "ascii", "utf-8", "utf8", "unknown-8bit", "8bit", "default"})
_WORD = re.compile(rb"=\?([^?\s]{1,40})\?([bBqQ])\?([^?]{0,4000})\?=")
_SPECIAL = frozenset(',;:<>()[]@"\\')
_FOLD = re.compile(rb"[\r\n]+[ \t]*")
_CONTROL = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127])
# Control characters, lone surrogates, overrides of direction, invisible marks: nothing a store or a screen wants.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)


def clean_text(text: str) -> str:
    """Return the text with plain line ends and without characters that no store or screen should get."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.translate(_CONTROL) if text.isascii() else _UNSAFE.sub("", text)


def decode_bytes(data: bytes, charset: str = "") -> str:
    """Decode by the declared character set; UTF-8 and then Windows-1252 when there is none or it is wrong."""
    label = charset.strip(" '\"").lower()
    if label not in _PLAIN and (codec := _codec(label)):
        try:
            return data.decode(codec, "replace")
        except (LookupError, UnicodeError):
            pass  # a codec that is none for text: the fallbacks follow
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("utf-8" if label.startswith("utf") else "cp1252", "replace")


def decode_header(value: bytes, *, quoting: bool = False, words: bool = True) -> str:
    """Decode a header's value: unfolded, encoded words of RFC 2047 read, safe on one line.

    `quoting` puts an encoded word that holds a comma or bracket in quotes, so that no name turns into addresses.
    Without `words` encoded words stay as they stand.
    """
    if b"\n" in value or b"\r" in value:
        value = _FOLD.sub(b" ", value)
    text = _decode_words(value, quoting=quoting) if words and b"=?" in value else decode_bytes(value)
    if text.isascii() and text.isprintable():
        return text.strip()
    return clean_text(text).replace("\n", " ").strip()


def decode_transfer(data: bytes, encoding: str) -> bytes:
    """Undo a Content-Transfer-Encoding; what breaks its rules is read as far as it goes."""
    if encoding == "base64":
        return _decode_base64(data)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(data)
    return data


def _codec(label: str) -> str | None:
    name = _ALIASES.get(label, label)
    try:
        found = codecs.lookup(name).name.replace("-", "_")
    except (LookupError, ValueError):
        return None
    return None if found in _REFUSED else name


def _decode_base64(data: bytes) -> bytes:
    try:
        return binascii.a2b_base64(data)
    except binascii.Error:
        letters = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
        if len(letters) % 4 == 1:  # one letter left over holds no byte
            letters = letters[:-1]
        return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def _decode_words(value: bytes, *, quoting: bool) -> str:
    out: list[str] = []
    run: list[bytes] = []
    run_charset = ""
    at = 0
    for word in _WORD.finditer(value):
        between = value[at : word.start()]
        charset = word[1].partition(b"*")[0].decode("ascii", "replace").lower()
        # Space between two encoded words is none; a character may be cut between two of the same set.
        if run and (between.strip() or charset != run_charset):
            out.append(_decode_run(run, run_charset, quoting=quoting))
            run = []
        if between.strip() or (between and not at):
            out.append(decode_bytes(between))
        elif between and not run and not out:
            out.append(" ")
        run.append(_decode_word(word[2], word[3]))
        run_charset = charset
        at = word.end()
    if run:
        out.append(_decode_run(run, run_charset, quoting=quoting))
    out.append(decode_bytes(value[at:]))
    return "".join(out)


def _decode_run(run: list[bytes], charset: str, *, quoting: bool) -> str:
    text = decode_bytes(b"".join(run), charset)
    if quoting and _SPECIAL.intersection(text):
        return '"' + text.replace("\\", "").replace('"', "") + '"'
    return text


def _decode_word(encoding: bytes, data: bytes) -> bytes:
    if encoding in b"bB":
        return _decode_base64(data + b"=" * (-len(data) % 4))
    return binascii.a2b_qp(data, header=True)
