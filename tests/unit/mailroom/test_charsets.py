"""Text is read in the charset it is in, whatever the mail says."""

import pytest

from redress.mailroom import read
from redress.mailroom.charsets import decode
from tests.support.mails import made, mail

POLISH = "Nie otrzymałem wypłaty i proszę o wyjaśnienie, ponieważ nikt mi nie odpowiada."
RUSSIAN = "Я не получил выплату и прошу объяснить, почему мне никто не отвечает."
SWEDISH = "Jag har inte fått mina pengar och ingen svarar mig på det."
GERMAN = "Ich habe die Auszahlung über 250 € nicht bekommen – warum „fehlt“ sie?"

SAID = {
    "windows-1250": POLISH,
    "iso-8859-2": POLISH,
    "windows-1251": RUSSIAN,
    "koi8-r": RUSSIAN,
    "windows-1252": GERMAN,
    "iso-8859-15": "Je n'ai pas reçu le retrait de 250 €, et personne ne me répond où il est.",
    "gb18030": "我没有收到提款。",
    "iso-2022-jp": "出金がまだ届いていません。",
    "utf-16": "Jag har inte fått mina pengar och ingen svarar mig.",
}


@pytest.mark.parametrize("charset", SAID)
def test_a_declared_charset_is_read(charset: str) -> None:
    assert read(mail(f"charsets/{charset}")).text == SAID[charset]


@pytest.mark.parametrize("charset", ["windows-1250", "iso-8859-2", "windows-1251", "koi8-r", "windows-1252"])
def test_a_charset_that_is_not_declared_is_told_by_the_words_it_gives(charset: str) -> None:
    assert read(mail(f"charsets/{charset}-undeclared")).text == SAID[charset]


@pytest.mark.parametrize("name", ["utf-8-that-is-latin-1", "latin-1-that-is-utf-8", "unknown-name"])
def test_a_charset_that_is_declared_wrongly_is_seen_through(name: str) -> None:
    assert read(mail(f"charsets/{name}")).text == SWEDISH


def test_utf_7_is_left_as_it_stands_so_that_nothing_hides_in_it() -> None:
    assert read(mail("charsets/utf-7")).text.startswith("+ADw-script+AD4-")


@pytest.mark.parametrize(
    "name", ["zlib", "hex", "rot13", "base64", "idna", "punycode", "undefined", "unicode_escape"]
)
def test_what_python_calls_a_codec_and_is_no_charset_is_none(name: str) -> None:
    assert decode(b"f\xc3\xa5tt \\u0041", name) == "fått \\u0041"


@pytest.mark.parametrize("name", ["", '"', "x" * 5_000, "utf-8\0", "../../etc", "=?utf-8?q?x?=", "ютф"])
def test_a_name_that_is_none_counts_as_none_given(name: str) -> None:
    assert decode("fått".encode(), name) == "fått"


def test_a_damaged_place_does_not_spoil_the_rest_of_utf_8() -> None:
    damaged = POLISH.encode().replace("proszę".encode(), b"prosz\xc4")
    assert decode(damaged, "utf-8") == POLISH.replace("proszę", "prosz\ufffd")


def test_the_mark_at_the_beginning_of_utf_8_is_no_text() -> None:
    assert read(made(b"\xef\xbb\xbfHello.")).text == "Hello."


def test_latin_1_is_read_with_the_signs_that_windows_adds() -> None:
    assert decode(b"250 \x80 \x96 \x93x\x94", "iso-8859-1") == "250 € – “x”"
