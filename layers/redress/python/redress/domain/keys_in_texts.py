"""Our own keys in what people write: left out before it is kept, since who reads it could use them.

Whoever answers between our lines, forwards a letter or pastes an address into a form sends a key along. A key
is known by its shape, wherever it stands: nobody has to know for which complaint it is, or its secret.

- Private links: 32 signs, of which the day that they end on makes the first three `AAB` until 2059. Where a
  mail program broke the address over lines, they follow its slash.
- Questions: seven groups of four.
- Reply addresses: what stands before the @, of either purpose.

The hash of a transaction and an IBAN in groups look much the same, and stay: no key is digits alone.

The work is bounded by the text's length.
"""

import re
from collections.abc import Mapping
from typing import Any

LEFT_OUT = "…"
"""What stands in the place of a key. Never longer than one, and no sign of any."""

_ADDRESSES = frozenset({"email", "other_emails", "from", "message_id"})
"""What is written to or answered to, and not read as a text: it has to stay as it is."""

_BREAK = r"(?:[ \t]{0,9}\r?\n[ \t>]{0,20})?"
_OF_A_LINK = "[A-Za-z0-9_-]"
_OF_A_QUESTION = "[0-9A-HJKMNP-TV-Z]{4}"
_NO_HASH = "(?!AAB[0-9A-F]{29})"
_NO_ACCOUNT = "(?![A-Z]{0,2}[0-9-]{31})"
# Runs are taken whole: what looks like a key's beginning may stand before the key.
_KEY = re.compile(
    rf"(?:(?<=/)|(?<=%2[Ff])){_NO_HASH}{_BREAK}A{_BREAK}A{_BREAK}B(?:{_BREAK}{_OF_A_LINK}){{29}}{_OF_A_LINK}*"
    rf"|{_NO_HASH}AAB{_OF_A_LINK}{{29,}}"
    rf"|(?i:{_NO_ACCOUNT}(?:{_OF_A_QUESTION}-(?:2D)?{_BREAK}){{6,}}{_OF_A_QUESTION})"
    r"|(?i:[cu](?:\+|%2B)[0-9a-z]{9}\.[a-z2-7]{26})",
    re.ASCII,
)


def without_keys(text: str) -> str:
    """The text with each key replaced; any other text as it is."""
    return _KEY.sub(LEFT_OUT, text)


def content_without_keys(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content with the keys left out of all its texts, however deep; addresses stay."""
    return {name: one if name in _ADDRESSES else _without(one) for name, one in content.items()}


def _without(value: object) -> object:
    if isinstance(value, str):
        return without_keys(value)
    if isinstance(value, Mapping):
        return content_without_keys(value)
    return [_without(one) for one in value] if isinstance(value, list | tuple) else value
