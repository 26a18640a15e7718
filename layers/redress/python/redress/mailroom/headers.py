"""Headers as people read them: subjects, names, addresses, message ids. Nothing here raises."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from email.utils import getaddresses
from typing import NamedTuple

from redress.mailroom import charsets, plain
from redress.mailroom.incoming import LONGEST_NAME, MOST_REFERENCES, MOST_REPLY_TO
from redress.mailroom.mime import Part, base64

LONGEST_ADDRESS = 254  # RFC 5321, section 4.5.3.1.3
_LOOKED_AT = 8_000  # characters of one header
_MOST_COMMENTS = 50
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?)")
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")
_LOCAL = re.compile(r"[^\s@<>\"(),:;\\\[\]\x00-\x20\x7f]{1,64}")
_DOMAIN = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+")
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,500})>")
_BARE_ID = re.compile(r"[^<>\s@]{1,250}@[^<>\s@]{1,250}")
_PRINTABLE = re.compile(r"[!-~]+")


class Mailbox(NamedTuple):
    """A bare address, and the name that stands with it."""

    address: str
    name: str


def decoded(value: str) -> str:
    """A header with its encoded words (RFC 2047) read, those in broken form too, and raw bytes as text."""
    value = _BETWEEN_WORDS.sub(r"\1", _raw_text(value))
    pieces: list[str] = []
    place = 0
    waiting: tuple[str, bytes] = "", b""  # a sign may be divided between two words of one charset
    for found in _WORD.finditer(value):
        charset, content = found[1].partition("*")[0].lower(), _content(found[2], found[3])
        if waiting[1] and (found.start() > place or charset != waiting[0]):
            pieces.append(charsets.decode(waiting[1], waiting[0]))
            waiting = "", b""
        pieces.append(value[place : found.start()])
        waiting = charset, waiting[1] + content
        place = found.end()
    return "".join((*pieces, charsets.decode(waiting[1], waiting[0]), value[place:]))


def subject(part: Part, longest: int) -> str:
    """The subject on one line."""
    return plain.line(decoded(part.first("Subject")), longest)


def mailboxes(values: Sequence[str], most: int = MOST_REPLY_TO) -> list[Mailbox]:
    """The addresses in headers, each once. A group (RFC 5322, section 3.4) gives its members."""
    found: dict[str, Mailbox] = {}
    for value in values[:most]:
        if value.count("(") > _MOST_COMMENTS:  # the library calls itself for each comment in a comment
            continue
        for name, address in getaddresses([_raw_text(value)], strict=False)[: most * 2]:
            bare = _bare(decoded(address))
            if bare:
                shown = plain.line(decoded(name), LONGEST_NAME)
                found.setdefault(bare, Mailbox(bare, "" if shown.casefold() == bare.casefold() else shown))
    return list(found.values())[:most]


def sender(part: Part) -> Mailbox:
    """Who a mail says it is from; empty unless that is one address, said once or twice alike."""
    found = mailboxes(part.all("From"))
    return found[0] if len(found) == 1 else Mailbox("", "")


def message_id(part: Part) -> str | None:
    """The mail's own id, with its brackets, which some programs forget."""
    value = part.first("Message-ID").strip()
    found = _ids([value])
    if found:
        return found[0]
    bare = _BARE_ID.fullmatch(value)
    return f"<{value}>" if bare and _PRINTABLE.fullmatch(value) else None


def references(part: Part) -> tuple[str, ...]:
    """The mails that a mail answers: In-Reply-To, then References, whose first is the root of the thread."""
    found = _ids([*part.all("In-Reply-To"), *part.all("References")])
    if len(found) <= MOST_REFERENCES:
        return tuple(found)
    half = MOST_REFERENCES // 2
    return (*found[:half], *found[-half:])


def _ids(values: Iterable[str]) -> list[str]:
    found = (one for value in values for one in _MESSAGE_ID.findall(value))
    return list(dict.fromkeys(f"<{one}>" for one in found if _PRINTABLE.fullmatch(one)))


def _raw_text(value: str) -> str:
    """A header's value as text: its bytes are UTF-8 (RFC 6532), or whatever an old program wrote."""
    value = value[:_LOOKED_AT]
    if value.isascii():
        return value
    return charsets.decode(value.encode("utf-8", "surrogateescape"))


def _content(encoding: str, encoded: str) -> bytes:
    raw = encoded.encode("utf-8", "surrogateescape")
    if encoding in "bB":
        return base64(raw)
    return _HEX.sub(lambda found: bytes.fromhex(found[1].decode()), raw.replace(b"_", b" "))


def _bare(address: str) -> str:
    """The address with its domain in lower-case ASCII; empty if it is none."""
    local, at, domain = address.strip().rpartition("@")
    domain = _ascii(domain.rstrip("."))
    made = f"{unicodedata.normalize('NFC', local)}@{domain}"
    fits = len(made.encode("utf-8", "replace")) <= LONGEST_ADDRESS
    seen = local == plain.clean(local)  # nothing in it that nobody sees
    return made if at and fits and seen and _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain) else ""


def _ascii(domain: str) -> str:
    """A domain in lower-case ASCII, an internationalised one in its xn-- form; empty if it has none."""
    if domain.isascii():
        return domain.lower()
    try:
        return domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""
