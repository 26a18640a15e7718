"""What tells a person's form from a machine's, without asking the person anything.

Whatever is found only makes a complaint a suspected one (`ComplaintReceived.suspicions`): it is stored, its
clock runs, and a person looks before a letter leaves. No complaint is refused here.
"""

import base64
import hmac
import ipaddress
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from redress.domain.values import Value
from redress.web.forms import Fields

TOKEN, DECOY = "form_token", "topic"
LONGEST = timedelta(days=7)  # that a form may lie open
HONEYPOT, UNSIGNED, TOO_FAST, TOO_OLD = "honeypot", "form_token", "too_fast", "too_old"

NOTHING: Fields = MappingProxyType({})
_FORM, _FACTS = "form", "confirmed facts"
_MADE_BYTES, _MAC_BYTES = 6, 20


class Signed(Value):
    """Facts that we signed; `fresh` while their time is not over."""

    facts: Mapping[str, Any]
    fresh: bool


def token(
    secrets: Sequence[bytes], nonce: str, now: datetime, sent: Fields = NOTHING, before: str | None = None
) -> str:
    """What a form with that nonce carries: when it was made, signed.

    A form that is shown again (`sent`, which came under the nonce `before`) keeps the age it had: whoever
    corrects one field and sends at once is no machine.
    """
    made = _made(secrets, sent.get(TOKEN, ""), before or "")
    return _token(secrets[0], nonce, made if made and now - made <= LONGEST else now)


def suspicions(
    secrets: Sequence[bytes], sent: Fields, nonce: str, now: datetime, shortest: timedelta
) -> tuple[str, ...]:
    """What speaks for spam in what was sent; `shortest` is the least time that filling in a form takes."""
    decoyed = (HONEYPOT,) if sent.get(DECOY, "").strip() else ()
    made = _made(secrets, sent.get(TOKEN, ""), nonce)
    if made is None:
        return (*decoyed, UNSIGNED)
    age = now - made
    aged = TOO_FAST if age < shortest else TOO_OLD if age > LONGEST else None
    return (*decoyed, aged) if aged else decoyed


def network(event: Mapping[str, Any]) -> str:
    """Where a request comes from: an IPv4 address, or the /64 that an IPv6 site has; empty if unknown."""
    said = event["requestContext"].get("identity", {}).get("sourceIp") or ""
    try:
        address = ipaddress.ip_address(said)
    except ValueError:
        return ""
    size = 64 if address.version == 6 else 32
    return str(ipaddress.ip_network((address, size), strict=False).network_address)


def sign(secrets: Sequence[bytes], facts: Mapping[str, Any], until: datetime) -> str:
    """Facts that a form carries and nobody can change, good until that instant (UTC)."""
    told = json.dumps({"facts": facts, "until": until.timestamp()}, separators=(",", ":"))
    return f"{_encode(told.encode())}.{_encode(_mac(secrets[0], _FACTS, told.encode()))}"


def signed(secrets: Sequence[bytes], text: str, now: datetime) -> Signed | None:
    """The facts that a form carries; None if it carries none of ours."""
    told, _, mac = text.partition(".")
    try:
        raw = _decode(told)
    except ValueError:
        return None
    if not any(
        hmac.compare_digest(mac.encode(), _encode(_mac(one, _FACTS, raw)).encode()) for one in secrets
    ):
        return None
    document = json.loads(raw)
    return Signed(facts=document["facts"], fresh=now.timestamp() < document["until"])


def _token(secret: bytes, nonce: str, made: datetime) -> str:
    stamp = int(made.timestamp() * 1000).to_bytes(_MADE_BYTES)
    return _encode(stamp + _mac(secret, _FORM, stamp + nonce.encode()))


def _made(secrets: Sequence[bytes], text: str, nonce: str) -> datetime | None:
    """When the form with that nonce was made, by a token of ours; else None."""
    try:
        raw = _decode(text)
    except ValueError:
        return None
    stamp, mac = raw[:_MADE_BYTES], raw[_MADE_BYTES:]
    if not any(hmac.compare_digest(mac, _mac(one, _FORM, stamp + nonce.encode())) for one in secrets):
        return None
    return datetime.fromtimestamp(int.from_bytes(stamp) / 1000, UTC)


def _mac(secret: bytes, purpose: str, message: bytes) -> bytes:
    """Under a key for that purpose alone: what signs a form opens no complaint."""
    key = hmac.digest(secret, f"redress portal {purpose}".encode(), "sha256")
    return hmac.digest(key, message, "sha256")[:_MAC_BYTES]


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    """Raises ValueError for what is no base64url text."""
    padded = text + "=" * (-len(text) % 4)
    return base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)
