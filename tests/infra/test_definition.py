"""The state machine's definition is sound before AWS sees it."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from jsonata import Jsonata

from infra.constructs.workflow import DEFINITION
from tests.infra.template import Template

type State = Mapping[str, Any]

DOCUMENT: Mapping[str, Any] = json.loads(DEFINITION.read_text())
STATES: Mapping[str, State] = DOCUMENT["States"]
LONGEST_WAIT_SECONDS = 30 * 86_400
FINAL = {"Succeed", "Fail"}


def followers(state: State) -> Iterator[str]:
    """The states that may come after a state."""
    for part in (state, *state.get("Choices", []), *state.get("Catch", [])):
        if "Next" in part:
            yield part["Next"]
    if "Default" in state:
        yield state["Default"]


def expressions(value: object) -> Iterator[str]:
    """Every JSONata expression in a part of the definition."""
    if isinstance(value, str):
        if value.startswith("{%"):
            yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from expressions(part)
    elif isinstance(value, list):
        for part in value:
            yield from expressions(part)


def test_every_state_can_be_reached() -> None:
    reached: set[str] = set()
    waiting = [DOCUMENT["StartAt"]]
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting.extend(followers(STATES[name]))
    assert reached == set(STATES)


@pytest.mark.parametrize("name", STATES)
def test_every_state_leads_to_a_state_that_exists_or_ends(name: str) -> None:
    state = STATES[name]
    next_states = list(followers(state))
    assert set(next_states) <= set(STATES)
    assert bool(next_states) != (state["Type"] in FINAL or state.get("End", False))


@pytest.mark.parametrize("name", STATES)
def test_every_expression_parses(name: str) -> None:
    for expression in expressions(STATES[name]):
        assert expression.endswith("%}")
        Jsonata(expression.removeprefix("{%").removesuffix("%}"))


@pytest.mark.parametrize("name", [name for name, state in STATES.items() if state["Type"] == "Task"])
def test_no_task_waits_for_ever_and_none_fails_without_another_try(name: str) -> None:
    state = STATES[name]
    assert "TimeoutSeconds" in state
    if not isinstance(state["TimeoutSeconds"], str):
        assert state["TimeoutSeconds"] <= LONGEST_WAIT_SECONDS
    assert state.get("Retry") or state.get("Catch")


def test_the_definition_speaks_jsonata_throughout() -> None:
    assert DOCUMENT["QueryLanguage"] == "JSONata"
    jsonpath = {"InputPath", "OutputPath", "ResultPath", "Parameters", "ResultSelector", "TimeoutSecondsPath"}
    assert not [name for name, state in STATES.items() if jsonpath & set(state)]


def test_the_stack_fills_every_blank_of_the_definition(production: Template) -> None:
    blanks = set(re.findall(r"\$\{(\w+)\}", DEFINITION.read_text()))
    assert blanks <= set(production.only("StepFunctions::StateMachine")["DefinitionSubstitutions"])
