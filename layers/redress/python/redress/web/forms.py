"""What a browser sends: reading it, and the nonce that makes a form count once.

A form carries a random nonce. It is the idempotency key of what the form asks for, kept together with a
hash of everything else in the form: the same form twice is one request, another content is refused.
"""

import base64
import binascii
import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from redress.domain.values import Value
from redress.usecases.ports import Request

CLIENT = "portal"
NONCE = "nonce"
REMEMBERED = timedelta(days=30)
LARGEST_BODY = 4 * 1024 * 1024  # bytes: above any honest text, below what the gateway lets through
MOST_FIELDS = 50
SHOWN_AGAIN = 100_000  # characters of one field that a page repeats

_NONCE = re.compile(r"[A-Za-z0-9_-]{22,64}")
_INVISIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

type Fields = Mapping[str, str]


class UnreadableForm(Exception):
    """The body is no form that a page of ours sends; `status` is the HTTP status that says why."""

    def __init__(self, status: int) -> None:
        self.status = status
        super().__init__(f"unreadable form: {status}")


class Submission(Value):
    """What was typed, by field, and the nonce if it is one of ours."""

    fields: Fields
    nonce: str | None

    def request(self, purpose: str, now: datetime) -> Request | None:
        """The idempotent request for a purpose (route and complaint); None without a nonce."""
        if self.nonce is None:
            return None
        told = json.dumps([purpose, self.nonce, sorted(self.fields.items())])
        return Request(
            client=CLIENT,
            key=self.nonce,
            fingerprint=hashlib.sha256(told.encode()).hexdigest(),
            expires_at=now + REMEMBERED,
        )


def fresh_nonce() -> str:
    """A new random nonce of 144 bits."""
    return secrets.token_urlsafe(18)


def read(content_type: str, body: str | None, *, is_base64: bool) -> Submission:
    """The form in the body of a request. Raises UnreadableForm (400, 413 or 415)."""
    if content_type.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise UnreadableForm(415)
    raw = _plain(body or "", is_base64=is_base64)
    if len(raw) > LARGEST_BODY:
        raise UnreadableForm(413)
    try:
        pairs = parse_qsl(raw, keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError as error:  # no UTF-8, or too many fields
        raise UnreadableForm(400) from error
    fields = dict(reversed(pairs))  # of a field sent twice, the first counts
    nonce = fields.pop(NONCE, "")
    return Submission(fields=fields, nonce=nonce if _NONCE.fullmatch(nonce) else None)


def shown_again(text: str) -> str:
    """What was typed, for the page that asks to correct it: without invisible signs, not endlessly long."""
    return _INVISIBLE.sub("", text)[:SHOWN_AGAIN]


def _plain(body: str, *, is_base64: bool) -> str:
    if not is_base64:
        return body
    try:
        return base64.b64decode(body, validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise UnreadableForm(400) from error
