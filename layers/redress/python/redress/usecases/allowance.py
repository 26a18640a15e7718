"""How often a client may call: so many requests in each minute, over all instances of the function together.

The shared allowance of a client and minute is kept by the store; asking it costs a call. So an instance draws
a block from it and spends that from memory. What it has not spent lapses with the minute: the limit is never
exceeded, and an instance draws little at first and then as much again as it has spent, so that many instances
do not leave much unspent.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from redress.domain.errors import TooManyRequests
from redress.domain.values import Value

SECONDS = 60
LARGEST_BLOCK = 50
FIRST_BLOCKS, LARGEST_BLOCKS = 100, 10  # so many of them are the whole limit


class AllowanceUnknown(Exception):
    """The shared allowance could not be asked."""


class SharedAllowance(Protocol):
    """The allowances of all clients. Each draw is atomic."""

    def draw(self, client: str, minute: datetime, block: int, limit: int) -> int:
        """Take a block of the client's limit in a minute, or what is left of it: how many requests, maybe 0.

        Raises AllowanceUnknown.
        """


class _Held(Value):
    """What an instance holds for a client: what it has drawn in a minute, and what of that is unspent.

    `last` says that the minute holds no more to draw.
    """

    minute: datetime
    drawn: int = 0
    unspent: int = 0
    last: bool = False


class Allowance:
    """One instance's part of the allowances; it serves one request at a time.

    `unknown` is told the client and why the shared allowance could not be asked. Then the request goes ahead
    (and a block of further ones, without asking each time): a limit protects from floods, and must not stop
    complaints from being taken because something else is broken.
    """

    def __init__(self, shared: SharedAllowance, unknown: Callable[[str, AllowanceUnknown], None]) -> None:
        self._shared = shared
        self._unknown = unknown
        self._held: dict[str, _Held] = {}

    def spend(self, client: str, limit: int, now: datetime) -> None:
        """Let one request of the client pass, or raise TooManyRequests.

        `limit` is in requests a minute, `now` in UTC. A minute is asked about until nothing of it is left,
        and then never again while it lasts. Should the clock go back, the earlier minute is asked about anew:
        the store still knows what is left of it.
        """
        minute = now.replace(second=0, microsecond=0)
        held = self._held.get(client)
        if held is None or held.minute != minute:
            held = _Held(minute=minute)
        if not held.unspent and not held.last:
            held = self._draw(client, limit, held)
        self._held[client] = held
        if not held.unspent:
            raise TooManyRequests(limit, retry_after=SECONDS - now.second)
        self._held[client] = held.__replace__(unspent=held.unspent - 1)

    def _draw(self, client: str, limit: int, held: _Held) -> _Held:
        block = _block(limit, held.drawn)
        try:
            drawn = self._shared.draw(client, held.minute, block, limit)
        except AllowanceUnknown as error:
            self._unknown(client, error)
            drawn = block
        return held.__replace__(drawn=held.drawn + drawn, unspent=drawn, last=drawn < block)


def _block(limit: int, spent: int) -> int:
    """How much to draw for a client of which this instance has let `spent` requests pass in the minute."""
    largest = max(1, min(LARGEST_BLOCK, limit // LARGEST_BLOCKS))
    return max(1, min(largest, max(limit // FIRST_BLOCKS, spent)))
