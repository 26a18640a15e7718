"""MIME (RFC 2045 to 2049) as mail programs write it, well or badly: a tree of bounded depth and number.

Headers are read by the standard library. Bodies are cut at their boundaries here: the library's own parser
takes a body line by line, asks every level above about each line, and calls itself for each level.
"""

import binascii
import quopri
import re
from collections.abc import Iterator, Mapping
from email.parser import BytesHeaderParser
from email.policy import compat32
from functools import cached_property
from typing import NamedTuple

MOST_PARTS = 500
DEEPEST = 30
LARGEST_HEAD = 1024 * 1024  # bytes: 10,000 recipients fit
_MOST_HEADERS = 5_000
_MOST_LOOK_ALIKES = 5_000  # of a boundary, before it

_HEAD_ENDS = re.compile(rb"\r?\n[ \t]*\r?\n|\r[ \t]*\r")
_ENVELOPE = re.compile(rb"From (?![ \t]*:)")  # the first line of a mail in a mailbox file
_FOLD = re.compile(r"[\r\n]+[ \t]*")
_PARAMETER = re.compile(r';\s*([A-Za-z0-9_-]{1,40})(?:\*0?\*?)?\s*=\s*(?:"((?:[^"\\]|\\.)*)"?|([^\s;"]*))')
_ESCAPED = re.compile(r"\\(.)")
_EXTENDED = re.compile(r"[\w.-]*'[\w-]*'(.*)", re.DOTALL)
_MEDIA_TYPE = re.compile(r"\s*([\w.+-]{1,60}/[\w.+-]{1,80})\s*(?:;|$|\s)")
_NO_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_MOST_PARAMETERS_IN = 4_000  # characters of a header


class Part:
    """A part of a mail, or the mail itself: its header as it stands, and its body still encoded.

    It is a place in the mail's bytes, not a copy of them: parts in parts would multiply a large mail.
    """

    head_is_plain: bool
    """Whether every program reads the same headers: some stop, skip or go on where others do not."""

    def __init__(
        self, raw: bytes, start: int = 0, end: int | None = None, depth: int = 0, *, headless: bool = False
    ) -> None:
        self.depth = depth
        self._raw = raw
        self._end = len(raw) if end is None else end
        head = _Head({}, b"", start, plain=True) if headless else _head(raw, start, self._end)
        self._headers, self._before, self._start, self.head_is_plain = head

    def all(self, name: str) -> list[str]:
        """The values of a header, unfolded. Bytes that are no ASCII are kept as surrogates (PEP 383)."""
        return self._headers.get(name.lower(), [])

    def first(self, name: str) -> str:
        """The first value of a header; empty if there is none."""
        return next(iter(self.all(name)), "")

    def has(self, *names: str) -> bool:
        """Whether any of the headers is there."""
        return any(name.lower() in self._headers for name in names)

    @cached_property
    def media_type(self) -> str:
        """As declared, in lower case; text/plain where nothing sensible is (RFC 2045, section 5.2)."""
        found = _MEDIA_TYPE.match(self.first("Content-Type"))
        return found[1].lower() if found else "text/plain"

    @property
    def kind(self) -> str:
        """The media type before the slash."""
        return self.media_type.partition("/")[0]

    def parameter(self, name: str, header: str = "Content-Type") -> str:
        """A parameter of a header; empty if there is none."""
        return parameters(self.first(header)).get(name, "")

    @property
    def is_attached(self) -> bool:
        """Whether the part is a file, by its own words: neither the mail itself nor what only has a name."""
        if self.depth == 0:
            return False
        disposition = self.first("Content-Disposition").strip().lower()
        return disposition.startswith("attachment") or bool(self.parameter("filename", "Content-Disposition"))

    @property
    def is_inline(self) -> bool:
        """Whether the part belongs to the text, as a picture in it does."""
        return self.has("Content-ID") or self.first("Content-Disposition").strip().lower().startswith(
            "inline"
        )

    def content(self, most: int | None = None) -> bytes:
        """The body decoded, about the first `most` bytes of it if given; of a broken encoding what can be."""
        encoding = self.first("Content-Transfer-Encoding").strip().lower()
        end = self._end if most is None else min(self._end, self._start + most * 3)
        body = self._before + self._raw[self._start : end]
        if encoding.startswith("base64"):
            return base64(body)
        if encoding.startswith("quoted-printable"):
            return quopri.decodestring(body)
        return body

    def encoded_size(self) -> int:
        """How many bytes the body takes as it came."""
        return self._end - self._start

    def message(self) -> "Part":
        """The mail that a message/rfc822 part holds. It should not be encoded, and sometimes is."""
        if self.has("Content-Transfer-Encoding"):
            return Part(self.content().lstrip(b"\r\n"), depth=self.depth + 1)
        return Part(self._raw, self._start, self._end, self.depth + 1)

    def children(self) -> "Iterator[Part]":
        """The parts of a multipart. One with no boundary in its body is one part itself, of plain text."""
        boundary = self.parameter("boundary").strip().encode("utf-8", "surrogateescape")
        alone = True
        for start, end in _between(self._raw, self._start, self._end, boundary) if boundary else ():
            alone = False
            yield Part(self._raw, start, end, self.depth + 1)
        if alone:
            yield Part(self._raw, self._start, self._end, self.depth + 1, headless=True)


