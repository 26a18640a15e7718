"""What is measured: each function, with an event as AWS sends it and a part of the right answer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from redress.domain import audit
from redress.domain.events import Assigned
from redress.web import guard
from tests.performance.canned_aws import SECRET
from tests.performance.cases import DESCRIPTION, FRESH, JURISDICTION, LETTER, PERSON, WORKED
from tests.support import tables

DEFINITION = "0" * 64
NONCE = "0123456789abcdef01234567"
# Of a form that was opened five minutes ago: an honest complaint is not suspected.
FORM_TOKEN = guard.token([SECRET.encode()], NONCE, datetime.now(UTC) - timedelta(minutes=5))

ENVIRONMENT: Mapping[str, str] = {
    "TABLE_NAME": tables.NAME,
    "POWERTOOLS_SERVICE_NAME": "redress-measured",
    "POWERTOOLS_LOG_LEVEL": "INFO",
    "PORTAL_URL": "https://complaints.example.test",
    "LINK_SECRET_ARN": "arn:aws:secretsmanager:eu-west-2:000000000000:secret:link",
    "PLAYER_INDEX_SECRET_ARN": "arn:aws:secretsmanager:eu-west-2:000000000000:secret:player-index",
    "PREFILL_SECRET_ARN": "arn:aws:secretsmanager:eu-west-2:000000000000:secret:prefill",
    "CONFIGURATION_SET": "redress",
    "INBOUND_MAIL": "yes",
    "DEFINITION_DIGEST": DEFINITION,
    "STATE_MACHINE_ARN": "arn:aws:states:eu-west-2:000000000000:stateMachine:complaint",
    "EVENT_BUS_NAME": "complaints",
    "EFFECTS_QUEUE_URL": "https://sqs.eu-west-2.amazonaws.com/000000000000/effects",
    "TOKENS": json.dumps({"clients": {"measured": "back-office"}, "scope_prefix": "redress/complaints:"}),
}

COMPLAINT: Mapping[str, Any] = {
    "brand": "northlight",
    "jurisdiction": JURISDICTION,
    "category": "bonuses",
    "description": DESCRIPTION,
    "currency": "GBP",
    **PERSON,
}


@dataclass(frozen=True, kw_only=True, eq=False)
class Subject:
    """A function and one event. `expected` is what its answer must hold; targets are ratios to the floor."""

    label: str
    function: str
    event: Mapping[str, Any]
    expected: Mapping[str, Any] | None
    cold_target: float | None = None
    warm_target: float | None = None


def _portal(
    method: str, fields: Mapping[str, str] | None = None, query: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """An event of the REST API."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if fields else {}
    return {
        "resource": "/",
        "path": "/",
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": query,
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()}
        if query
        else None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "path": "/live/",
            "stage": "live",
            "httpMethod": method,
            "domainName": "complaints.example.test",
            "identity": {"sourceIp": "192.0.2.7"},
            "requestId": "00000000-0000-4000-8000-000000000000",
        },
        "body": urlencode(fields) if fields else None,
        "isBase64Encoded": False,
    }


def _operator_api(method: str, path: str, body: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """An event of the HTTP API, payload format 2.0, behind its JWT authorizer."""
    claims = {"client_id": "measured", "scope": "redress/complaints:read redress/complaints:write"}
    return {
        "version": "2.0",
        "routeKey": "ANY /v1/{proxy+}",
        "rawPath": path,
        "rawQueryString": "",
        "headers": {"content-type": "application/json", "idempotency-key": "measured-1"},
        "requestContext": {
            "http": {"method": method, "path": path},
            "stage": "$default",
            "requestId": "00000000-0000-4000-8000-000000000000",
            "authorizer": {"jwt": {"claims": claims, "scopes": None}},
        },
        "body": json.dumps(body) if body else None,
        "isBase64Encoded": False,
    }


def _state(version: int) -> dict[str, Any]:
    return {
        "number": {"S": WORKED},
        "version": {"N": str(version)},
        "generation": {"N": "1"},
        "token": {"S": "token"},
    }


def _appended(seq: int) -> dict[str, Any]:
    """An EVENT item."""
    event = Assigned(assignee="handler", team="payments")
    record = audit.write(WORKED, seq, datetime.now(UTC), "system", event, audit.GENESIS, None)
    return {
        name: {"S": text} for name, text in (("text", record.text), ("brand", "a"), ("jurisdiction", "b"))
    }


def _written(sk: str, **images: Mapping[str, Any]) -> dict[str, Any]:
    """A record of the table's stream."""
    keys = {"pk": {"S": f"COMPLAINT#{WORKED}"}, "sk": {"S": sk}}
    return {"eventSource": "aws:dynamodb", "dynamodb": {"SequenceNumber": sk, "Keys": keys, **images}}


FLOOR = Subject(
    label="bare floor",
    function="floor",
    event={"number": WORKED, "text": DESCRIPTION},
    expected={"stored": 3},
)

SUBJECTS = (
    Subject(
        label="portal: the form",
        function="portal",
        event=_portal("GET", query={"category": COMPLAINT["category"]}),
        expected={"statusCode": 200},
        cold_target=1.8,
    ),
    Subject(
        label="portal: intake",
        function="portal",
        event=_portal("POST", {**COMPLAINT, "amount": "25.50", "nonce": NONCE, "form_token": FORM_TOKEN}),
        expected={"statusCode": 303},
        cold_target=1.8,
        warm_target=1.6,
    ),
    Subject(
        label="operator API: intake",
        function="operator_api",
        event=_operator_api("POST", "/v1/complaints", {**COMPLAINT, "amount_minor": 2550}),
        expected={"statusCode": 201},
        cold_target=1.6,
        warm_target=1.6,
    ),
    Subject(
        label="operator API: read",
        function="operator_api",
        event=_operator_api("GET", f"/v1/complaints/{WORKED}"),
        expected={"statusCode": 200},
        cold_target=1.6,
    ),
    Subject(
        label="plan: a wait",
        function="plan",
        event={
            "number": WORKED,
            "generation": 1,
            "turns": 3,
            "started_at": datetime.now(UTC).isoformat(),
            "definition": DEFINITION,
        },
        expected={"next": "Investigate"},
        cold_target=1.2,
    ),
    Subject(
        label="letters: acknowledgement",
        function="letters",
        event={"number": FRESH, "letter": LETTER},
        expected={"outcome": "sent"},
        cold_target=1.5,
    ),
    Subject(
        label="relay: a wake",
        function="relay",
        event={"Records": [_written("STATE", OldImage=_state(7), NewImage=_state(8))]},
        expected={"batchItemFailures": []},
        cold_target=1.2,
    ),
    Subject(
        label="relay: a wake and an event",
        function="relay",
        event={
            "Records": [
                _written("STATE", OldImage=_state(7), NewImage=_state(8)),
                _written("EVENT#000008", NewImage=_appended(8)),
            ]
        },
        expected={"batchItemFailures": []},
        cold_target=1.2,
    ),
    Subject(label="sweep: nothing overdue", function="sweep", event={}, expected=None),
)
