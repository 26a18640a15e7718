"""The address that a player's mail program answers to: signed for one complaint, and nothing secret stored.

`c+<number>.<mac>@<domain of the brand>`: number without hyphens and MAC in lower case, since mail systems
fold case. The MAC is HMAC-SHA256 over purpose and number, 16 bytes in base 32: 26 letters. The same words are
the root of the thread (`References`), for mail programs that answer to another address.

Read are the spellings that mail systems may give it: another case, quotes around the part before the @.
Whatever else differs (a tag more, a number spelled otherwise) was not made here, and opens nothing.
"""

import base64
import hmac
import re
from collections.abc import Sequence

from redress.domain import number as complaint_number
from redress.domain.values import Value

REPLY, DECLINE_SURVEY = "c", "u"
"""What an address is for: to write about the complaint, and to want no question about how it went."""

_MAC_BYTES = 16
_SIGNED = re.compile(r"([cu])\+([0-9a-z]{9})\.([a-z2-7]{26})")


class Signed(Value):
    """Whom an address that we made is about, and what it is for."""

    number: str
    purpose: str


def make(secret: bytes, number: str, purpose: str = REPLY) -> str:
    """The part before the @."""
    return f"{purpose}+{_spelled(number)}.{_mac(secret, number, purpose)}"


def read(secrets: Sequence[bytes], address: str) -> Signed | None:
    """What an address (or a message id) says; None unless a live secret signed it."""
    if not address.isascii():  # some letters of other scripts are ours in lower case
        return None
    local = address.strip().removeprefix("<").lower().rpartition("@")[0]
    if local[:1] == local[-1:] == '"':
        local = local[1:-1]
    found = _SIGNED.fullmatch(local)
    number = complaint_number.parse(found[2]) if found else None
    if found is None or number is None or found[2] != _spelled(number):
        return None
    genuine = [hmac.compare_digest(found[3], _mac(secret, number, found[1])) for secret in secrets]
    return Signed(number=number, purpose=found[1]) if any(genuine) else None


def _spelled(number: str) -> str:
    return number.replace("-", "").lower()


def _mac(secret: bytes, number: str, purpose: str) -> str:
    digest = hmac.digest(secret, f"mail\n{purpose}\n{number}".encode(), "sha256")[:_MAC_BYTES]
    return base64.b32encode(digest).decode().rstrip("=").lower()
