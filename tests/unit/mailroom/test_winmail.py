"""winmail.dat is opened, and whatever is wrong with one does no harm."""

import struct

import pytest

from redress.mailroom import read
from redress.mailroom.winmail import unpack
from tests.support.mails import COMPLAINT, mail, multipart

HEAD = struct.pack("<IH", 0x223E9F78, 1)


def item(name: int, data: bytes, length: int | None = None) -> bytes:
    """An object of the stream; its length may be a lie."""
    return struct.pack("<BHHI", 1, name, 6, len(data) if length is None else length) + data + b"\0\0"


def test_text_and_files_in_winmail_are_the_mails() -> None:
    incoming = read(mail("built/winmail"))
    assert incoming.text == "Ich habe meine Auszahlung über 250 Euro nicht bekommen."
    assert [one.media_type for one in incoming.attachments] == ["application/pdf", "application/octet-stream"]
    assert [one.content[:4] for one in incoming.attachments] == [b"%PDF", b"\x89PNG"]


def test_text_that_stands_beside_winmail_is_not_there_twice() -> None:
    incoming = read(mail("built/winmail-beside-its-text"))
    assert incoming.whole == COMPLAINT
    assert len(incoming.attachments) == 2


def test_winmail_that_cannot_be_read_is_kept_as_a_file() -> None:
    part = b"Content-Type: application/ms-tnef\n\nnot one at all"
    assert [one.media_type for one in read(multipart(part)).attachments] == ["application/ms-tnef"]


def test_a_text_without_a_charset_is_read_in_that_of_windows() -> None:
    found = unpack(HEAD + item(0x9007, struct.pack("<II", 1250, 0)) + item(0x800C, "zł\0".encode("cp1250")))
    assert found is not None
    assert (found.plain, found.charset) == (b"z\xb3", "cp1250")


PROPERTIES = {
    "a billion properties": struct.pack("<I", 2**32 - 1),
    "a billion values": struct.pack("<IHHI", 1, 0x1003, 0x1000, 2**32 - 1),
    "a billion texts": struct.pack("<IHHI", 1, 0x1E, 0x1000, 2**32 - 1),
    "a text of four billion bytes": struct.pack("<IHHII", 1, 0x1E, 0x1000, 1, 2**32 - 1),
    "a name of four billion bytes": struct.pack("<IHH", 1, 0x1E, 0x8001)
    + bytes(16)
    + struct.pack("<II", 1, 2**32 - 1),
    "a kind that is none": struct.pack("<IHHI", 1, 0x77, 0x1000, 1),
    "nothing": b"",
}


@pytest.mark.parametrize("name", PROPERTIES)
def test_a_list_that_promises_more_than_it_has_ends_where_it_ends(name: str) -> None:
    stream = HEAD + item(0x9003, PROPERTIES[name]) + item(0x800C, b"still there\0")
    found = unpack(stream)
    assert found is not None
    assert found.plain == b"still there"


def test_an_object_that_promises_more_than_there_is_ends_the_stream() -> None:
    found = unpack(HEAD + item(0x800C, b"text") + item(0x800F, b"x", length=2**32 - 1))
    assert found is not None
    assert (found.plain, found.files) == (b"text", [])


def test_a_stream_of_empty_objects_is_read_up_to_a_limit() -> None:
    assert unpack(HEAD + item(0x800F, b"") * 100_000 + item(0x800C, b"far away")) is None


@pytest.mark.parametrize("stream", [b"", b"x" * 100, HEAD, HEAD[:5], HEAD + b"\1\2\3"])
def test_what_is_no_winmail_is_none(stream: bytes) -> None:
    assert unpack(stream) is None
