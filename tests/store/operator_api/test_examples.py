"""The examples of the description are a story that the handler answers as shown."""

import os
from types import ModuleType

import pytest

from infra import api_examples
from redress.http import problems
from redress.http.problems import Kind
from redress.http.routes import ROUTES
from tests.support.api_refusals import Refusals
from tests.support.api_story import Teller, steps, story_of


@pytest.fixture
def teller(function: ModuleType, monkeypatch: pytest.MonkeyPatch) -> Teller:
    """The story, from its beginning."""
    api = function.api
    monkeypatch.setattr(function, "api", api)  # put back afterwards
    return story_of(function, api)


def test_the_story_is_answered_as_the_description_shows(
    function: ModuleType, teller: Teller, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = [*teller.tell(), *Refusals(function, teller, monkeypatch).all()]
    if os.environ.get("RECORD_ANSWERS"):  # make openapi
        api_examples.record(told)
    shown = api_examples.recorded()
    assert [one.name for one in shown] == [one.name for one in told], "run: make openapi"
    for was, now in zip(shown, told, strict=True):
        assert was == now, f"{now.name}: run make openapi, and look at what changed"


def test_every_operation_has_a_request_in_the_story_that_succeeds() -> None:
    told = {step.operation for step in steps() if step.status is None}
    assert {route.name for route in ROUTES} - told == set(), "tell it in functions/operator_api/examples.toml"


def test_every_kind_of_problem_is_met_in_the_story_or_provoked() -> None:
    met = {one.answer["type"] for one in api_examples.recorded() if one.answer and one.status >= 400}
    kinds = [one for one in vars(problems).values() if isinstance(one, Kind)]
    assert [kind.name for kind in kinds if kind.type not in met] == [], "examples.toml or api_refusals.py"


def test_every_operation_with_a_body_shows_one() -> None:
    told = {step.operation for step in steps() if step.status is None and step.body is not None}
    assert {route.name for route in ROUTES if route.body} - told == set()


def test_every_step_has_a_name_of_its_own() -> None:
    names = [step.name for step in steps()]
    assert len(set(names)) == len(names)
