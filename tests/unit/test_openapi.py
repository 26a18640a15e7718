"""The committed description of the operator's API."""

import json

from openapi_spec_validator import validate

from infra.openapi import FILE, document, text
from redress.http import problems
from redress.http.problems import Kind
from redress.http.routes import ROUTES


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


def test_it_names_no_address_of_a_deployment() -> None:
    assert {server["url"] for server in document()["servers"]} == {"https://complaints-api.example.com"}
    assert "amazonaws" not in json.dumps(document())


def test_the_readme_tells_of_every_refusal() -> None:
    told = FILE.with_name("README.md").read_text(encoding="utf-8")
    kinds = [one for one in vars(problems).values() if isinstance(one, Kind)]
    assert [kind for kind in kinds if f"| {kind.status} | `{kind.name}` |" not in told] == []


def test_the_readme_shows_every_path() -> None:
    told = FILE.with_name("README.md").read_text(encoding="utf-8")
    paths = {route.path.removeprefix("/v1/").replace("{number}", "$number") for route in ROUTES}
    assert {path for path in paths if path not in told} == set()


def _references(part: object) -> list[str]:
    if isinstance(part, dict):
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [found for each in part.values() for found in _references(each)]
    if isinstance(part, list):
        return [found for each in part for found in _references(each)]
    return []
