"""Writes `functions/operator_api/openapi.json` from the routes, models, views and problems that answer.

python -m infra.openapi

A new route needs nothing here unless its path has a new kind of open place (PLACES) or a new beginning
(TAGS), or its query a new parameter (QUERY). Its examples are steps of the story in `examples.toml`.
"""

import inspect
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, get_type_hints

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from infra import api_examples
from infra.api_examples import Exchange
from redress.domain import actors
from redress.http import problems
from redress.http.fields import Strict
from redress.http.problems import Kind
from redress.http.requests import LARGEST_BODY, REMEMBERED
from redress.http.routes import ROUTES, WEBHOOKS, Route

FILE = api_examples.FOLDER / "openapi.json"

SCHEMAS = "#/components/schemas/"

type Json = dict[str, Any]

DESCRIPTION = f"""Complaints of the operator's players.

Instants are RFC 3339 in UTC, money is a whole number of minor units with an ISO 4217 code. A body has at most
{LARGEST_BODY:,} bytes. Every POST carries an `Idempotency-Key`: the same request under the same key gets the
same answer for {REMEMBERED.days} days. Every refusal is a problem document (RFC 9457) whose `type` is stable.
The gateway itself answers 401 to a missing, forged or expired token, 429 when throttled, and 5xx if the
function fails, with a JSON object that holds `message`. A path that is not listed here is answered with 404,
a method that is not listed with 405 and `Allow`.

| status | type | title |
|-|-|-|
"""

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
        "holder": {"type": "string", "description": "Who has the complaint before them: a subject id."},
        "until": {"type": "string", "description": "Until when they have it, unless they give it back."},
    },
    "required": ["type", "title", "status", "detail"],
}

PARAMETERS: Mapping[str, Json] = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "description": "New for each request, repeated when the same request is sent again.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[\\x21-\\x7e]+$"},
        "example": "5f0c6b1e-8f4b-4a53-9a4e-0c6f4f1f2f65",
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "required": True,
        "description": "The ETag of what the caller decided on.",
        "schema": {"type": "string", "minLength": 1},
        "example": '"7"',
    },
    "RedressUser": {
        "name": "Redress-User",
        "in": "header",
        "description": "The person acting: a subject id of the operator's identity provider.",
        "schema": {"type": "string", "pattern": f"^{actors.SUBJECT}$"},
        "example": "handler-7",
    },
    "ActingPerson": {
        "name": "Redress-User",
        "in": "header",
        "description": "The person acting: a subject id of the operator's identity provider. It has to be "
        "there, unless the token was issued to that person.",
        "schema": {"type": "string", "pattern": f"^{actors.SUBJECT}$"},
        "example": "privacy-1",
    },
}
# What stands in each open place of a path, and how it looks.
PLACES: Mapping[str, tuple[str, str]] = {
    "number": ("The complaint's number.", "R7K3-9QXM-2"),
    "webhook": ("The webhook endpoint's id.", "4Q2M8ZJ1"),
    "task": ("The task's number within its complaint.", "2"),
    "team": ("The team's id in the region file.", "payments"),
    "letter": ("The letter's key.", "acknowledgement-1"),
    "evidence": ("The file's id.", "5b1f0c6a9d3e47f28a60c4d1e7b2935f"),
    "consultation": ("The consultation's number.", "Q-R7K3-9QXM-3"),
    "action": ("The corrective action's id.", "A-R7K3-9QXM-3"),
    "received": ("The mail's number within its complaint.", "7"),
}
# What the parameters of queries mean, unless the model's field has a description of its own.
QUERY: Mapping[str, str] = {
    "team": "The team whose queue is listed.",
    "jurisdiction": "The rule pack of the register, with `month`.",
    "month": "The month of receipt in UTC, with `jurisdiction`.",
    "brand": "The player's brand, with `account` or `email`.",
    "account": "The player's account, with `brand`.",
    "email": "The player's address, with `brand`, where no account was given.",
    "limit": "How many at most.",
    "cursor": "Where the page before ended: its `cursor`.",
}
# The groups of operations, by the first part of their paths.
TAGS: Mapping[str, str] = {
    "complaints": "Take complaints, find them, work on them and decide them.",
    "rule-packs": "The time-tables that complaints run by.",
    "webhooks": "Endpoints that are told of events.",
    "players": "What is held about a player, and its erasure.",
    "causes": "What may lie at the root of complaints.",
    "corrective-actions": "What is done so that a cause brings no more complaints.",
    "reports": "What the complaints of a period say, counted.",
    "alarms": "Which complaints came more often than chance explains.",
    "teams": "Queues of teams, and what is next for whom.",
    "tasks": "What teams were asked for.",
    "consultations": "Questions without a name, and their answers.",
    "faq": "The help pages of players.",
    "assistant": "The assistant of players, for a chat of your own.",
}

