"""The complaint number: short, random, with a check character; it can be read over a phone.

Crockford's base 32 without I, L, O, U: eight random characters and one check character, `R7K3-9QXM-3`.
It names a complaint and opens nothing.
"""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_BITS = 40
_LENGTH = 8
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


def from_random(value: int) -> str:
    """The number for a random integer of RANDOM_BITS bits."""
    body = "".join(ALPHABET[(value >> 5 * place) & 31] for place in reversed(range(_LENGTH)))
    return f"{body[:4]}-{body[4:]}-{_check(body)}"


def parse(text: str) -> str | None:
    """The number a person typed or said, in its one spelling; None when it cannot be one."""
    plain = text.strip().upper().translate(_READ_AS)
    if len(plain) != _LENGTH + 1 or any(sign not in ALPHABET for sign in plain):
        return None
    body, check = plain[:_LENGTH], plain[_LENGTH]
    return f"{body[:4]}-{body[4:]}-{check}" if check == _check(body) else None


def _check(body: str) -> str:
    """Luhn modulo 32: it shows every single wrong sign, and every swap of neighbours except 0 with Z."""
    doubled = (ALPHABET.index(sign) * (1 + place % 2) for place, sign in enumerate(body))
    return ALPHABET[-sum(sum(divmod(value, 32)) for value in doubled) % 32]
