"""One complaint, its whole life, on the deployed stack; and what happens when something gives way."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import httpx
import pytest

from infra.local import demo
from infra.local.demo import Event, Operator
from infra.local.describe import LocalStack
from redress.domain import audit, instants
from redress.store.table import Table
from tests.platform.faults import Faults

PATIENCE = timedelta(seconds=100)


@pytest.fixture
def http(local: LocalStack) -> Iterator[httpx.Client]:
    """The operator's app with all its permissions."""
    with demo.operator_client(local) as client:
        yield client


@pytest.fixture
def operator(local: LocalStack, http: httpx.Client) -> Operator:
    """The operator's app, and a complaint that a player has just sent in the form."""
    with httpx.Client(timeout=30) as browser:
        return Operator(http, demo.number_of(demo.submit(browser, local.portal_url)))


def wait_for(operator: Operator, wanted: Callable[[Event], bool]) -> Event:
    """The first event that is wanted, as soon as it has happened."""
    deadline = time.monotonic() + PATIENCE.total_seconds()
    while time.monotonic() < deadline:
        found = next((event for event in operator.events() if wanted(event)), None)
        if found:
            return found
        time.sleep(0.5)
    raise AssertionError(f"not seen: {[event['type'] for event in operator.events()]}")


def of_type(name: str) -> Callable[[Event], bool]:
    return lambda event: bool(event["type"] == name)


def letter(kind: str, event_type: str = "LetterSent") -> Callable[[Event], bool]:
    return lambda event: event["type"] == event_type and event["data"]["kind"] == kind


def milestone(clock: str, name: str) -> Callable[[Event], bool]:
    return lambda event: (
        event["type"] == "MilestoneReached"
        and (event["data"]["clock"], event["data"]["milestone"]) == (clock, name)
    )


def chain_of(local: LocalStack, number: str) -> int:
    """How many events the table holds of the complaint; raises if their chain is broken."""
    case = Table(local.dynamodb, local.table_name).load(number)
    audit.verify(case.records, case.state_head)
    return len(case.records)


def test_a_complaint_lives_from_the_form_to_its_closing(
    local: LocalStack, faults: Faults, capsys: pytest.CaptureFixture[str]
) -> None:
    assert faults.fired() == []
    demo.play(local)
    shown = capsys.readouterr().out
    story = (
        "received",
        "letter sent: acknowledgement",
        "acknowledged",
        "triaged",
        "investigated",
        "letter sent: information request",
        "reply received",
        "warning",
        "escalated to level 1",
        "escalated to level 2",
        "decision proposed: upheld",
        "decided: upheld",
        "letter sent: final response",
        "letter sent: feedback request",
        "feedback: 5 of 5",
        "closed: completed",
    )
    places = [shown.index(f" s  {step}") for step in story]
    assert places == sorted(places)
    assert "BREACH" not in shown
    assert shown.index("redress paid: 250.00 GBP") < shown.index("closed: completed")
    number = shown.partition("Complaint ")[2][: len("R7K3-9QXM-3")]
    assert chain_of(local, number) > len(story)
    subjects = [mail.subject for mail in local.mails("player@example.com") if number in mail.subject]
    assert len(subjects) == len(set(subjects)), "a letter went twice"


def test_without_a_decision_the_player_is_referred_to_adr_before_the_final_instant(
    local: LocalStack, operator: Operator
) -> None:
    referred = wait_for(operator, letter("deadlock"))
    final = operator.clock()["promises"][1]
    assert final["clock"] == "final"
    assert referred["at"] < final["due_at"]
    assert not final["missed"]
    closed = wait_for(operator, of_type("Closed"))
    assert closed["data"]["reason"] == "adr_window_ended"
    assert not any(event["data"].get("breach") for event in operator.events())
    mails = [mail for mail in local.mails("player@example.com") if operator.number in mail.subject]
    (letter_of_deadlock,) = [mail for mail in mails if "could not decide" in mail.subject]
    assert "https://adjudication.example.test" in letter_of_deadlock.text
    chain_of(local, operator.number)


