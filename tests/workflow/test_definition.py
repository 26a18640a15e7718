"""What the definition and the domain must agree on, and what every repetition in it must repeat."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from redress.domain.next_step import SENDING, WAITING, Step
from redress.usecases import plan_next
from tests.support import workflow_file
from tests.support.workflow_file import ASK, PARK, SEND, State

OUTSIDE_THE_ROUTE = {"Begin", "Route", plan_next.NOTE_FAILED_LETTER, "Unknown step"}
LONGEST_FUNCTION_SECONDS = 60


def shape(state: State) -> Mapping[str, Any]:
    """A state without what makes it this one: its words, and what it asks to be performed."""
    arguments = {key: value for key, value in state["Arguments"].items() if key not in {"perform", "letter"}}
    kept = {key: value for key, value in state.items() if key not in {"Comment", "Arguments"}}
    return {**kept, "Arguments": arguments}


@pytest.mark.parametrize("step", Step)
def test_every_step_of_the_domain_is_a_state_that_route_leads_to(step: Step) -> None:
    assert workflow_file.routes()[step] == step
    assert step in workflow_file.states()


def test_route_leads_nowhere_that_the_plan_never_names() -> None:
    named = {*Step, plan_next.PLAN_AGAIN}
    assert set(workflow_file.routes()) == named
    assert set(workflow_file.states()) - named == OUTSIDE_THE_ROUTE


def test_what_the_plan_does_not_name_ends_at_unknown_step() -> None:
    assert workflow_file.states()["Route"]["Default"] == "Unknown step"


@pytest.mark.parametrize("resource", [ASK, SEND, PARK])
def test_states_that_do_the_same_have_the_same_shape(resource: str) -> None:
    shapes = {json.dumps(shape(state), sort_keys=True) for state in workflow_file.doing(resource).values()}
    assert len(shapes) == 1


def test_a_state_performs_the_step_it_is_named_for() -> None:
    performed = {name: state["Arguments"].get("perform") for name, state in workflow_file.doing(ASK).items()}
    assert performed.pop("Plan") is None
    assert performed == {name: name for name in performed}
    assert set(performed) == {*plan_next.COMMANDS, plan_next.NOTE_FAILED_LETTER}


def test_letters_are_sent_where_the_domain_sends_them_and_waits_wait_where_it_waits() -> None:
    assert set(workflow_file.doing(SEND)) == set(SENDING.values())
    assert set(workflow_file.doing(PARK)) == {Step.INVESTIGATE, *WAITING.values()}


@pytest.mark.parametrize("name", workflow_file.doing(PARK))
def test_a_wait_is_parked_on_the_version_planned_for_by_the_live_generation_alone(name: str) -> None:
    update = workflow_file.states()[name]["Arguments"]
    assert update["UpdateExpression"] == "SET #token = :token, #attention_at = :attention_at"
    assert update["ConditionExpression"] == "#version = :version AND #generation = :generation"
    assert update["ExpressionAttributeNames"] == {
        f"#{name}": name for name in ("token", "attention_at", "version", "generation")
    }
    assert update["ExpressionAttributeValues"] == {
        ":token": {"S": "{% $states.context.Task.Token %}"},
        ":attention_at": {"S": "{% $plan.attention_at %}"},
        ":version": {"N": "{% $string($plan.version) %}"},
        ":generation": {"N": "{% $string($generation) %}"},
    }


@pytest.mark.parametrize("name", workflow_file.doing(PARK))
def test_a_wait_ends_when_the_plan_says_and_is_planned_anew_when_it_is_no_longer_right(name: str) -> None:
    state = workflow_file.states()[name]
    assert state["TimeoutSeconds"] == "{% $plan.seconds %}"
    [catch] = state["Catch"]
    assert catch["Next"] == state["Next"] == "Plan"
    # The SDK integration names errors DynamoDb.…; the optimised one, which is not used here, DynamoDB.…
    assert {"States.Timeout", "DynamoDb.ConditionalCheckFailedException"} <= set(catch["ErrorEquals"])


@pytest.mark.parametrize("name", workflow_file.doing(PARK))
def test_a_wait_that_ran_out_is_never_simply_repeated(name: str) -> None:
    """A retry would wait as long again, past the milestone."""
    retried = {error for one in workflow_file.states()[name]["Retry"] for error in one["ErrorEquals"]}
    assert retried.isdisjoint({"States.ALL", "States.TaskFailed", "States.Timeout"})


@pytest.mark.parametrize("name", workflow_file.doing(SEND))
def test_a_letter_that_fails_for_whatever_reason_is_noted_and_never_ends_the_execution(name: str) -> None:
    [catch] = workflow_file.states()[name]["Catch"]
    assert catch == {"ErrorEquals": ["States.ALL"], "Next": plan_next.NOTE_FAILED_LETTER}


@pytest.mark.parametrize("name", [*workflow_file.doing(ASK), *workflow_file.doing(SEND)])
def test_a_function_is_waited_for_no_longer_than_it_may_run(name: str) -> None:
    assert workflow_file.states()[name]["TimeoutSeconds"] == LONGEST_FUNCTION_SECONDS


def test_an_execution_carries_its_number_and_generation_and_nothing_personal() -> None:
    assert set(workflow_file.states()["Begin"]["Assign"]) == {"number", "generation", "turns"}
    assigned = {name for state in workflow_file.states().values() for name in state.get("Assign", {})}
    assert assigned == {"number", "generation", "turns", "plan"}
