"""How a player is found again without being named: a keyed hash of the account, or of the e-mail address."""

import hashlib
import hmac
import unicodedata


def index_key(secret: bytes, brand: str, account: str | None, email: str) -> str:
    """Hex HMAC-SHA256 of brand and account, or brand and e-mail (case folded) when no account was given.

    Letters count composed (Unicode NFC), as the doors take them in.
    """
    given = (account or "").strip()
    who = f"account\n{given}" if given else f"email\n{email.strip().casefold()}"
    named = unicodedata.normalize("NFC", f"{brand}\n{who}")
    return hmac.new(secret, named.encode(), hashlib.sha256).hexdigest()
