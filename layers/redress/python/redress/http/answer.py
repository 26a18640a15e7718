"""What goes back to a caller."""

import json
from collections.abc import Mapping
from typing import Any

from redress.domain.values import Value

ALWAYS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class Answer(Value):
    """Status, JSON document, headers."""

    status: int = 200
    body: Mapping[str, Any]
    headers: Mapping[str, str] = {}
    media_type: str = "application/json"

    def to_gateway(self) -> dict[str, Any]:
        """The answer in the payload format 2.0 of HTTP APIs."""
        return {
            "statusCode": self.status,
            "headers": {"Content-Type": self.media_type, **ALWAYS, **self.headers},
            "body": json.dumps(self.body, ensure_ascii=False, separators=(",", ":")),
            "isBase64Encoded": False,
        }


def etag(version: int) -> str:
    """The entity tag of a complaint at a version."""
    return f'"{version}"'
