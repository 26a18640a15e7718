"""The examples of the operator API's description: one story, and what the handler answered when it was told.

`examples.toml` is the story, written by hand. `answers.json` holds each of its requests as it was sent, with
the answer: `make openapi` records it, and a test fails while the handler answers anything else.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).parent.parent / "functions/operator_api"
STORY = FOLDER / "examples.toml"
ANSWERS = FOLDER / "answers.json"


class Exchange(NamedTuple):
    """A request of the story and its answer. `body` and `answer` are None where there is none."""

    name: str
    tells: str
    operation: str
    path: dict[str, str]
    query: dict[str, str]
    body: dict[str, Any] | None
    status: int
    answer: dict[str, Any] | None


def recorded() -> list[Exchange]:
    """The exchanges in the order of the story."""
    return [Exchange(**one) for one in json.loads(ANSWERS.read_text(encoding="utf-8"))]


def record(exchanges: Iterable[Exchange]) -> None:
    """Keep what the handler answered."""
    ANSWERS.write_text(as_text(exchanges), encoding="utf-8")


def as_text(exchanges: Iterable[Exchange]) -> str:
    """The exchanges as they are kept."""
    return json.dumps([one._asdict() for one in exchanges], ensure_ascii=False, indent=1) + "\n"


def bodies(exchanges: Iterable[Exchange], operation: str) -> dict[str, Any]:
    """What the story sends to an operation and gets accepted, as OpenAPI's `examples`."""
    mine = (one for one in exchanges if one.operation == operation and one.status < 300)
    return {one.name: {"summary": one.tells, "value": one.body} for one in mine if one.body is not None}


def answers(exchanges: Iterable[Exchange], status: int, operation: str | None = None) -> dict[str, Any]:
    """What is answered with a status, by one operation or by any, as OpenAPI's `examples`."""
    mine = (one for one in exchanges if one.status == status and operation in (None, one.operation))
    return {one.name: {"summary": one.tells, "value": one.answer} for one in mine if one.answer is not None}


def values(exchanges: Iterable[Exchange], operation: str, parameter: str) -> dict[str, Any]:
    """What the story writes into a parameter of an operation's query, as OpenAPI's `examples`."""
    return {
        one.name: {"summary": one.tells, "value": _as_sent(one.query[parameter])}
        for one in exchanges
        if one.operation == operation and one.status < 300 and parameter in one.query
    }


def _as_sent(value: str) -> str | int | bool:
    """A query holds nothing but text; the description shows a number or a truth as one."""
    if value.isdecimal():
        return int(value)
    return value == "true" if value in ("true", "false") else value
