"""What a change answers: the same however often the same request is sent."""

from typing import TypedDict

from redress.http.answer import Answer, etag
from redress.usecases.change import Changed


class ChangedView(TypedDict):
    """Which complaint a request made or changed, its version then, and where it is found."""

    number: str
    version: int
    self: str


def changed(outcome: Changed, status: int = 200) -> Answer:
    """Which complaint was made or changed, and its version then."""
    path = f"/v1/complaints/{outcome.number}"
    headers = tag(outcome.version)
    if status == 201:
        headers["Location"] = path
    if outcome.replayed:
        headers["Idempotency-Replayed"] = "true"
    body: ChangedView = {"number": outcome.number, "version": outcome.version, "self": path}
    return Answer(status=status, body=body, headers=headers)


def tag(version: int) -> dict[str, str]:
    """The header that names a version."""
    return {"ETag": etag(version)}
