"""Writes `functions/operator_api/openapi.json` from the routes, models, views and problems that answer.

python -m infra.openapi
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from redress.http import problems
from redress.http.fields import Strict
from redress.http.permissions import PERMISSIONS
from redress.http.problems import Kind
from redress.http.requests import LARGEST_BODY, REMEMBERED
from redress.http.routes import NUMBER, ROUTES, Route

FILE = Path(__file__).parent.parent / "functions/operator_api/openapi.json"

SCHEMAS = "#/components/schemas/"

type Json = dict[str, Any]

DESCRIPTION = f"""Complaints of the operator's players.

Instants are RFC 3339 in UTC, money is a whole number of minor units with an ISO 4217 code. A body has at most
{LARGEST_BODY:,} bytes. Every POST carries an `Idempotency-Key`: the same request under the same key gets the
same answer for {REMEMBERED.days} days. Every refusal is a problem document (RFC 9457) whose `type` is stable.
The gateway itself answers 401 to a missing, forged or expired token, 429 when throttled, and 5xx if the
function fails, with a JSON object that holds `message`."""

PROBLEM: Json = {
    "type": "object",
    "description": "Why a request was refused, by RFC 9457.",
    "properties": {
        "type": {"type": "string", "description": "The kind of problem: stable, for programs."},
        "title": {"type": "string", "description": "The kind of problem, for people."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong with this request, and what to do."},
        "errors": {
            "type": "array",
            "description": "Every field that breaks a rule, by a stable code, with the remedy.",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in ("field", "rule", "remedy")},
                "required": ["field", "rule", "remedy"],
            },
        },
        "version": {"type": "integer", "description": "The complaint's present version."},
        "stage": {"type": "string", "description": "The complaint's present stage."},
        "command": {"type": "string", "description": "What the stage does not allow."},
        "pack": {"type": "string", "description": "The rule pack that does not allow it."},
        "rule": {"type": "string", "description": "The part of the pack that says so."},
        "why": {"type": "string", "description": "What the pack does not allow."},
        "permission": {"type": "string", "description": "The permission that is missing."},
    },
    "required": ["type", "title", "status", "detail"],
}

PARAMETERS: Mapping[str, Json] = {
    "Number": {
        "name": "number",
        "in": "path",
        "required": True,
        "description": "The complaint's number, such as R7K3-9QXM-2.",
        "schema": {"type": "string"},
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "description": "New for each request, repeated when the same request is sent again.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "required": True,
        "description": "The ETag of the complaint that the caller decided on.",
        "schema": {"type": "string"},
    },
    "RedressUser": {
        "name": "Redress-User",
        "in": "header",
        "description": "The person acting: a subject id of the operator's identity provider.",
        "schema": {"type": "string", "maxLength": 100},
    },
}

HEADERS: Mapping[str, Json] = {
    "ETag": {"description": "The complaint's version.", "schema": {"type": "string"}},
    "Location": {"description": "Where the new complaint is found.", "schema": {"type": "string"}},
    "Idempotency-Replayed": {
        "description": "`true` if the same request was answered before.",
        "schema": {"type": "string"},
    },
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}},
    "Allow": {"description": "The methods of the path.", "schema": {"type": "string"}},
    "WWW-Authenticate": {"description": "How to authenticate.", "schema": {"type": "string"}},
}
PROBLEM_HEADERS: Mapping[int, str] = {
    401: "WWW-Authenticate",
    405: "Allow",
    412: "ETag",
    428: "ETag",
    503: "Retry-After",
}
PERMISSION_WORDS = "The token's scopes and the region file have to allow"


def document() -> Json:
    """The whole description."""
    schemas: Json = {"Problem": PROBLEM}
    paths: defaultdict[str, Json] = defaultdict(dict)
    for route in ROUTES:
        paths[route.path][route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Redress operator API",
            "version": "1",
            "summary": "Take, work and decide player complaints.",
            "description": DESCRIPTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "https://complaints-api.example.com"}],
        "security": [{"token": []}],
        "paths": dict(paths),
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "parameters": dict(PARAMETERS),
            "headers": dict(HEADERS),
            "responses": {
                _problem_name(status): _problem(status, kinds) for status, kinds in _kinds().items()
            },
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def _operation(route: Route, schemas: Json) -> Json:
    permission = PERMISSIONS[route.name]
    summary = (route.operation.__doc__ or "").strip().splitlines()[0].rstrip(".")
    operation: Json = {
        "operationId": route.name,
        "summary": summary,
        "description": f"{PERMISSION_WORDS} `{permission}`.",
        "security": [{"token": [permission]}],
        "parameters": list(_parameters(route)),
        "responses": {
            str(route.status): _success(route, schemas),
            **{
                str(status): {"$ref": f"#/components/responses/{_problem_name(status)}"}
                for status in _statuses(route)
            },
        },
    }
    if route.body is not None:
        read = _schema(resolve_name(route.body), schemas)
        operation["requestBody"] = {
            "required": "required" in schemas[read],
            "content": {"application/json": {"schema": _reference(read)}},
        }
    return operation


def _parameters(route: Route) -> Iterable[Json]:
    if NUMBER in route.path:
        yield _parameter("Number")
    if route.query:
        yield from _query(resolve_name(route.query))
    if route.body is not None:
        yield _parameter("IdempotencyKey")
        yield _parameter("RedressUser")
    if route.guarded:
        yield _parameter("IfMatch")


def _parameter(name: str) -> Json:
    return {"$ref": f"#/components/parameters/{name}"}


def _query(model: type[Strict]) -> Iterable[Json]:
    """The fields of a query, all optional. Left out is their only way not to be sent: a query has no null."""
    for name, schema in model.model_json_schema()["properties"].items():
        yield {"name": name, "in": "query", "schema": schema.get("anyOf", [schema])[0]}


def _schema(shape: type, schemas: Json, mode: JsonSchemaMode = "validation") -> str:
    """Describe a model or view among the `schemas`, with all it refers to; its name there."""
    described = TypeAdapter(shape).json_schema(ref_template=f"{SCHEMAS}{{model}}", mode=mode)
    schemas |= described.pop("$defs", {})
    schemas[shape.__name__] = described
    return shape.__name__


def _reference(name: str) -> Json:
    return {"$ref": f"{SCHEMAS}{name}"}


def _success(route: Route, schemas: Json) -> Json:
    shown = _schema(route.shows, schemas, "serialization")
    names = ["ETag"] if NUMBER in route.path or route.body is not None else []
    names += ["Idempotency-Replayed"] if route.body is not None else []
    names += ["Location"] if route.status == 201 else []
    answer: Json = {
        "description": schemas[shown]["description"].strip().splitlines()[0],
        "content": {"application/json": {"schema": _reference(shown)}},
    }
    return answer | ({"headers": _headers(names)} if names else {})


def _headers(names: Iterable[str]) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _statuses(route: Route) -> list[int]:
    """The refusals that a route can answer with."""
    found = {401, 403, 503}
    found |= {404} if NUMBER in route.path else set()
    found |= {422} if route.query or route.body is not None else set()
    found |= {400, 413, 415} if route.body is not None else set()
    found |= {409} if route.body is not None and NUMBER in route.path else set()
    found |= {412, 428} if route.guarded else set()
    return sorted(found)


def _kinds() -> Mapping[int, list[Kind]]:
    kinds: defaultdict[int, list[Kind]] = defaultdict(list)
    for one in vars(problems).values():
        if isinstance(one, Kind):
            kinds[one.status].append(one)
    return dict(sorted(kinds.items()))


def _problem_name(status: int) -> str:
    return f"Problem{status}"


def _problem(status: int, kinds: Iterable[Kind]) -> Json:
    of_type = {"properties": {"type": {"enum": [kind.type for kind in kinds]}}}
    schema = {"allOf": [_reference("Problem"), of_type]}
    answer: Json = {
        "description": "; ".join(kind.title for kind in kinds),
        "content": {problems.MEDIA_TYPE: {"schema": schema}},
    }
    header = PROBLEM_HEADERS.get(status)
    return answer | ({"headers": _headers([header])} if header else {})


def text() -> str:
    """The file's content."""
    return json.dumps(document(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
