"""Addresses that a letter must not name: they stood in the law's own sample letters, and lead nowhere now."""

import re
from collections.abc import Iterator
from urllib.parse import unquote

from redress.domain.values import Value


class DeadAddress(Value):
    """A host with the beginning of a path, since when it is dead (ISO date), and what says so."""

    address: str
    since: str
    source: str


_ODR_CLOSED = "Regulation (EU) 2024/3228: the platform for online dispute resolution is closed, links must go"
_ODR_SINCE = "2025-07-20"

DEAD: tuple[DeadAddress, ...] = tuple(
    DeadAddress(address=address, since=_ODR_SINCE, source=_ODR_CLOSED)
    for address in ("ec.europa.eu/consumers/odr", "ec.europa.eu/odr", "webgate.ec.europa.eu/odr")
)

# What may stand before an address that is meant, and what cannot follow one.
_BEFORE, _AFTER = r"(?<![\w.-])(?:www\.)?", r"(?![\w-])"
# Signs without width, which people paste along.
_UNSEEN = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufeff]")


def found_in(text: str) -> Iterator[DeadAddress]:
    """The dead addresses that a text names, written in any case, escaped for a query or not."""
    plain = _UNSEEN.sub("", unquote(text)).casefold().replace("\\", "/")
    for dead in DEAD:
        if re.search(f"{_BEFORE}{_pattern(dead.address)}{_AFTER}", plain):
            yield dead


def _pattern(address: str) -> str:
    """With a port, a full stop after the host, or a slash too many it is the same address."""
    host, _, path = address.partition("/")
    return rf"{re.escape(host)}\.?(?::\d+)?/+" + "/+".join(re.escape(part) for part in path.split("/"))
