"""Mails made to do harm: each is read, quickly enough by its bounds, and gives plain text."""

import unicodedata

import pytest

from redress.mailroom import read
from redress.mailroom.incoming import MOST_CHARACTERS
from redress.mailroom.mime import DEEPEST, MOST_PARTS, Part
from redress.mailroom.plain import MOST_LOOKED_AT, clean
from tests.support.mails import COMPLAINT, made, multipart

TEXT = f"Content-Type: text/plain\n\n{COMPLAINT}".encode()


def nested(levels: int) -> bytes:
    """A multipart in a multipart, so many times, with a text in the last."""
    opened = [
        f"Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n".encode()
        for level in range(levels)
    ]
    return b"".join(opened) + TEXT


def test_parts_in_parts_are_read_down_to_the_deepest() -> None:
    assert read(nested(DEEPEST - 1)).text == COMPLAINT


@pytest.mark.parametrize("levels", [DEEPEST, 2_000])
def test_a_mail_of_two_thousand_parts_in_parts_is_there_to_be_looked_at(levels: int) -> None:
    assert "multipart/mixed" in read(nested(levels)).text


def test_mails_in_mails_end_as_well() -> None:
    assert read(b"Content-Type: message/rfc822\n\n" * 2_000 + b"Hello.").text


def test_of_two_thousand_parts_side_by_side_the_first_are_read() -> None:
    parts = [f"Content-Type: text/plain\n\n{number}".encode() for number in range(2_000)]
    assert read(multipart(*parts)).text.split() == [str(number) for number in range(MOST_PARTS - 1)]


def test_a_part_is_a_place_in_the_mail_and_no_copy_of_it() -> None:
    raw = nested(DEEPEST - 1) + b"x" * 1_000_000
    part = Part(raw)
    for _ in range(DEEPEST - 2):
        part = next(part.children())
    assert part._raw is raw


def test_a_mail_of_forty_megabytes_is_read() -> None:
    picture = b"Content-Type: image/jpeg\nContent-Transfer-Encoding: base64\n\n" + b"QUJD" * 2_600_000
    incoming = read(multipart(TEXT, *[picture] * 4))
    assert incoming.text == COMPLAINT
    assert [len(one.content) for one in incoming.attachments] == [7_800_000] * 4


@pytest.mark.parametrize(
    "hostile",
    [
        "\u202e" + "\u2066" * 5 + "x\u2069",
        "a\u200b\u200c\u200d\u2060\ufeff\u00adb",
        "\x00\x07\x1b[31mred\x1b[0m\x7f\x9b",
        "a" + "\u0301" * 1_000,
        "one\r\rtwo\x0bthree\x0cfour\x85five\u2028six\u2029seven",
        "\ud83d\ude00" + "\U0001f600",
        "\ue000\U000f0000",
    ],
)
def test_of_tricks_with_signs_nothing_is_left_but_what_is_seen(hostile: str) -> None:
    text = clean(hostile)
    assert {unicodedata.category(sign) for sign in text if sign != "\n"}.isdisjoint({"Cc", "Cf", "Cs", "Co"})
    assert unicodedata.is_normalized("NFC", text)
    assert len(text) < 50


def test_a_word_that_is_parted_by_unseen_signs_is_whole_again() -> None:
    assert read(made("self\u200b-ex\u00adclu\u200dsion")).text == "self-exclusion"


def test_a_text_as_long_as_is_kept_is_not_cut() -> None:
    incoming = read(made("x" * MOST_CHARACTERS))
    assert (len(incoming.text), incoming.text_cut) == (MOST_CHARACTERS, False)


def test_a_longer_text_is_cut_and_says_so() -> None:
    incoming = read(made("x" * (MOST_CHARACTERS + 1)))
    assert (len(incoming.text), len(incoming.whole), incoming.text_cut) == (
        MOST_CHARACTERS,
        MOST_CHARACTERS,
        True,
    )


def test_a_short_answer_to_a_long_mail_says_that_the_whole_is_cut() -> None:
    quoted = "> words\n" * MOST_CHARACTERS
    incoming = read(made(f"No.\n\nOn 3 Mar 2026 at 14:02, Casino <help@example.test> wrote:\n{quoted}"))
    assert (incoming.text, incoming.text_cut) == ("No.", True)


def test_more_signs_than_any_text_has_are_not_looked_at() -> None:
    assert len(clean("é" * (MOST_LOOKED_AT * 10))) == MOST_LOOKED_AT


@pytest.mark.parametrize(
    "raw",
    [
        b"\xff" * 100_000,
        b"\0" * 100_000,
        b"\r" * 100_000,
        b"\n " * 100_000,
        b": \n" * 50_000,
        b"X: y\n" * 100_000,
        b"Content-Type: text/plain" + b"; " * 50_000 + b"charset=utf-8\n\nHello.",
        b"Content-Type: multipart/mixed; boundary=-\n\n" + b"\n---x" * 100_000,
        b'Content-Type: multipart/mixed; boundary="' + b"b" * 100_000 + b'"\n\n--' + b"b" * 100_000,
        b"Subject: " + b"=?" * 100_000 + b"\n\nHello.",
        b"References: " + b"<" * 100_000 + b"\n\nHello.",
        b"From: " + b'"' * 100_000 + b"\n\nHello.",
        b"From: " + b"<@," * 50_000 + b"\n\nHello.",
        b"From: " + b"a" * 100_000 + b"@example.com\n\nHello.",
    ],
)
def test_bytes_that_are_hardly_a_mail_are_read_all_the_same(raw: bytes) -> None:
    incoming = read(raw)
    assert incoming.sender == ""
    assert len(incoming.text) <= MOST_CHARACTERS
