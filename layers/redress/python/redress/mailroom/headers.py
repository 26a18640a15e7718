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
_LOCAL = re.compile(r"(?!\.)(?!.*\.\.)[^\s@<>\"(),:;\\\[\]\x00-\x20\x7f]{1,64}(?<!\.)")
_DOMAIN = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")
_COMMENT = r"""[ \t]*\(([^()<>@"\\]*)\)"""
_ANGLED = re.compile(rf"([^<>]*)<([^<>]*)>(?:{_COMMENT})?")
_UNANGLED = re.compile(rf"""([^\s<>()",:;\\]+)(?:{_COMMENT})?""")
# Encoded words in a name hold commas at times; nothing in these can open or close anything.
_WORD_IN_NAME = re.compile(r"""=\?[^?\s"()<>@,:;\[\]\\]{1,60}\?[bBqQ]\?[^?"()<>@:;\[\]\\]*\?=""")
_NAME = re.compile(r"""(?:[^"()<>@,:;\[\]\\]++|"(?:[^"\\]|\\.)*+")*+""")
_OPENING = frozenset("<>(),:;")
_QUOTING = re.compile(r'\\(.)|"')
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,500})>")
_BARE_ID = re.compile(r"[^<>\s@]{1,250}@[^<>\s@]{1,250}")
_PRINTABLE = re.compile(r"[!-~]+")


class Mailbox(NamedTuple):
    """A bare address, and the name that stands with it."""

    address: str
    name: str


NOBODY = Mailbox("", "")


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


def addresses(values: Sequence[str], most: int = MOST_REPLY_TO) -> list[str]:
    """The bare addresses in headers, each once. A group (RFC 5322, section 3.4) gives its members.

    It takes what it can, so nothing may be believed for the sake of an address from here.
    """
    found: list[str] = []
    for value in values[:most]:
        if value.count("(") > _MOST_COMMENTS:  # the library calls itself for each comment in a comment
            continue
        found += (_bare(one) for _, one in getaddresses([_raw_text(value)], strict=False)[: most * 2])
    return list(dict.fromkeys(one for one in found if one))[:most]


def sender(part: Part) -> Mailbox:
    """Who a mail says it is from; empty unless it says so once, and every program reads the same from it.

    The mail service told whether the sender's domain stands for the mail, and it reads the header itself: of
    a header that can be read in two ways, it may have checked the one and we believe the other.
    """
    values = part.all("From")
    if len(values) != 1 or len(values[0]) > _LOOKED_AT or not part.head_is_plain:
        return NOBODY
    value = _raw_text(values[0]).strip()
    return NOBODY if _CONTROL.search(value) else _mailbox(value)


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


def _mailbox(value: str) -> Mailbox:
    """Exactly one mailbox (RFC 5322, section 3.4), `<address>` or `address`; empty if it is anything else."""
    if unangled := _UNANGLED.fullmatch(value):
        return _named(_bare(unangled[1]), unangled[2] or "")
    angled = _ANGLED.fullmatch(value)
    if not angled:
        return NOBODY
    name, address = angled[1].strip(), _bare(angled[2])
    repeated = name.casefold() == angled[2].casefold()  # some programs put the address there as it is
    fits = repeated or _NAME.fullmatch(_WORD_IN_NAME.sub("=", name))
    return _named(address, _QUOTING.sub(r"\1", name)) if fits else NOBODY


def _named(address: str, name: str) -> Mailbox:
    """The address with its name as people read it. A name that holds another mailbox makes it nobody's."""
    read = decoded(name)
    if not address or any("@" in one and _OPENING & set(one) for one in (name, read)):
        return NOBODY
    shown = plain.line(read, LONGEST_NAME)
    return Mailbox(address, "" if shown.casefold() == address.casefold() else shown)


def _bare(address: str) -> str:
    """The address with its domain in lower-case ASCII; empty if it is none.

    Encoded words are never read in it (RFC 2047, section 5), nor are signs that only look like others.
    """
    local, at, domain = address.rpartition("@")
    domain = _ascii(domain)
    made = f"{local}@{domain}"
    fits = len(made.encode("utf-8", "replace")) <= LONGEST_ADDRESS
    # Nothing in it that nobody sees, or that some program takes for another sign.
    seen = local == plain.clean(local) == unicodedata.normalize("NFKC", local) and "=?" not in local
    return made if at and fits and seen and _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(domain) else ""


def _ascii(domain: str) -> str:
    """A domain in lower-case ASCII, an internationalised one in its xn-- form; empty if it has none.

    Where the two standards differ (a German sharp s is another domain than two s), it has none, and neither
    has one that is written in signs which only stand for letters or dots.
    """
    if domain.isascii():
        return domain.lower()
    try:
        made = domain.encode("idna")
        same = made.decode("idna") == unicodedata.normalize("NFC", domain).lower()
    except UnicodeError:
        return ""
    return made.decode("ascii").lower() if same else ""
