"""Whom complaints come from and mails go to, as far as it is counted: no count tells who it was."""

import hmac
from collections.abc import Iterator
from copy import replace
from datetime import UTC, date, datetime, time, timedelta

from redress.region import Region
from redress.usecases.ports import Cap

REMEMBERED = timedelta(days=3)  # from the first UTC instant of the day: it is over everywhere by then
_PURPOSE, _OF_MAILS = b"redress caps", b"redress caps of mails"


def caps(
    secret: bytes,
    region: Region,
    day: date,
    *,
    brand: str,
    account: str | None,
    email: str,
    network: str,
    content: str | None = None,
) -> list[Cap]:
    """What counts a complaint of a local day: its e-mail address, its account, its network address.

    `secret` is that of the index of players, from which a key of their own is made; `network` is empty where
    the gateway tells none. The same `content` does not come twice in a row from an e-mail address; None: it
    may.
    """
    key = hmac.digest(secret, _PURPOSE, "sha256")
    expires_at = datetime.combine(day, time(), UTC) + REMEMBERED
    first, *others = (
        Cap(source=_hash(key, source, day), day=day, most=most, expires_at=expires_at)
        for source, most in _sources(region, brand, account, email, network)
    )
    return [replace(first, content=_hash(key, content, day)) if content else first, *others]


def mail_cap(secret: bytes, region: Region, address: str, now: datetime) -> Cap:
    """What counts a mail to an address on the UTC day of `now` (UTC).

    `secret` is that of private links, from which a key of its own is made.
    """
    key, day = hmac.digest(secret, _OF_MAILS, "sha256"), now.date()
    return Cap(
        source=_hash(key, f"mail\n{address.strip().casefold()}", day),
        day=day,
        most=region.letters_per_day,
        expires_at=next_day(now) + REMEMBERED,
    )


def next_day(now: datetime) -> datetime:
    """When the UTC day after that of `now` (UTC) begins."""
    return datetime.combine(now.date() + timedelta(days=1), time(), UTC)


def _sources(
    region: Region, brand: str, account: str | None, email: str, network: str
) -> Iterator[tuple[str, int]]:
    yield f"email\n{email.strip().casefold()}", region.player_complaints
    if account and account.strip():
        yield f"account\n{brand}\n{account.strip().casefold()}", region.player_complaints
    if network:
        yield f"network\n{network}", region.network_complaints


def _hash(key: bytes, source: str, day: date) -> str:
    return hmac.digest(key, f"{source}\n{day}".encode(), "sha256").hex()[:32]
