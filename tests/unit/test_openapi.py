"""The committed description of the operator's API."""

import json
import re
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate

from infra.openapi import FILE, UNTOLD, document, text
from redress.http import problems
from redress.http.problems import Kind
from redress.http.routes import ROUTES

_KINDS = [one for one in vars(problems).values() if isinstance(one, Kind)]


def _operations() -> list[dict[str, Any]]:
    return [operation for path in document()["paths"].values() for operation in path.values()]


def _check_examples(place: dict[str, Any], described: dict[str, Any]) -> None:
    for example in place.get("examples", {}).values():
        schema = {**place["schema"], "components": described["components"]}
        OAS31Validator(schema).validate(example["value"])


def test_it_is_what_the_code_says() -> None:
    assert FILE.read_text(encoding="utf-8") == text(), "run: make openapi"


def test_it_is_valid_openapi_3_1() -> None:
    validate(document())


def test_every_reference_leads_somewhere() -> None:
    described = document()
    for reference in _references(described):
        place = described
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]


def test_everything_in_it_is_told_by_somebody() -> None:
    described = document()
    told = [
        *described["tags"],
        *described["components"]["parameters"].values(),
        *(one for operation in _operations() for one in operation["parameters"] if "$ref" not in one),
    ]
    assert [one["name"] for one in told if one["description"] == UNTOLD] == [], "infra/openapi.py: say it"
    assert [name for name, one in described["components"]["schemas"].items() if not one["description"]] == []


@pytest.mark.parametrize("operation", _operations(), ids=lambda one: one["operationId"])
def test_every_operation_shows_what_it_takes_and_what_it_answers(operation: dict[str, Any]) -> None:
    answered = next(answer for status, answer in operation["responses"].items() if status < "300")
    shown = [*operation.get("requestBody", {}).get("content", {}).values(), *answered["content"].values()]
    assert all(one.get("examples") for one in shown), "tell it in examples.toml, and run: make openapi"


def test_every_example_fits_its_schema() -> None:
    described = document()
    for operation in _operations():
        for one in operation["parameters"]:
            _check_examples(one, described)
        for answer in [operation.get("requestBody", {}), *operation["responses"].values()]:
            for content in answer.get("content", {}).values():
                _check_examples(content, described)
    for answer in described["components"]["responses"].values():
        for content in answer["content"].values():
            _check_examples(content, described)


@pytest.mark.parametrize("kind", _KINDS, ids=lambda kind: kind.name)
def test_every_kind_of_problem_is_told_once_with_its_status(kind: Kind) -> None:
    described = document()
    row = f"| {kind.status} | `{kind.type}` | {kind.title} |"
    assert described["info"]["description"].count(row) == 1
    if kind in (problems.NO_SUCH_PATH, problems.METHOD_NOT_ALLOWED):  # answers of paths and methods not in it
        return
    types = described["components"]["schemas"][f"Problem{kind.status}"]["allOf"][1]["properties"]["type"]
    assert types["enum"].count(kind.type) == 1


def test_no_two_kinds_of_problem_have_one_type() -> None:
    assert len({kind.type for kind in _KINDS}) == len(_KINDS)


def test_it_names_no_address_of_a_deployment() -> None:
    assert {server["url"] for server in document()["servers"]} == {"https://complaints-api.example.com"}
    assert "amazonaws" not in json.dumps(document())


def test_the_readme_tells_of_every_refusal() -> None:
    told = FILE.with_name("README.md").read_text(encoding="utf-8")
    assert [kind for kind in _KINDS if f"| {kind.status} | `{kind.name}` |" not in told] == []


def test_the_readme_shows_every_path() -> None:
    told = FILE.with_name("README.md").read_text(encoding="utf-8")
    paths = {re.sub(r"{(\w+)}", r"$\1", route.path.removeprefix("/v1/")) for route in ROUTES}
    assert {path for path in paths if path not in told} == set()


def _references(part: object) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [found for each in part.values() for found in _references(each)]
    if isinstance(part, list):
        return [found for each in part for found in _references(each)]
    return []