HEADERS: Mapping[str, Json] = {
    "ETag": {"description": "The version of what is shown.", "schema": {"type": "string"}},
    "Location": {"description": "Where what was made is found.", "schema": {"type": "string"}},
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
    429: "Retry-After",
    503: "Retry-After",
}
TOKEN: Json = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "OAuth 2.0, by client credentials.",
}
UNTOLD = "(say what it is in infra/openapi.py)"  # a test finds it
PERMISSION_WORDS = "The token's scopes and the region file have to allow"


def document() -> Json:
    """The whole description."""
    schemas: Json = {"Problem": PROBLEM}
    story = api_examples.recorded()
    paths: defaultdict[str, Json] = defaultdict(dict)
    for route in ROUTES:
        paths[route.path][route.method.lower()] = _operation(route, schemas, story)
    kinds = _kinds()
    answered = sorted({status for route in ROUTES for status in _statuses(route)})
    schemas |= {_problem_name(status): _problem_schema(kinds[status]) for status in answered}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Redress operator API",
            "version": "1",
            "summary": "Take, work and decide player complaints.",
            "description": DESCRIPTION + "".join(_row(kind) for same in kinds.values() for kind in same),
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "https://complaints-api.example.com"}],
        "security": [{"token": []}],
        "tags": [
            {"name": tag, "description": TAGS.get(tag, UNTOLD)}
            for tag in sorted({_tag(route) for route in ROUTES})
        ],
        "paths": dict(paths),
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "parameters": _places() | dict(PARAMETERS),
            "headers": {name: HEADERS[name] for name in sorted(_headers_shown(answered))},
            "responses": {
                _problem_name(status): _problem(status, kinds[status], story) for status in answered
            },
            "securitySchemes": {"token": TOKEN},
        },
    }


def _operation(route: Route, schemas: Json, story: list[Exchange]) -> Json:
    permission = route.permission
    summary, _, more = inspect.cleandoc(route.operation.__doc__ or "").partition("\n")
    operation: Json = {
        "operationId": route.name,
        "tags": [_tag(route)],
        "summary": summary.rstrip("."),
        "description": f"{more.strip()}\n\n{PERMISSION_WORDS} `{permission}`.".strip(),
        "security": [{"token": [permission]}],
        "parameters": list(_parameters(route, schemas, story)),
        "responses": {
            str(route.status): _success(route, schemas, story),
            **{
                str(status): {"$ref": f"#/components/responses/{_problem_name(status)}"}
                for status in _statuses(route)
            },
        },
    }
    if route.body is not None:
        read = _schema(route.reads, schemas)
        content = {"schema": _reference(read)} | _shown(api_examples.bodies(story, route.name))
        operation["requestBody"] = {
            "required": "required" in schemas[read],
            "content": {"application/json": content},
        }
    return operation


def _tag(route: Route) -> str:
    return route.path.split("/")[2]


def _parameters(route: Route, schemas: Json, story: list[Exchange]) -> Iterable[Json]:
    for place in route.places:
        yield _parameter(place.capitalize())
    if route.query:
        yield from _query(route.name, route.reads, schemas, story)
    if route.method == "POST":
        yield _parameter("IdempotencyKey")
    yield _parameter("ActingPerson" if route.by_person else "RedressUser")
    if route.guarded:
        yield _parameter("IfMatch")


def _places() -> dict[str, Json]:
    """The parameter of each kind of open place that there is in a path."""
    return {
        place.capitalize(): {
            "name": place,
            "in": "path",
            "required": True,
            "description": PLACES.get(place, (UNTOLD, ""))[0],
            "schema": {"type": "string", "minLength": 1},
            "example": PLACES.get(place, (UNTOLD, UNTOLD))[1],
        }
        for place in sorted({place for route in ROUTES for place in route.places})
    }


def _parameter(name: str) -> Json:
    return {"$ref": f"#/components/parameters/{name}"}


