"""An HTTP API event as a call of an operation: everything that HTTP asks of a request is checked here."""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NoReturn

from redress.domain import actors
from redress.domain.errors import FieldProblem, InvalidInput
from redress.domain.values import Value
from redress.http.permissions import Caller, subject_id
from redress.http.problems import (
    BODY_TOO_LARGE,
    KEY_MISSING,
    MALFORMED_BODY,
    UNSUPPORTED_MEDIA_TYPE,
    Refused,
)
from redress.usecases.change import Desk
from redress.usecases.ports import Request

if TYPE_CHECKING:  # imported when the first request for one comes
    from redress.faq.entries import Faq
    from redress.usecases.actions import ActionStore
    from redress.usecases.evidence_ports import EvidenceDoor
    from redress.usecases.insight import InsightDesk
    from redress.usecases.watch import Register
    from redress.usecases.webhooks import WebhookDesk

LARGEST_BODY = 256 * 1024  # bytes: the longest valid complaint, every character escaped, needs 190 KiB
REMEMBERED = timedelta(days=7)  # how long an Idempotency-Key is

_KEY = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,198}[\x21-\x7e])?")
_ETAG = re.compile(r'"([1-9][0-9]{0,8})"')
_NO_VERSION = 0  # equal to no complaint's version


class Call(Value):
    """A request that may be carried out. `path` holds what stands in the places of its path, as written.

    `version` is that of If-Match: None when none was sent, 0 when it can match no complaint.
    """

    desk: Desk
    caller: Caller
    player_secret: Callable[[], bytes]
    webhooks: Callable[[], "WebhookDesk"]
    evidence: Callable[[], "EvidenceDoor"]
    actions: Callable[[], "ActionStore"]
    insight: Callable[[], "InsightDesk"]
    alarms: Callable[[], "Register"]
    link_secrets: Callable[[], Sequence[bytes]]
    faq: Callable[[str, str], "Faq"]
    random_bits: Callable[[int], int]
    path: Mapping[str, str]
    actor: str
    request: Request | None
    version: int | None

    @property
    def number(self) -> str:
        """The complaint that the path names, as written."""
        return self.path["number"]

    @property
    def once(self) -> Request:
        """The idempotent request that every POST is."""
        if self.request is None:
            raise TypeError("only a POST changes something")
        return self.request


def query(event: Mapping[str, Any]) -> Mapping[str, str]:
    """The parameters of the query."""
    return event.get("queryStringParameters") or {}


def document(event: Mapping[str, Any]) -> object:
    """The JSON body, an empty object when there is none.

    Raises Refused for a body that is too large, not announced as JSON, not UTF-8 or not JSON.
    """
    raw = _bytes(event)
    if not raw:
        return {}
    if len(raw) > LARGEST_BODY:
        raise Refused(BODY_TOO_LARGE, f"Send at most {LARGEST_BODY:,} bytes.")
    if _header(event, "content-type").partition(";")[0].strip().lower() != "application/json":
        raise Refused(UNSUPPORTED_MEDIA_TYPE, "Send the body with Content-Type: application/json.")
    try:
        return json.loads(raw.decode(), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise Refused(MALFORMED_BODY, f"Byte {error.start} is not UTF-8.") from None
    except RecursionError:
        raise Refused(MALFORMED_BODY, "It is nested too deeply.") from None
    except ValueError as error:
        raise Refused(MALFORMED_BODY, f"It cannot be read: {error}.") from None


def idempotency(
    event: Mapping[str, Any], caller: Caller, actor: str, path: str, body: object, now: Callable[[], Any]
) -> Request:
    """The idempotent request that a POST is: of one actor, since an answer may be meant for one person.

    Raises Refused without a usable Idempotency-Key.
    """
    key = _header(event, "idempotency-key")
    if not _KEY.fullmatch(key):
        detail = "Send a header Idempotency-Key of 1 to 200 printable ASCII characters, new for each request."
        raise Refused(KEY_MISSING, detail)
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"))
    fingerprint = hashlib.sha256(f"POST\n{path}\n{actor}\n{canonical}".encode()).hexdigest()
    return Request(client=caller.client.id, key=key, fingerprint=fingerprint, expires_at=now() + REMEMBERED)


def version(event: Mapping[str, Any]) -> int | None:
    """The version that If-Match names; any tag that is no version of ours matches none."""
    sent = _header(event, "if-match")
    if not sent:
        return None
    found = _ETAG.fullmatch(sent)
    return int(found[1]) if found else _NO_VERSION


def actor(event: Mapping[str, Any], caller: Caller) -> str:
    """Who acts: the application, and the person its token was issued to.

    A token of a program names nobody; then the person is the one that the application names in the header
    Redress-User. Raises InvalidInput for a name or an address where a subject id belongs, and for a person
    other than the token's.
    """
    named = _header(event, "redress-user")
    if caller.person is not None:
        if named and subject_id(named) != caller.person:
            remedy = "The token was issued to another person, who acts: leave the header out."
            raise InvalidInput([FieldProblem("Redress-User", "subject", remedy)])
        return actors.of_app(caller.client.id, caller.person)
    if named and not re.fullmatch(actors.SUBJECT, named):
        remedy = "Send the person's subject id at your identity provider, no name and no address."
        raise InvalidInput([FieldProblem("Redress-User", "subject", remedy)])
    return actors.of_app(caller.client.id, named)


def acting_person(acting: str) -> str:
    """The subject id of the person who acts. Raises InvalidInput where the application names nobody."""
    person = actors.person(acting)
    if person is None:
        remedy = "Name the person: their subject id at your identity provider."
        raise InvalidInput([FieldProblem("Redress-User", "subject", remedy)])
    return person


def _bytes(event: Mapping[str, Any]) -> bytes:
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(body).encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error:
        raise Refused(MALFORMED_BODY, "It cannot be read.") from None


def _header(event: Mapping[str, Any], name: str) -> str:
    """A header by its lower-case name, as HTTP APIs write them."""
    return str(event["headers"].get(name, "")).strip()


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
