"""The key in a player's private link: nothing secret is stored, every letter can carry it.

Key = base64url(expiry day, 4 bytes · HMAC-SHA256 over number, key version and expiry, first 20 bytes):
160 bits, 32 characters. Raising the key version on the complaint revokes older links.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

REVOKED_KNOWN = 10  # versions before the present one whose keys are still told from wrong ones

_EXPIRY_BYTES, _MAC_BYTES = 4, 20


def make(secret: bytes, number: str, version: int, now: datetime, valid_for: timedelta) -> str:
    """The key for a complaint, good until the end of the UTC day `valid_for` after `now`."""
    expiry = _day(now + valid_for)
    return _encode(expiry, _mac(secret, number, version, expiry))


def opens(secrets: Sequence[bytes], key: str, number: str, version: int, now: datetime) -> bool:
    """Whether `key` opens the complaint under one of the live secrets (two during a rotation)."""
    expiry = _expiry(key)
    return expiry is not None and _day(now) <= expiry and _is_genuine(secrets, key, number, version, expiry)


def opened_once(secrets: Sequence[bytes], key: str, number: str, version: int) -> bool:
    """Whether `key` is one that we made: it opened the complaint before it ran out, or was revoked."""
    expiry = _expiry(key)
    if expiry is None:
        return False
    versions = range(max(1, version - REVOKED_KNOWN), version + 1)
    return any(_is_genuine(secrets, key, number, one, expiry) for one in versions)


def _expiry(key: str) -> int | None:
    """The UTC day that a key names as its last; None for what is no key."""
    try:
        return int.from_bytes(base64.urlsafe_b64decode(key.encode("ascii"))[:_EXPIRY_BYTES])
    except ValueError:
        return None


def _is_genuine(secrets: Sequence[bytes], key: str, number: str, version: int, expiry: int) -> bool:
    """Whole keys are compared, not what they decode to: so a key has one spelling only."""
    made = [_encode(expiry, _mac(secret, number, version, expiry)) for secret in secrets]
    return any(hmac.compare_digest(key, one) for one in made)


def _day(instant: datetime) -> int:
    return int(instant.astimezone(UTC).timestamp()) // 86_400


def _mac(secret: bytes, number: str, version: int, expiry: int) -> bytes:
    message = f"{number}\n{version}\n{expiry}".encode()
    return hmac.new(secret, message, hashlib.sha256).digest()[:_MAC_BYTES]


def _encode(expiry: int, mac: bytes) -> str:
    return base64.urlsafe_b64encode(expiry.to_bytes(_EXPIRY_BYTES) + mac).decode()
