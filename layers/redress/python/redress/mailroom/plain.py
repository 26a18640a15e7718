"""Plain text: nothing in it that a reader does not see, and no more of it than is kept."""

import re
import unicodedata

MOST_LOOKED_AT = 60_000  # characters of one mail's text that are looked at before it is cut
_NEWLINES = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile(r"[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_BLANK_LINES = re.compile(r"\n(?:[ ]*\n){2,}")
# Controls, what is invisible or turns the reading direction, halves of signs, and what is no sign at all.
_UNSEEN = {"Cc", "Cf", "Cs", "Co"}
_MARKS_IN_A_ROW = 4  # accents on one letter: more cover the lines above and below


def clean(text: str) -> str:
    """The text in NFC without what cannot be seen; lines end with a newline, at most two blank lines meet."""
    kept = _visible(_SPACES.sub(" ", _NEWLINES.sub("\n", text[: MOST_LOOKED_AT * 4])))
    return _BLANK_LINES.sub("\n\n\n", unicodedata.normalize("NFC", kept))[:MOST_LOOKED_AT]


def line(text: str, longest: int) -> str:
    """A text on one line, at most `longest` characters of it."""
    return " ".join(clean(text[: longest * 4]).split())[:longest].rstrip()


def cut(text: str, most: int) -> tuple[str, bool]:
    """The text without blank lines around it, at most `most` characters; and whether that cut it."""
    whole = text.strip()
    return whole[:most].rstrip(), len(whole) > most


def unflow(text: str, *, delete_space: bool) -> str:
    """The text of `format=flowed` (RFC 3676) with its paragraphs joined, quoted ones line by line."""
    lines: list[str] = []
    open_depth: int | None = None
    for one in _NEWLINES.sub("\n", text[:MOST_LOOKED_AT]).split("\n"):
        depth = len(one) - len(one.lstrip(">"))
        words = one[depth:].removeprefix(" ")
        flows = words.endswith(" ") and words != "-- "
        if open_depth == depth and words != "-- ":
            lines[-1] += words
        else:
            lines.append("> " * depth + words)
        if flows and delete_space:
            lines[-1] = lines[-1][:-1]
        open_depth = depth if flows else None
    return "\n".join(lines)


def _visible(text: str) -> str:
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    kept: list[str] = []
    marks = 0
    for sign in text:
        category = unicodedata.category(sign)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks <= _MARKS_IN_A_ROW and (sign == "\n" or category not in _UNSEEN):
            kept.append(sign)
    return "".join(kept)
