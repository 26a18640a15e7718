"""Text that people typed, made fit to stand in a letter."""

import re
import unicodedata

LONGEST_NAME = 80

# Signs that turn the reading direction of what follows them: in a letter they could turn our own words.
_TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# What mail programs make a link of, or people would: no name needs it.
_LINK = re.compile(r"[/@:<>\\]|\w\.\w|www", re.IGNORECASE)


def text(typed: str) -> str:
    """The text without control characters and direction signs, its lines and every script kept."""
    kept = (sign for sign in _TURNS.sub("", typed.replace("\r\n", "\n")) if _fit(sign))
    return "".join(kept).strip()


def name(typed: str) -> str | None:
    """The name to greet with; None when it is none, too long, or reads like an address or a link.

    A form asks anybody for any name and address: a greeting must not carry a stranger's message.
    """
    plain = " ".join(text(typed).split())
    return plain if plain and len(plain) <= LONGEST_NAME and not _LINK.search(plain) else None


def _fit(sign: str) -> bool:
    return sign in "\n\t" or unicodedata.category(sign) not in {"Cc", "Cs"}
