import time

import pytest

from crmbot.mail.sniffing import sniff

OFFICE = "application/vnd.openxmlformats-officedocument"


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (b"%PDF-1.7", "x.exe", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "x", "image/png"),
        (b"RIFF\0\0\0\0WEBPVP8", "x.png", "image/webp"),
        (b"MZ\x90", "invoice.pdf", "application/vnd.microsoft.portable-executable"),
        (b"PK\x03\x04....[Content_Types].xml....word/document.xml", "x.docx", f"{OFFICE}.wordprocessingml.document"),
        (b"PK\x03\x04....xl/workbook.xml" + b"0" * 9000 + b"[Content_Types].xml", "x", f"{OFFICE}.spreadsheetml.sheet"),
        (b"PK\x03\x04" + b"0" * 26 + b"mimetypeapplication/vnd.oasis.opendocument.textPK\x03", "x.odt",
         "application/vnd.oasis.opendocument.text"),
        (b"PK\x03\x04 x", "x.docx", "application/zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Forwarded.msg", "application/vnd.ms-outlook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "x", "application/x-ole-storage"),
        (b"<!-- a --><!-- b -->\n<html>", "x.txt", "text/html"),
        (b"<?xml version='1.0'?><!DOCTYPE svg><svg onload=x>", "x.png", "image/svg+xml"),
        (b"<?xml version='1.0'?><a/>", "x.xml", "text/xml"),
        ("\ufeff<svg>".encode("utf-16"), "x.txt", "image/svg+xml"),
        (b"a,b\n1,2", "x.csv", "text/csv"),
        ("Grüße".encode(), "x.pdf", "text/plain"),
        (b"#!/bin/sh", "x.txt", "text/x-shellscript"),
        (b"BEGIN:VCARD", "x.vcf", "text/vcard"),
        (b"\0\1\2", "x.pdf", "application/octet-stream"),
        (b"", "x.pdf", "application/octet-stream"),
    ],
)  # fmt: skip
def test_type_is_what_the_bytes_show(content: bytes, name: str, kind: str) -> None:
    assert sniff(content, name) == kind


@pytest.mark.parametrize(
    "content", [b"<!--" + b"-->" * 300_000, b"<?xml" * 200_000, b" " * 5_000_000, b"<!-- " * 99_999]
)
def test_hostile_content_costs_little(content: bytes) -> None:
    started = time.process_time()
    sniff(content, "x")
    assert time.process_time() - started < 0.3
