"""Quotations introduced in other languages than ours, as the library mail-parser-reply knows them.

Its patterns try many ways to divide a line, so it gets short lines, and few; and it takes a single "Date:"
for a header, so what it finds has to look like more than that.
"""

import re
from collections.abc import Sequence
from functools import cache

from mailparser_reply.constants import MAIL_LANGUAGES
from mailparser_reply.parser import EmailMessage

from redress.mailroom.forms import Mark

LONGEST_LINE = 200
MOST_CHARACTERS = 6_000
_NEEDED = 3  # lines of a block of headers
_TIME = re.compile(r"\d{1,2}[:.]\d{2}|20\d\d")


def first_mark(lines: Sequence[str]) -> Mark | None:
    """The first place where a quotation is introduced that looks like one."""
    text = bounded(lines)
    for found in _pattern().finditer(text):
        header = found[0].strip("\n")
        if _looks_like_one(header):
            start = text.count("\n", 0, text.index(header, found.start()))
            return Mark(start, start + header.count("\n") + 1)
    return None


@cache
def _pattern() -> re.Pattern[str]:
    """What introduces a quotation in any language that the library knows."""
    made: re.Pattern[str] = EmailMessage(text="", languages=list(MAIL_LANGUAGES)).HEADER_REGEX
    return made


def bounded(lines: Sequence[str]) -> str:
    """The lines as the library gets them: all of them, but empty where they are too long or too far down."""
    kept: list[str] = []
    left = MOST_CHARACTERS
    for line in lines:
        shown = line.strip() if len(line) <= min(LONGEST_LINE, left) else ""
        left -= len(shown)
        kept.append(shown)
    return "\n".join(kept)


def _looks_like_one(header: str) -> bool:
    labelled = sum(1 for line in header.split("\n") if ":" in line)
    return bool(_TIME.search(header)) and ("@" in header or labelled >= _NEEDED)
