"""Bytes as text, whatever the mail says about them: declared charsets are often missing, and often wrong."""

import codecs
import re
from collections.abc import Sequence

from redress.mailroom import tongue

# What mail in our languages was written in before UTF-8, the likelier first.
_GUESSES = ("cp1252", "cp1250", "cp1251", "iso8859_2", "koi8_r")
# Python knows these too, but they are no charsets of mail: code a reader does not see, or no text at all.
_REFUSED = {"utf-7", "punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"}
_WIDER = {"iso8859-1": "cp1252", "ascii": "utf-8", "gb2312": "gb18030", "gbk": "gb18030"}
_LOOK_LIKE_ASCII = ("iso2022", "utf-16", "utf-32", "hz")
_NAME = re.compile(r"[A-Za-z0-9._:+-]{1,40}")
_ENOUGH = 4_000  # bytes that a guess is made from


def decode(content: bytes, declared: str | None = None) -> str:
    """The text. Total: bytes that are wrong in the charset become replacement characters."""
    charset = _known(declared)
    if charset is not None and charset.startswith(_LOOK_LIKE_ASCII):
        return content.decode(charset, "replace")
    try:
        return content.decode("utf-8-sig")  # valid UTF-8 that is no ASCII is hardly ever anything else
    except UnicodeDecodeError as error:
        early = error.start
    if charset is None or charset.startswith("utf-8"):
        charset = _mostly_utf8(content, early) or _guessed(content, _GUESSES)
    return content.decode(charset, "replace")


def _known(declared: str | None) -> str | None:
    """Python's own name of a charset; None for one that nobody knows, or that is refused."""
    name = (declared or "").strip("\"' ").removeprefix("x-")
    if not _NAME.fullmatch(name):
        return None
    try:
        found = codecs.lookup(name).name
        if found in _REFUSED:
            return None
        b"a".decode(found, "replace")  # zlib, hex, rot13 and others are codecs, but none of text
    except LookupError:
        return None
    return _WIDER.get(found, found)


def _mostly_utf8(content: bytes, early: int) -> str | None:
    """UTF-8 with a damaged place or two stays UTF-8: the rest of it would become unreadable otherwise."""
    sample = content[max(0, early - _ENOUGH) : early + _ENOUGH]
    read = sample.decode("utf-8", "replace")
    wrong = read.count("\ufffd")
    right = sum(1 for sign in read if sign > "\x7f") - wrong
    return "utf-8" if right > 2 * wrong else None


def _guessed(content: bytes, charsets: Sequence[str]) -> str:
    """The charset in which most of the words are words of our languages; the first of equals."""
    sample = content[:_ENOUGH]
    return max(charsets, key=lambda one: tongue.familiar(sample.decode(one, "replace")))
