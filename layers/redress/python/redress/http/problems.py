"""The one place where an error becomes an HTTP answer: problem details by RFC 9457.

`type` is stable and means what a program may decide on; title and detail are for people and may change.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from redress.domain import instants
from redress.domain.errors import (
    ActionDone,
    Conflict,
    ConsultationOver,
    EvidenceNotReleased,
    Forbidden,
    IdempotencyKeyReused,
    IllegalTransition,
    InvalidInput,
    Leased,
    NoSuchAction,
    NoSuchConsultation,
    NoSuchEvidence,
    NoSuchTeam,
    NoSuchWebhook,
    NotAllowedByPack,
    NotFound,
    NotOfTeam,
    PreconditionRequired,
    RedressError,
    StaleVersion,
    TooManyRequests,
    TooManyWebhooks,
    WebhookDisabled,
)
from redress.domain.values import Value
from redress.http.answer import Answer, etag

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 1


class Kind(NamedTuple):
    """A kind of problem: the last part of its type, its status, its title."""

    name: str
    status: int
    title: str

    @property
    def type(self) -> str:
        """The stable URN of the kind."""
        return f"urn:redress:problem:{self.name}"


UNAUTHENTICATED = Kind("unauthenticated", 401, "There is no valid token")
FORBIDDEN = Kind("forbidden", 403, "The token does not allow this")
UNKNOWN_CLIENT = Kind("unknown-client", 403, "The client of the token is unknown")
NOT_OF_TEAM = Kind("not-of-team", 403, "The person is no member of the team")
NOT_FOUND = Kind("not-found", 404, "There is no such complaint")
NO_SUCH_CONSULTATION = Kind("no-such-consultation", 404, "There is no such consultation")
NO_SUCH_WEBHOOK = Kind("no-such-webhook", 404, "There is no such webhook")
NO_SUCH_ACTION = Kind("no-such-action", 404, "There is no such corrective action")
NO_SUCH_EVIDENCE = Kind("no-such-evidence", 404, "The complaint has no such file")
NO_SUCH_TEAM = Kind("no-such-team", 404, "There is no such team")
NO_SUCH_PATH = Kind("no-such-path", 404, "There is nothing at this path")
METHOD_NOT_ALLOWED = Kind("method-not-allowed", 405, "The path does not take this method")
MALFORMED_BODY = Kind("malformed-body", 400, "The body is not JSON")
KEY_MISSING = Kind("idempotency-key-missing", 400, "The request has no usable Idempotency-Key")
ILLEGAL_TRANSITION = Kind("illegal-transition", 409, "The complaint's stage does not allow this")
NOT_ALLOWED_BY_PACK = Kind("not-allowed-by-rule-pack", 409, "No rule pack of the complaint allows this")
CONSULTATION_OVER = Kind("consultation-over", 409, "The consultation has ended")
TOO_MANY_WEBHOOKS = Kind("too-many-webhooks", 409, "The client has as many webhooks as it may")
WEBHOOK_DISABLED = Kind("webhook-disabled", 409, "The webhook is disabled")
ACTION_DONE = Kind("action-done", 409, "The corrective action is done already")
EVIDENCE_NOT_RELEASED = Kind("evidence-not-released", 409, "The file may not be opened, or not yet")
LEASED = Kind("leased", 409, "Another person has the complaint before them")
STALE_VERSION = Kind("stale-version", 412, "The complaint has changed since")
BODY_TOO_LARGE = Kind("body-too-large", 413, "The body is too large")
UNSUPPORTED_MEDIA_TYPE = Kind("unsupported-media-type", 415, "The body is not sent as JSON")
INVALID_INPUT = Kind("invalid-input", 422, "What was sent breaks a rule")
KEY_REUSED = Kind("idempotency-key-reused", 422, "The Idempotency-Key belongs to another request")
PRECONDITION_REQUIRED = Kind("precondition-required", 428, "The request does not name a version")
TOO_MANY_REQUESTS = Kind("too-many-requests", 429, "The client has sent too many requests")
BUSY = Kind("busy", 503, "The complaint is being changed by others")
UNAVAILABLE = Kind("unavailable", 503, "A service that is needed does not answer")


class Refused(Exception):
    """A request is refused for what it is as an HTTP message, before it reaches a use case."""

    def __init__(self, kind: Kind, detail: str, headers: Mapping[str, str] | None = None) -> None:
        self.kind, self.detail, self.headers = kind, detail, dict(headers or {})
        super().__init__(detail)


class _Told(Value):
    """What an error adds to its problem: members of the document, and headers."""

    members: Mapping[str, Any] = {}
    headers: Mapping[str, str] = {}


KINDS: Mapping[type[RedressError], Kind] = {
    InvalidInput: INVALID_INPUT,
    NotFound: NOT_FOUND,
    IllegalTransition: ILLEGAL_TRANSITION,
    NotAllowedByPack: NOT_ALLOWED_BY_PACK,
    PreconditionRequired: PRECONDITION_REQUIRED,
    StaleVersion: STALE_VERSION,
    IdempotencyKeyReused: KEY_REUSED,
    Leased: LEASED,
    NoSuchTeam: NO_SUCH_TEAM,
    NoSuchConsultation: NO_SUCH_CONSULTATION,
    ConsultationOver: CONSULTATION_OVER,
    NotOfTeam: NOT_OF_TEAM,
    Conflict: BUSY,
    Forbidden: FORBIDDEN,
    TooManyRequests: TOO_MANY_REQUESTS,
    NoSuchWebhook: NO_SUCH_WEBHOOK,
    TooManyWebhooks: TOO_MANY_WEBHOOKS,
    WebhookDisabled: WEBHOOK_DISABLED,
    NoSuchAction: NO_SUCH_ACTION,
    ActionDone: ACTION_DONE,
    NoSuchEvidence: NO_SUCH_EVIDENCE,
    EvidenceNotReleased: EVIDENCE_NOT_RELEASED,
}
TOLD: tuple[type[Exception], ...] = (
    Refused,
    *KINDS,
)  # what a caller is told of; every other error is a fault of ours


def answer(error: Exception) -> Answer:
    """The problem that an error of TOLD is."""
    if isinstance(error, Refused):
        return problem(error.kind, error.detail, headers=error.headers)
    kind = KINDS[type(error)]  # type: ignore[index]  # one of TOLD
    told = _told(error)
    return problem(kind, str(error), told.members, told.headers)


def problem(
    kind: Kind,
    detail: str,
    members: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """A problem of a kind, with what it adds."""
    body = {"type": kind.type, "title": kind.title, "status": kind.status, "detail": detail}
    return Answer(
        status=kind.status, body=body | dict(members or {}), headers=headers or {}, media_type=MEDIA_TYPE
    )


def unavailable() -> Answer:
    """A service that is needed does not answer: the same request, with its key, may be sent again."""
    detail = f"Send the same request, with the same Idempotency-Key, again in {RETRY_SECONDS} s."
    return problem(UNAVAILABLE, detail, headers={"Retry-After": str(RETRY_SECONDS)})


def _told(error: Exception) -> _Told:  # noqa: C901 - a table
    match error:
        case InvalidInput(problems=problems):
            return _Told(members={"errors": [one._asdict() for one in problems]})
        case IllegalTransition(stage=stage, command=command):
            return _Told(members={"stage": stage, "command": command})
        case NotAllowedByPack(pack=pack, rule=rule, why=why):
            return _Told(members={"pack": pack, "rule": rule, "why": why})
        case StaleVersion(version=version) | PreconditionRequired(version=version):
            return _Told(members={"version": version}, headers={"ETag": etag(version)})
        case Conflict(retry_after=seconds) | TooManyRequests(retry_after=seconds):
            return _Told(headers={"Retry-After": str(seconds)})
        case Forbidden(permission=permission):
            return _Told(members={"permission": permission})
        case EvidenceNotReleased(state=state):
            return _Told(members={"state": state})
        case Leased(holder=holder, until=until):
            return _Told(members={"holder": holder, "until": instants.to_text(until)})
        case _:
            return _Told()
