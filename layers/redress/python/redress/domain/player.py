"""How a player is found again without being named: a keyed hash of the account, or of the e-mail address."""

import hashlib
import hmac


def index_key(secret: bytes, brand: str, account: str | None, email: str) -> str:
    """Hex HMAC-SHA256 of brand and account, or brand and e-mail (case folded) when no account was given."""
    given = (account or "").strip()
    who = f"account\n{given}" if given else f"email\n{email.strip().casefold()}"
    return hmac.new(secret, f"{brand}\n{who}".encode(), hashlib.sha256).hexdigest()