def parameters(header: str) -> Mapping[str, str]:
    """The parameters of a header, names in lower case; the first of equals counts."""
    found: dict[str, str] = {}
    for name, quoted, bare in _PARAMETER.findall(header[:_MOST_PARAMETERS_IN]):
        value = _ESCAPED.sub(r"\1", quoted) or bare
        extended = _EXTENDED.fullmatch(value)
        found.setdefault(name.lower(), extended[1] if extended else value)
    return found


def base64(encoded: bytes) -> bytes:
    """Base 64 decoded as far as it can be: what is none of its letters is left out, and so is half a byte."""
    try:
        return binascii.a2b_base64(encoded)
    except binascii.Error:
        letters = _NO_BASE64.sub(b"", encoded)
    whole = letters[: len(letters) - 1] if len(letters) % 4 == 1 else letters
    return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))


class _Head(NamedTuple):
    headers: Mapping[str, list[str]]  # by lower-case name
    among: bytes  # what stands among the headers and is none
    body: int  # where it begins
    plain: bool


def _head(raw: bytes, start: int, end: int) -> _Head:
    if raw.startswith((b"\n", b"\r"), start, end):
        return _Head({}, b"", start, plain=True)
    ends = _HEAD_ENDS.search(raw, start, min(end, start + LARGEST_HEAD))
    head_end, body = (ends.start(), ends.end()) if ends else (min(end, start + LARGEST_HEAD),) * 2
    if _ENVELOPE.match(raw, start, end):
        start = raw.find(b"\n", start, head_end) + 1 or head_end
    message = BytesHeaderParser(policy=compat32).parsebytes(raw[start:head_end])
    items = list(message.raw_items())
    found: dict[str, list[str]] = {}
    for name, value in items[:_MOST_HEADERS]:
        found.setdefault(name.lower(), []).append(_FOLD.sub(" ", str(value)))
    left = message.get_payload()
    among = left.encode("utf-8", "surrogateescape") if isinstance(left, str) else b""
    ended = raw[head_end:body] in {b"\r\n\r\n", b"\n\n"} or head_end == end
    skipped = bool(among or message.defects or message.get_unixfrom() or items[_MOST_HEADERS:])
    plain = ended and not skipped and _ends_lines_in_one_way(raw[start:body])
    return _Head(found, among + b"\n" if among else b"", body, plain)


def _ends_lines_in_one_way(head: bytes) -> bool:
    both = head.count(b"\r\n")
    return head.count(b"\r") == both and both in {0, head.count(b"\n")}


def _between(raw: bytes, start: int, end: int, boundary: bytes) -> Iterator[tuple[int, int]]:
    """The places between the boundary lines (RFC 2046, section 5.1); the last line may be missing."""
    line = b"--" + boundary
    begun: int | None = None
    place = start
    for _ in range(MOST_PARTS):
        found, after = _boundary_line(raw, place, end, line)
        if begun is not None:
            yield begun, _before_line(raw, begun, found)
        closing = raw.startswith(b"--", after, end) and _at_line_end(raw, after + 2, end)
        if found >= end or closing:
            return
        begun = place = _next_line(raw, after, end)


def _boundary_line(raw: bytes, place: int, end: int, line: bytes) -> tuple[int, int]:
    """Where the next boundary line begins, and where its boundary ends; both are `end` if there is none."""
    for _ in range(_MOST_LOOK_ALIKES):
        found = raw.find(line, place, end)
        if found < 0:
            break
        after = found + len(line)
        begins = found == 0 or raw[found - 1] in b"\r\n"
        closing = raw.startswith(b"--", after, end)
        if begins and (_at_line_end(raw, after, end) or (closing and _at_line_end(raw, after + 2, end))):
            return found, after
        place = found + 1
    return end, end


def _at_line_end(raw: bytes, place: int, end: int) -> bool:
    return not raw[place : min(end, place + 100)].partition(b"\n")[0].strip()


def _next_line(raw: bytes, place: int, end: int) -> int:
    return raw.find(b"\n", place, end) + 1 or raw.find(b"\r", place, end) + 1 or end


def _before_line(raw: bytes, start: int, end: int) -> int:
    """The end of a part: the line end before a boundary belongs to the boundary."""
    if end > start and raw[end - 1] in b"\r\n":
        end -= 2 if raw.startswith(b"\r\n", max(start, end - 2)) else 1
    return end
