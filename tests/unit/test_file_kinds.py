"""What a file is stands in its bytes: a name, or what a browser says, would be a promise of the sender."""

import pytest

from redress.domain.evidence import KINDS, LARGEST_BYTES, Refusal
from redress.domain.file_kinds import NotTaken, media_type
from tests.support.evidence import DOCX, JAR, MAIL, PDF, PNG, PROGRAM, SAMPLES, archive

SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'></svg>"
HTML = b"\xef\xbb\xbf \n<!doctype html><script>alert(1)</script>"
OLD_WORD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def refusal(content: bytes) -> Refusal:
    """Why a file is not taken."""
    with pytest.raises(NotTaken) as refused:
        media_type(content)
    return refused.value.why


def test_there_is_a_sample_of_each_kind_that_is_taken() -> None:
    assert set(SAMPLES) == set(KINDS)


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_file_is_known_by_its_content(kind: str) -> None:
    assert media_type(SAMPLES[kind]) == kind


@pytest.mark.parametrize(
    "content",
    [
        PROGRAM,
        b"\x7fELF\x02\x01\x01" + bytes(200),
        b"\xcf\xfa\xed\xfe" + bytes(200),
        b"#!/bin/sh\nrm -rf /\n",
        SVG,
        HTML,
        b"<?xml version='1.0'?>" + SVG,
        b"%!PS-Adobe-3.0\n",
        b"{\\rtf1\\ansi hello}",
        OLD_WORD,
        b"Rar!\x1a\x07\x01\x00" + bytes(40),
        b"\xcf\xf0\xe8\xe2\xe5\xf2, not UTF-8",
        archive({"holiday.jpg": b"\xff\xd8\xff"}),
        b"PK\x03\x04 and no archive",
        b"\xff\xd8",
        b"RIFF\x24\x00\x00\x00WAVEfmt ",
        b"\x00\x00\x00\x18ftypisom" + bytes(40),
        b"no PDF at its beginning\x00" + PDF,
    ],
)
def test_what_is_no_evidence_is_refused_for_its_kind(content: bytes) -> None:
    assert refusal(content) is Refusal.KIND


@pytest.mark.parametrize("picture", [PNG, PDF, SAMPLES["image/jpeg"], SAMPLES["image/gif"]])
@pytest.mark.parametrize("hidden", [JAR, DOCX])
def test_an_archive_behind_a_picture_is_found(picture: bytes, hidden: bytes) -> None:
    assert refusal(picture + hidden) is Refusal.MIXED


def test_an_archive_before_a_document_is_found() -> None:
    assert refusal(JAR + DOCX) is Refusal.MIXED


@pytest.mark.parametrize(
    "member",
    ["word/vbaProject.bin", "word/activeX/activeX1.bin", "invoice.exe", "a/b.JS", "META-INF/MANIFEST.MF"],
)
def test_a_document_that_could_do_something_is_refused(member: str) -> None:
    parts = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<document/>", member: b"x"}
    assert refusal(archive(parts)) is Refusal.MACROS


def test_macros_of_an_open_document_are_found() -> None:
    parts = {"mimetype": b"application/vnd.oasis.opendocument.text", "Basic/Standard/Module1.xml": b"<x/>"}
    assert refusal(archive(parts, compressed=False)) is Refusal.MACROS


def test_an_open_document_that_only_says_so_is_none() -> None:
    late = {"content.xml": b"<x/>", "mimetype": b"application/vnd.oasis.opendocument.text"}
    assert refusal(archive(late, compressed=False)) is Refusal.KIND
    other = {"mimetype": b"application/epub+zip", "content.xml": b"<x/>"}
    assert refusal(archive(other, compressed=False)) is Refusal.KIND
    packed = {"mimetype": b"application/vnd.oasis.opendocument.text"}
    assert refusal(archive(packed)) is Refusal.KIND


def test_an_archive_of_very_many_parts_is_no_document() -> None:
    many = {f"word/{place}.xml": b"" for place in range(2000)}
    parts = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<document/>", **many}
    assert refusal(archive(parts)) is Refusal.KIND


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf \r\n\t"])
def test_a_file_without_anything_in_it_is_refused(content: bytes) -> None:
    assert refusal(content) is Refusal.EMPTY


def test_a_file_may_be_as_large_as_the_limit_and_no_larger() -> None:
    assert media_type(b"a" * LARGEST_BYTES) == "text/plain"
    assert refusal(b"a" * (LARGEST_BYTES + 1)) is Refusal.TOO_LARGE


def test_a_letter_of_html_is_a_mail_when_it_comes_as_one() -> None:
    assert media_type(MAIL.replace(b"Where", b"<html><script>Where")) == "message/rfc822"


def test_a_few_lines_with_colons_are_no_mail() -> None:
    assert media_type(b"From: me\nAmount: 25\n\nHello\n") == "text/plain"
    assert media_type(b"Date: today\nFrom: me\nand no empty line after\n") == "text/plain"
