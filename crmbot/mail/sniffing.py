"""What a file is by its bytes, whatever its name or the mail says."""

import codecs
import re

UNKNOWN = "application/octet-stream"
_LOOKED_AT = 4_096

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftyp", "video/mp4"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"OggS", "audio/ogg"),
    (8, b"WAVE", "audio/wav"),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"\x1f\x8b", "application/gzip"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"MZ", "application/vnd.microsoft.portable-executable"),
    (0, b"\x7fELF", "application/x-elf"),
    (0, b"\xcf\xfa\xed\xfe", "application/x-mach-binary"),
    (0, b"\xca\xfe\xba\xbe", "application/x-mach-binary"),
    (0, b"\x78\x9f\x3e\x22", "application/ms-tnef"),
    (0, b"-----BEGIN PKCS7", "application/pkcs7-mime"),
    (0, b"-----BEGIN PGP", "application/pgp-encrypted"),
    (0, b"%!PS", "application/postscript"),
    (0, b"L\0\0\0\x01\x14\x02\0", "application/x-ms-shortcut"),
)
_OFFICE = "application/vnd.openxmlformats-officedocument"
_ZIPPED = (
    (b"word/", f"{_OFFICE}.wordprocessingml.document"),
    (b"xl/", f"{_OFFICE}.spreadsheetml.sheet"),
    (b"ppt/", f"{_OFFICE}.presentationml.presentation"),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_NAMES = {
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "msg": "application/vnd.ms-outlook",
    "msi": "application/x-msi",
}
_TEXT_NAMES = {"csv": "text/csv", "tsv": "text/tab-separated-values", "md": "text/markdown", "json": "application/json"}
_MARKUP = tuple(
    (re.compile(pattern, re.IGNORECASE), found)
    for pattern, found in (
        (r"<(?:!doctype\s+)?svg\b", "image/svg+xml"),
        (r"<(?:!doctype\s+html|html|head|body|script|table|iframe)\b", "text/html"),
        (r"<\?xml\b", "text/xml"),
        (r"BEGIN:VCALENDAR", "text/calendar"),
        (r"BEGIN:VCARD", "text/vcard"),
        (r"#!", "text/x-shellscript"),
    )
)
_PREAMBLES = (("<!--", "-->"), ("<?xml", "?>"))
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


def sniff(content: bytes, name: str) -> str:
    """Return the media type of a file; the name decides only between types that look the same."""
    ending = name.rpartition(".")[2].lower()
    for at, magic, found in _MAGIC:
        if content.startswith(magic, at):
            return found
    if content.startswith(_OLE):
        return _OLE_NAMES.get(ending, "application/x-ole-storage")
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zipped(content)
    return _text(content[:_LOOKED_AT], ending) or UNKNOWN


def _zipped(content: bytes) -> str:
    """Tell office files from archives by the names inside; nothing is unpacked."""
    if content[30:38] == b"mimetype":
        named = re.match(rb"[a-z0-9.+/-]{1,90}", content[38:130])
        return named[0].decode("ascii") if named else UNKNOWN
    beginning, end = content[:_LOOKED_AT], content[-16 * _LOOKED_AT :]
    for folder, found in _ZIPPED:
        if b"[Content_Types].xml" in beginning + end and (folder in beginning or folder in end):
            return found
    return "application/zip"


def _text(beginning: bytes, ending: str) -> str:
    if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = beginning.decode("utf-16", "replace")
    elif not beginning or _NOT_TEXT.search(beginning):
        return ""
    else:
        text = beginning.decode("utf-8", "replace")
    text = text.lstrip("\ufeff \t\r\n")
    inner = _without_preamble(text)
    for markup, found in _MARKUP:
        if markup.match(inner) or markup.match(text):
            return found
    return _TEXT_NAMES.get(ending, "text/plain")


def _without_preamble(text: str) -> str:
    """Return what stands below an XML declaration and comments."""
    while opening := next((pair for pair in _PREAMBLES if text.startswith(pair[0])), None):
        _, closed, rest = text.partition(opening[1])
        if not closed:
            break
        text = rest.lstrip()
    return text
