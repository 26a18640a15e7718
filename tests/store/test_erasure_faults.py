"""Erasure when AWS fails: whatever is cut off where, nothing is on record as gone that is not.

The calls are those that the function makes: each is broken in each way, alone and with all that follow.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ConnectionClosedError, ReadTimeoutError
from botocore.model import Shape
from botocore.parsers import create_parser
from moto.core.botocore_stubber import MockRawResponse

from redress.adapters import clients
from redress.domain import audit
from redress.domain import events as e
from redress.store.table import Table
from tests.support.desks import Clock
from tests.support.erasing import World, forget_world, world

URL = "https://aws.example.test"
SHAPE = Shape("Answer", {"type": "structure"})  # of a refusal nothing but its code is read
GONE = [e.PersonalDataErased(contents=7, files=1, mails=2)]


class Killed(BaseException):
    """The process ends here."""


type Go = Callable[[], Any]


def _answer(status: int, code: str, name: str) -> Any:
    """A refusal, as the service of the operation writes it."""
    is_s3 = "Object" in name
    text = f"<Error><Code>{code}</Code></Error>" if is_s3 else f'{{"__type": "x#{code}"}}'
    body = text.encode()
    response = AWSResponse(URL, status, HTTPHeaders(), MockRawResponse(body))
    parsed = create_parser("rest-xml" if is_s3 else "json").parse(
        {"headers": {}, "body": body, "status_code": status}, SHAPE
    )
    return (response, parsed), None


def throttle(name: str, _go: Go) -> Any:
    """It is asked too much."""
    return _answer(*((503, "SlowDown") if "Object" in name else (400, "ThrottlingException")), name)


def broken(name: str, _go: Go) -> Any:
    """It has a fault of its own."""
    return _answer(500, "InternalError" if "Object" in name else "InternalServerError", name)


def timeout(_name: str, _go: Go) -> Any:
    """Nothing comes."""
    return None, ReadTimeoutError(endpoint_url=URL)


def lost(_name: str, go: Go) -> Any:
    """It was done, and nobody heard so."""
    go()
    return None, ConnectionClosedError(endpoint_url=URL)


def killed(_name: str, _go: Go) -> Any:
    """The process ends before the call."""
    raise Killed


def killed_after(_name: str, go: Go) -> Any:
    """The process ends after the call."""
    go()
    raise Killed


FAULTS = (throttle, broken, timeout, lost)
KILLS = (killed, killed_after)


@pytest.fixture
def stack(table: Table, clock: Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[World]:
    """The function, whose calls can be broken."""
    yield world(table, clock, monkeypatch, tmp_path)
    forget_world()


def ordered(stack: World) -> str:
    """The complaint to be erased, as it was when that was ordered."""
    if not stack.kept:
        stack.order(stack.known())
        stack.keep()
    return stack.again()


def calls(stack: World, number: str) -> list[str]:
    """What the function asks AWS for to erase a complaint."""
    made: list[str] = []

    def note(name: str, go: Go) -> Any:
        made.append(name)
        return go()

    stack.between = note
    assert stack.told(number) == []
    stack.between = None
    return made


def places(made: list[str]) -> list[int]:
    """Where each operation is asked for the first time, and the last."""
    last = {name: place for place, name in enumerate(made)}
    return sorted({made.index(name) for name in last} | set(last.values()))


def break_at(stack: World, place: int, fault: Callable[[str, Go], Any], *, once: bool) -> None:
    """The call at a place fails (from 0), and if not `once` each one after it."""
    seen = -1

    def between(name: str, go: Go) -> Any:
        nonlocal seen
        seen += 1
        return fault(name, go) if seen == place or (seen > place and not once) else go()

    stack.between = between


def holds(stack: World, number: str) -> None:
    """What is on record as gone is gone."""
    stack.between = None
    assert stack.erasures(number) in ([], GONE)
    if stack.erasures(number):
        assert stack.left(number) == []


def finished(stack: World, number: str) -> None:
    """The next try does the rest, once."""
    assert stack.told(number) == []
    assert stack.left(number) == []
    assert stack.erasures(number) == GONE
    case = stack.table.load(number)
    audit.verify(case.records, case.state_head)


def test_the_calls_that_are_broken_here_are_those_that_it_makes(stack: World) -> None:
    made = calls(stack, ordered(stack))
    assert set(made) == {"Query", "ListObjectVersions", "DeleteObjects", "DeleteItem", "TransactWriteItems"}
    assert made[-1] == "TransactWriteItems"


@pytest.mark.parametrize("fault", FAULTS)
def test_an_outage_that_begins_anywhere_leaves_it_to_the_next_try(
    stack: World, fault: Callable[[str, Go], Any]
) -> None:
    for place in places(calls(stack, ordered(stack))):
        number = ordered(stack)
        break_at(stack, place, fault, once=False)
        assert stack.told(number) == [number], place
        holds(stack, number)
        finished(stack, number)


@pytest.mark.parametrize("fault", [broken, lost])
def test_one_call_that_fails_is_made_again(stack: World, fault: Callable[[str, Go], Any]) -> None:
    for place in places(calls(stack, ordered(stack))):
        number = ordered(stack)
        break_at(stack, place, fault, once=True)
        assert stack.told(number) == [], place
        holds(stack, number)
        assert stack.erasures(number) == GONE


@pytest.mark.parametrize("kill", KILLS)
def test_a_function_that_is_killed_anywhere_leaves_it_to_the_next_try(
    stack: World, kill: Callable[[str, Go], Any]
) -> None:
    for place in places(calls(stack, ordered(stack))):
        number = ordered(stack)
        break_at(stack, place, kill, once=True)
        with pytest.raises(Killed):
            stack.told(number)
        holds(stack, number)
        finished(stack, number)


def test_what_s3_takes_and_does_not_delete_is_asked_for_again_and_then_given_up(
    stack: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = ordered(stack)
    asked: list[int] = []
    client = clients.client("s3")

    def refuse(**call: Any) -> Any:
        named = call["Delete"]["Objects"]
        asked.append(len(named))
        return {"Errors": [{**named[0], "Code": "InternalError"}]}

    with monkeypatch.context() as broken_off:
        broken_off.setattr(client, "delete_objects", refuse)
        assert stack.told(number) == [number]
    assert asked[1:] == [1, 1]
    holds(stack, number)
    finished(stack, number)


def test_one_that_fails_holds_up_no_other(stack: World, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = stack.known(), stack.known()
    stack.order(first)
    stack.order(second)
    eraser = stack.function.erasure_wiring.eraser()
    forget = type(eraser.files).forget

    def refuse(files: Any, number: str) -> None:
        if number == first:
            raise ReadTimeoutError(endpoint_url=URL)
        forget(files, number)

    with monkeypatch.context() as broken_off:
        broken_off.setattr(type(eraser.files), "forget", refuse)
        stack.ticks()
    assert (stack.erasures(first), stack.erasures(second)) == ([], GONE)
    finished(stack, first)
