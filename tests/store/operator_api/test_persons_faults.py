"""AWS fails somewhere in an export or an erasure: sent again, the request is whole, and done once."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ConnectionClosedError

from tests.support.operator_app import Answer, OperatorApp
from tests.support.operator_requests import create, events

BY = {"redress-user": "privacy-1"}
WHO = {"brand": "northlight", "account": "account-1"}
# Of two complaints: to find and remember them 3, to load and order each 3; to find them 1, to load each 1.
ERASURE_CALLS, EXPORT_CALLS = 9, 3


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, bool], list[str]]:
    """Has one call of AWS fail, by its place: before it is carried out, or when its answer is lost."""
    send = vars(BaseClient)["_make_api_call"]

    def arrange(place: int, lost: bool) -> list[str]:  # noqa: FBT001 - a parameter of the tests
        made: list[str] = []

        def fail(client: Any, operation: str, parameters: Any) -> Any:
            made.append(operation)
            failing = len(made) - 1 == place
            answer = None if failing and not lost else send(client, operation, parameters)
            if failing:
                raise ConnectionClosedError(endpoint_url="https://dynamodb.example.com")
            return answer

        monkeypatch.setattr(BaseClient, "_make_api_call", fail)
        return made

    return arrange


def withdrawn(app: OperatorApp) -> str:
    number = create(app)
    assert app.post(f"/complaints/{number}/withdrawal").status == 200
    return number


def ordered(app: OperatorApp, number: str) -> int:
    """How often its erasure was ordered."""
    return [one["type"] for one in events(app, number)].count("ErasureOrdered")


@pytest.mark.parametrize("lost", [False, True], ids=["fails", "its answer is lost"])
@pytest.mark.parametrize("place", range(ERASURE_CALLS))
def test_an_erasure_that_was_cut_off_is_ordered_once_when_it_is_sent_again(
    app: OperatorApp,
    broken: Callable[[int, bool], list[str]],
    monkeypatch: pytest.MonkeyPatch,
    place: int,
    lost: bool,  # noqa: FBT001 - a parameter of the tests
) -> None:
    numbers = {withdrawn(app), withdrawn(app)}
    app.post("/players/export", WHO, **BY)  # the secret is read
    broken(place, lost)
    cut_off = app.post("/players/erasure", WHO, key="forget-them", **BY)
    monkeypatch.undo()
    assert (cut_off.status, cut_off.problem) == (503, "unavailable")
    again = app.post("/players/erasure", WHO, key="forget-them", **BY)
    assert {one["number"]: one["outcome"] for one in again.body["items"]} == dict.fromkeys(numbers, "ordered")
    assert [ordered(app, one) for one in numbers] == [1, 1]


@pytest.mark.parametrize("place", range(EXPORT_CALLS))
def test_an_export_that_was_cut_off_is_whole_when_it_is_sent_again(
    app: OperatorApp,
    broken: Callable[[int, bool], list[str]],
    monkeypatch: pytest.MonkeyPatch,
    place: int,
) -> None:
    numbers = {create(app), create(app)}
    app.post("/players/export", WHO, **BY)  # the secret is read
    broken(place, False)  # noqa: FBT003 - as above
    cut_off: Answer = app.post("/players/export", WHO, **BY)
    monkeypatch.undo()
    assert (cut_off.status, cut_off.problem) == (503, "unavailable")
    whole = app.post("/players/export", WHO, **BY).body["complaints"]
    assert {one["number"] for one in whole} == numbers


def test_these_are_all_the_calls(
    app: OperatorApp, broken: Callable[[int, bool], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    withdrawn(app)
    withdrawn(app)
    app.post("/players/export", WHO, **BY)
    for path, calls in (("export", EXPORT_CALLS), ("erasure", ERASURE_CALLS)):
        made = broken(-1, False)  # noqa: FBT003 - as above
        assert app.post(f"/players/{path}", WHO, **BY).status == 200
        monkeypatch.undo()
        assert len(made) == calls, made
