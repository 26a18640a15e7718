"""The one stylesheet of a brand: the shared rules after the brand's colours, made readable.

WCAG 2.2 asks for a contrast of 4.5 between text and background. A brand colour rarely has it in light and
dark, so it is mixed with black or white until it does; the region file can name any colour.
"""

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

RULES = Path(__file__).parent / "static" / "portal.css"

# What accent text stands on; the stylesheet uses the same values.
LIGHT_GROUNDS = ("#f7f6f3", "#ffffff", "#efede8")
DARK_GROUNDS = ("#15181b", "#1d2125", "#262b30")
BLACK, WHITE = "#000000", "#ffffff"
READABLE = 4.5
_STEPS = 100


@cache
def stylesheet(colour: str) -> str:
    """The CSS for a brand colour (`#rrggbb`)."""
    light = readable(colour, LIGHT_GROUNDS, towards=BLACK)
    dark = readable(colour, DARK_GROUNDS, towards=WHITE)
    values = {
        "--brand": colour,
        "--on-brand": on(colour),
        "--light-accent": light,
        "--on-light-accent": on(light),
        "--dark-accent": dark,
        "--on-dark-accent": on(dark),
    }
    brand = "".join(f"{name}:{value};" for name, value in values.items())
    return f":root{{{brand}}}\n{_rules()}"


@cache
def name(brand_id: str, colour: str) -> str:
    """The file name of a brand's stylesheet: another content gives another name."""
    digest = hashlib.sha256(stylesheet(colour).encode()).hexdigest()
    return f"{brand_id}.{digest[:12]}.css"


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def on(colour: str) -> str:
    """Black or white, whichever reads better on the colour; one of them always has enough contrast."""
    return max(BLACK, WHITE, key=lambda ink: contrast(ink, colour))


def readable(colour: str, grounds: Sequence[str], *, towards: str) -> str:
    """The colour, mixed with `towards` as little as makes it readable on every ground."""
    mixes = (_mix(colour, towards, step / _STEPS) for step in range(_STEPS))
    return next((mix for mix in mixes if _reads_on(mix, grounds)), towards)


def _reads_on(colour: str, grounds: Sequence[str]) -> bool:
    return all(contrast(colour, ground) >= READABLE for ground in grounds)


def _mix(colour: str, towards: str, share: float) -> str:
    pairs = zip(_channels(colour), _channels(towards), strict=True)
    return "#" + "".join(f"{round(own + (other - own) * share):02x}" for own, other in pairs)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour.removeprefix("#")))


@cache
def _rules() -> str:
    return RULES.read_text(encoding="utf-8")
