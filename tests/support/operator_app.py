"""An application of the operator that calls the API's handler as API Gateway does.

Every answer is checked against `openapi.json`: a test that uses it also tests the description.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from openapi_schema_validator import OAS31Validator

from infra.openapi import FILE
from redress.http.routes import find

SCOPES = " ".join(f"redress/complaints:{scope}" for scope in ("read", "write", "decide", "admin"))
CLIENT_ID = "cognito-back-office"

type Handler = Callable[[dict[str, Any], object], dict[str, Any]]

_OPENAPI = json.loads(FILE.read_text(encoding="utf-8"))
_keys = count(1)


@dataclass(frozen=True)
class Answer:
    """What the application got; header names in lower case, as HTTP libraries show them."""

    status: int
    headers: Mapping[str, str]
    body: dict[str, Any]

    @property
    def problem(self) -> str:
        """The last part of a problem's type."""
        return str(self.body["type"]).rpartition(":")[2]

    @property
    def etag(self) -> str:
        """The tag of the complaint's version."""
        return self.headers["etag"]

    @property
    def rules(self) -> dict[str, str]:
        """The rule that each field breaks."""
        return {one["field"]: one["rule"] for one in self.body["errors"]}


@dataclass(frozen=True, kw_only=True)
class OperatorApp:
    """An application with a token. `claims` is None for a request that carries none."""

    handler: Handler
    claims: Mapping[str, str] | None = field(
        default_factory=lambda: {"client_id": CLIENT_ID, "scope": SCOPES}
    )

    def get(self, path: str, **query: str) -> Answer:
        """GET a path below /v1."""
        return self.send("GET", path, query=query)

    def post(
        self,
        path: str,
        body: object = None,
        *,
        key: str | None = None,
        if_match: str | None = None,
        **headers: str,
    ) -> Answer:
        """POST a JSON document to a path below /v1, under a new idempotency key unless one is given."""
        sent = {"content-type": "application/json", "idempotency-key": key or f"key-{next(_keys)}", **headers}
        if if_match:
            sent["if-match"] = if_match
        return self.send("POST", path, body=json.dumps({} if body is None else body), headers=sent)

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: str | None = None,
        headers: Mapping[str, str] | None = None,
        is_base64: bool = False,
    ) -> Answer:
        """Send a request as it stands (payload format 2.0 of HTTP APIs)."""
        authorizer = {} if self.claims is None else {"authorizer": {"jwt": {"claims": self.claims}}}
        event = {
            "version": "2.0",
            "rawPath": f"/v1{path}",
            "headers": dict(headers or {}),
            "queryStringParameters": dict(query or {}),
            "requestContext": {"http": {"method": method}, **authorizer},
            "body": body,
            "isBase64Encoded": is_base64,
        }
        answer = self.handler(event, None)
        names = {name.lower(): value for name, value in answer["headers"].items()}
        got = Answer(answer["statusCode"], names, json.loads(answer["body"]))
        _check(method, f"/v1{path}", got)
        return got


def _check(method: str, path: str, got: Answer) -> None:
    """The answer is one that openapi.json describes for the route."""
    media_type = got.headers["content-type"]
    if got.status in (404, 405) and got.problem in ("no-such-path", "method-not-allowed"):
        problem = {"$ref": "#/components/schemas/Problem"}  # told in words: no route answers them
        described: dict[str, Any] = {"content": {media_type: {"schema": problem}}}
    else:
        described = _OPENAPI["paths"][find(method, path)[0].path][method.lower()]["responses"][
            str(got.status)
        ]
    if "$ref" in described:
        described = _OPENAPI["components"]["responses"][described["$ref"].rpartition("/")[2]]
    schema = described["content"][media_type]["schema"]
    OAS31Validator({**schema, "components": _OPENAPI["components"]}).validate(got.body)
    assert {name.lower() for name in described.get("headers", {})} - {"idempotency-replayed"} <= set(
        got.headers
    )
