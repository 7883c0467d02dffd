"""A TNEF stream as a mail's reader wants it: one text, and the files."""

from dataclasses import dataclass, field

from crmbot.mail.message.decoding import clean_text, decode_bytes
from crmbot.mail.message.html import html_to_text
from crmbot.mail.tnef.compression import decompress
from crmbot.mail.tnef.rtf import is_html, read_rtf
from crmbot.mail.tnef.stream import Attribute, Value, read_attributes, read_properties

MOST_BYTES = 32 * 1024 * 1024
_MOST_FILES = 100
_MOST_TEXT = 1024 * 1024
_MOST_NAME = 255


class _Attributes:
    """Ids of attributes."""

    BODY, PROPERTIES, CODEPAGE = 0x800C, 0x9003, 0x9007
    FILE, TITLE, CONTENT, FILE_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005


_PLAIN, _HTML, _RTF, _INTERNET_CODEPAGE = 0x1000, 0x1013, 0x1009, 0x3FDE
_LONG_NAME, _SHORT_NAME, _TYPE, _DATA, _CONTENT_ID, _HIDDEN = 0x3707, 0x3704, 0x370E, 0x3701, 0x3712, 0x7FFE


@dataclass(slots=True)
class TnefFile:
    """A file inside; `inline` when the text shows it as a picture."""

    name: str = ""
    type: str = ""
    content: bytes = b""
    inline: bool = False


@dataclass(slots=True)
class Tnef:
    """What a stream holds."""

    text: str = ""
    files: list[TnefFile] = field(default_factory=list)


def read_tnef(raw: bytes) -> Tnef:
    """Read a stream as far as it goes; over its caps the rest is left out."""
    found = Tnef()
    charset = "cp1252"
    plain = b""
    properties: dict[int, Value] = {}
    for attribute in read_attributes(raw[:MOST_BYTES]):
        match attribute.id:
            case _Attributes.CODEPAGE:
                charset = _charset(int.from_bytes(attribute.data[:4], "little"))
            case _Attributes.BODY:
                plain = attribute.data
            case _Attributes.PROPERTIES:
                properties = properties or read_properties(attribute.data)
            case _Attributes.FILE if len(found.files) < _MOST_FILES:
                found.files.append(TnefFile())
            case _ if found.files:
                _add_to_file(found.files[-1], attribute, charset)
    found.text = _text(properties, plain, charset)
    found.files = [file for file in found.files if file.name or file.content]
    return found


def _add_to_file(file: TnefFile, attribute: Attribute, charset: str) -> None:
    match attribute.id:
        case _Attributes.TITLE:
            file.name = file.name or _name(Value(attribute.data), charset)
        case _Attributes.CONTENT:
            file.content = attribute.data
        case _Attributes.FILE_PROPERTIES:
            properties = read_properties(attribute.data)
            named = properties.get(_LONG_NAME) or properties.get(_SHORT_NAME)
            file.name = _name(named, charset) if named else file.name
            file.type = _name(properties.get(_TYPE, Value(b"")), charset).lower()
            hidden = properties.get(_HIDDEN, Value(b"")).data[:1] == b"\x01"
            file.inline = hidden or _CONTENT_ID in properties
            if not file.content and _DATA in properties:
                file.content = properties[_DATA].data


def _text(properties: dict[int, Value], plain: bytes, charset: str) -> str:
    """Return the text: the plain one, else what HTML or RTF show."""
    body = properties.get(_PLAIN) or Value(plain)
    text = _decode(body, charset)
    if text.strip():
        return text
    html = properties.get(_HTML)
    if html:
        named = int.from_bytes(properties.get(_INTERNET_CODEPAGE, Value(b"")).data[:4], "little")
        return clean_text(html_to_text(_decode(html, _charset(named) if named else charset)))
    rtf = decompress(properties.get(_RTF, Value(b"")).data)
    said = read_rtf(rtf, charset)
    return clean_text(html_to_text(said) if is_html(rtf) else said)[:_MOST_TEXT]


def _decode(value: Value, charset: str) -> str:
    data = value.data[:_MOST_TEXT]
    text = data.decode("utf-16-le", "replace") if value.unicode else decode_bytes(data, charset)
    return clean_text(text.rstrip("\0"))


def _name(value: Value, charset: str) -> str:
    return " ".join(_decode(value, charset).split())[:_MOST_NAME]


def _charset(codepage: int) -> str:
    known = {65001: "utf-8", 20127: "ascii", 28591: "latin-1", 28605: "iso-8859-15", 50220: "iso-2022-jp"}
    known |= {51932: "euc-jp", 936: "gb18030", 20866: "koi8-r", 1200: "utf-16-le"}
    name = known.get(codepage, f"cp{codepage}")
    try:
        b"".decode(name)
    except LookupError:
        return "cp1252"
    return name