def _query(operation: str, model: type[Strict], schemas: Json, story: list[Exchange]) -> Iterable[Json]:
    """The fields of a query. Left out is the only way not to send one: a query has no null."""
    described = model.model_json_schema(ref_template=f"{SCHEMAS}{{model}}")
    schemas |= described.pop("$defs", {})
    for name, schema in described["properties"].items():
        told = schema.pop("description", None) or QUERY.get(name, UNTOLD)
        examples = _shown(api_examples.values(story, operation, name))
        yield {
            "name": name,
            "in": "query",
            "description": told,
            **({"required": True} if name in described.get("required", ()) else {}),
            "schema": schema.get("anyOf", [schema])[0],
            **examples,
        }


def _shown(examples: Json) -> Json:
    return {"examples": examples} if examples else {}


def _schema(shape: type, schemas: Json, mode: JsonSchemaMode = "validation") -> str:
    """Describe a model or view among the `schemas`, with all it refers to; its name there."""
    described = TypeAdapter(shape).json_schema(ref_template=f"{SCHEMAS}{{model}}", mode=mode)
    schemas |= described.pop("$defs", {})
    schemas[shape.__name__] = described
    return shape.__name__


def _reference(name: str) -> Json:
    return {"$ref": f"{SCHEMAS}{name}"}


def _success(route: Route, schemas: Json, story: list[Exchange]) -> Json:
    if route.status == 204:
        return {"description": "It is done."}
    shown = _schema(route.view, schemas, "serialization")
    content = {"schema": _reference(shown)}
    content |= _shown(api_examples.answers(story, route.status, route.name))
    answer: Json = {
        "description": schemas[shown]["description"].strip().splitlines()[0],
        "content": {"application/json": content},
    }
    names = _headers_of(route)
    return answer | ({"headers": _headers(names)} if names else {})


def _headers_of(route: Route) -> list[str]:
    """The headers of a success. What has a version is one complaint, whose tag it is."""
    if route.status == 204:
        return []
    names = ["ETag"] if "version" in get_type_hints(route.view) else []
    names += ["Idempotency-Replayed"] if route.method == "POST" else []
    return names + (["Location"] if route.status == 201 else [])


def _headers_shown(answered: Iterable[int]) -> set[str]:
    shown = {name for route in ROUTES for name in _headers_of(route)}
    return shown | {PROBLEM_HEADERS[status] for status in answered if status in PROBLEM_HEADERS}


def _headers(names: Iterable[str]) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _statuses(route: Route) -> list[int]:
    """The refusals that a route can answer with."""
    found = {401, 403, 422, 429, 503} & set(_kinds())
    found |= {404} if route.places else set()
    found |= {400} if route.method == "POST" else set()
    found |= {400, 413, 415} if route.body is not None else set()
    found |= {409} if route.method != "GET" and (route.places or route.path == WEBHOOKS) else set()
    found |= {409} if "evidence" in route.places else set()  # there, but not for anybody to open
    found |= {412, 428} if route.guarded else set()
    return sorted(found)


def _kinds() -> Mapping[int, list[Kind]]:
    kinds: defaultdict[int, list[Kind]] = defaultdict(list)
    for one in vars(problems).values():
        if isinstance(one, Kind):
            kinds[one.status].append(one)
    return dict(sorted(kinds.items()))


def _row(kind: Kind) -> str:
    return f"| {kind.status} | `{kind.type}` | {kind.title} |\n"


def _problem_name(status: int) -> str:
    return f"Problem{status}"


def _titles(kinds: Iterable[Kind]) -> str:
    return "; ".join(kind.title for kind in kinds)


def _problem_schema(kinds: Iterable[Kind]) -> Json:
    """A problem of one status, in words that a generated client makes a type of."""
    of_type = {"properties": {"type": {"type": "string", "enum": [kind.type for kind in kinds]}}}
    return {"allOf": [_reference("Problem"), of_type], "description": _titles(kinds)}


def _problem(status: int, kinds: Iterable[Kind], story: list[Exchange]) -> Json:
    content: Json = {"schema": _reference(_problem_name(status))}
    content |= _shown(api_examples.answers(story, status))
    answer: Json = {
        "description": _titles(kinds),
        "content": {problems.MEDIA_TYPE: content},
    }
    header = PROBLEM_HEADERS.get(status)
    return answer | ({"headers": _headers([header])} if header else {})


def text() -> str:
    """The file's content."""
    return json.dumps(document(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
