"""The number and the key of a consultation: what it is called, and what opens it.

The number is a complaint's with a `Q` before it, `Q-R7K3-9QXM-3`, so that nobody takes one for the other. The
key is 140 bits in the same alphabet, seven groups of four, which can be typed as well as followed as a link.
A mail never repeats it, so it does not expire and outlives a rotation of secrets: the consultation keeps its
SHA-256. It is derived, so that the same question sent twice gets the same key.
"""

import hashlib
import hmac
import re

from redress.domain import number as complaint_number

RANDOM_BITS = complaint_number.RANDOM_BITS
_SIGNS, _GROUP, _BITS = 28, 4, 5
_PURPOSE = "consultation"
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1"})


def from_random(value: int) -> str:
    """The number for a random integer of RANDOM_BITS bits."""
    return f"Q-{complaint_number.from_random(value)}"


def parse(text: str) -> str | None:
    """The number a person typed, with or without the `Q`, in its one spelling; None when it cannot be one."""
    plain = _bare(text)
    if len(plain) == 10 and plain.startswith("Q"):
        plain = plain[1:]
    number = complaint_number.parse(plain)
    return f"Q-{number}" if number else None


def make_key(secret: bytes, number: str) -> str:
    """The key of a consultation under a secret that every door to it holds."""
    mac = hmac.new(secret, f"{_PURPOSE}\n{number}".encode(), hashlib.sha256).digest()
    value = int.from_bytes(mac) >> (len(mac) * 8 - _SIGNS * _BITS)
    signs = (value >> _BITS * place & 31 for place in reversed(range(_SIGNS)))
    return _grouped("".join(complaint_number.ALPHABET[sign] for sign in signs))


def parse_key(text: str) -> str | None:
    """The key a person typed or followed, in its one spelling; None when it cannot be one."""
    plain = _bare(text).translate(_READ_AS)
    fits = len(plain) == _SIGNS and all(sign in complaint_number.ALPHABET for sign in plain)
    return _grouped(plain) if fits else None


def hashed(key: str) -> str:
    """What is kept of a key: its SHA-256, in hex."""
    return hashlib.sha256(key.encode()).hexdigest()


def opens(key: str, kept: str) -> bool:
    """Whether a key is the one that `kept` was made of."""
    parsed = parse_key(key)
    return parsed is not None and hmac.compare_digest(hashed(parsed), kept)


def _bare(text: str) -> str:
    """Without what people put between the signs. What is much too long is none, and not looked at."""
    return re.sub(r"[\s-]", "", text).upper() if len(text) <= 100 else ""


def _grouped(plain: str) -> str:
    return "-".join(plain[place : place + _GROUP] for place in range(0, _SIGNS, _GROUP))