def test_a_final_instant_that_passes_unmet_is_a_recorded_breach_and_the_letter_still_goes(
    local: LocalStack, operator: Operator, faults: Faults
) -> None:
    wait_for(operator, of_type("Triaged"))
    faults.inject("ses", None, error={"code": "TooManyRequestsException", "status": 429})
    breach = wait_for(operator, milestone("final", "due"))
    assert breach["data"]["breach"] is True
    assert breach["data"]["due_at"] <= breach["at"]
    assert not any(map(letter("deadlock"), operator.events()))
    faults.clear()
    wait_for(operator, letter("deadlock"))
    wait_for(operator, letter("breach"))
    wait_for(operator, of_type("Closed"))
    assert len(list(filter(milestone("final", "due"), operator.events()))) == 1
    assert len(list(filter(letter("deadlock"), operator.events()))) == 1
    chain_of(local, operator.number)


def test_a_pause_and_an_extension_move_the_final_instant(local: LocalStack, operator: Operator) -> None:
    wait_for(operator, of_type("Triaged"))
    first = final_due(operator)
    operator.do("information-requests", {"question": "Which game?", "pause_clock": True}, "agent")
    assert final_due(operator) is None
    wait_for(operator, letter("information_request"))
    resumed = wait_for(operator, of_type("ClockResumed"))
    assert resumed["data"]["because"] == "max_reached"  # nobody replied, and the pack allows ten seconds
    paused = final_due(operator)
    assert lasting(first, paused) == timedelta(seconds=10)
    operator.do("extension", {"stage": "final", "reasons": "The provider has not answered."}, "agent")
    wait_for(operator, letter("extension"))
    assert lasting(paused, final_due(operator)) == timedelta(seconds=20)
    referred = wait_for(operator, letter("deadlock"))
    assert lasting(paused, referred["at"]) > timedelta()
    assert not any(event["data"].get("breach") for event in operator.events())
    chain_of(local, operator.number)


def final_due(operator: Operator) -> str | None:
    """When the final response is due, as the operator is told."""
    promises: list[dict[str, str | None]] = operator.clock()["promises"]
    return next(one["due_at"] for one in promises if one["clock"] == "final")


def lasting(since: str | None, until: str | None) -> timedelta:
    assert since
    assert until
    return instants.from_text(until) - instants.from_text(since)


def test_an_execution_that_is_gone_is_replaced_and_the_life_goes_on(
    local: LocalStack, operator: Operator
) -> None:
    wait_for(operator, of_type("Triaged"))
    machine = local.state_machine_arn.replace(":stateMachine:", ":execution:")
    local.stepfunctions.stop_execution(executionArn=f"{machine}:{operator.number}_1")
    wait_for(operator, milestone("final", "warning_1"))
    state = Table(local.dynamodb, local.table_name).state(operator.number)
    assert state is not None
    assert state.generation > 1


def test_a_wake_up_that_fails_is_made_good_from_the_queue(operator: Operator, faults: Faults) -> None:
    wait_for(operator, of_type("Triaged"))
    time.sleep(1)  # until it is parked
    faults.inject(
        "stepfunctions", "SendTaskSuccess", times=5, error={"code": "InternalServerError", "status": 500}
    )
    operator.do("assignment", {"assignee": "agent"}, "agent")
    operator.do("information-requests", {"question": "Which method did you choose?"}, "agent")
    wait_for(operator, letter("information_request"))
    assert ("stepfunctions", "SendTaskSuccess") in faults.fired()


def test_a_statutory_letter_whose_fate_is_unknown_goes_again_once_its_claim_runs_out(
    local: LocalStack, http: httpx.Client, faults: Faults
) -> None:
    for _ in range(3):  # the fault may meet a letter of another complaint, which still lives
        faults.inject("ses", None, times=1, error={"code": "InternalFailure", "status": 500})
        with httpx.Client(timeout=30) as browser:
            operator = Operator(http, demo.number_of(demo.submit(browser, local.portal_url)))
        sent = wait_for(operator, letter("acknowledgement"))
        claims = list(filter(letter("acknowledgement", "LetterClaimed"), operator.events()))
        if len(claims) > 1:
            break
    assert [claim["data"]["attempt"] for claim in claims] == [1, 2]
    pause = instants.from_text(claims[1]["at"]) - instants.from_text(claims[0]["at"])
    assert pause >= timedelta(seconds=20)
    assert {claim["data"]["letter"] for claim in claims} == {sent["data"]["letter"]}
