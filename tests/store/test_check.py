"""`redress check`: what a complaint is found by is compared with its events, and each difference named."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.ops import check
from infra.ops.asked import UsageError
from redress.domain import commands as c
from redress.domain import instants
from redress.domain.correspondence import LetterKind
from redress.store import keys
from redress.store.counters import Counters
from redress.store.rebuild import Workbench
from redress.store.registers import Registers
from redress.store.table import Table
from redress.usecases.count import Uncountable, count
from tests.support import restores
from tests.support.complaints import APPROVER, PLAYER, REGION, SYSTEM, TRIAGE, personal
from tests.support.desks import Office

GRACE = timedelta(seconds=REGION.attention_seconds)


@pytest.fixture
def bench(table: Table) -> Workbench:
    """The table, item by item."""
    return Workbench(table.client, table.name)


def count_all(bench: Workbench) -> None:
    """What the function that counts does as soon as something happens."""
    counters, registers = Counters(bench.client, bench.name), Registers(bench.client, bench.name)
    for known in bench.numbers():
        with suppress(Uncountable):
            count(registers, counters, REGION, known)


@pytest.fixture
def number(office: Office, bench: Workbench) -> str:
    """A complaint under investigation, with an open task and one that is done."""
    known = office.receive()
    office.send(known, LetterKind.ACKNOWLEDGEMENT)
    office.do(known, TRIAGE, SYSTEM)
    for team in ("care", "payments"):
        office.do(known, c.OpenTask(team=team, due_at=None, content=personal("task")))
    opened = office.complaint(known).open_tasks[0].opened
    office.do(known, c.CloseTask(opened=opened, outcome="done", content=personal("outcome")))
    office.do(known, c.Assign(assignee="subject-1", team="payments"))
    count_all(bench)
    return known


@pytest.fixture
def opened(office: Office, number: str) -> int:
    """The event that opened the task that is still open."""
    return office.complaint(number).open_tasks[0].opened


class Answer:
    """What the command ended with."""

    def __init__(self, status: int, out: str) -> None:
        self.status = status
        self.differences = [line for line in out.splitlines() if " should be " in line or " BROKEN: " in line]
        self.out = out


type Ask = Callable[..., Answer]


@pytest.fixture
def ask(bench: Workbench, office: Office, capsys: pytest.CaptureFixture[str]) -> Ask:
    """The command on the table of the test."""

    def run(*, journal: Path | None = None, lost: Path | None = None, fix: bool = False) -> Answer:
        question = check.Question(journal=journal, lost=lost, fix=fix)
        count_all(bench)
        status = check.print_check(bench, REGION, question, office.clock)
        return Answer(status, capsys.readouterr().out)

    return run


def test_an_untouched_table_has_no_differences(ask: Ask, number: str, office: Office) -> None:
    office.receive(key="2")
    answer = ask()
    assert (answer.status, answer.differences) == (0, [])
    assert "2 complaints compared, 0 with differences" in answer.out
    assert number


STATE_CHANGES = {
    "number": "0000-0000-0",
    "stage": "closed",
    "brand": "southlight",
    "jurisdiction": "gb-ukgc",
    "category": "account",
    "language": "de",
    "received_at": "2020-01-01T00:00:00.000Z",
    "register": "sandbox#2020-01",
    "priority": "1",
    "severity": "critical",
    "needs_human": "yes",
    "not_for": " subject-2 ",
    "training": "yes",
    "team": "care",
    "assignee": "subject-9",
    "queue": "TEAM#care",
    "queue_order": "0#2020-01-01T00:00:00.000Z",
    "due_at": "2099-01-01T00:00:00.000Z",
    "acknowledgement": "bounced",
    "attention": "ATTENTION#9",
    "attention_at": "2099-01-01T00:00:00.000Z",
}


def test_an_attribute_of_state_that_was_changed_is_named_and_mended(
    ask: Ask, bench: Workbench, number: str
) -> None:
    before = restores.registered(restores.dump(bench.client))
    for name, value in STATE_CHANGES.items():
        restores.alter(bench, number, keys.STATE, restores.setting(**{name: {"S": value}}))
        answer = ask()
        assert answer.status == 1
        [told] = answer.differences
        assert told.startswith(f"{number} STATE {name}: is {value}, should be ")
        assert ask(fix=True).status == 0
        assert restores.registered(restores.dump(bench.client)) == before
    assert ask().differences == []


def test_an_attribute_of_state_that_was_removed_is_named_and_mended(
    ask: Ask, bench: Workbench, number: str
) -> None:
    for name in ("queue", "register", "due_at", "attention", "attention_at", "assignee", "number"):
        restores.alter(bench, number, keys.STATE, restores.without(name))
        [told] = ask().differences
        assert told.startswith(f"{number} STATE {name}: is missing, should be ")
        assert ask(fix=True).status == 0
    assert ask().differences == []


@pytest.mark.parametrize(("name", "value"), [("version", {"N": "99"}), ("head", {"S": "0" * 64})])
def test_a_state_that_tells_of_other_events_is_no_matter_of_mending(
    ask: Ask, bench: Workbench, number: str, name: str, value: dict[str, str]
) -> None:
    """Who mended it would hide that events were dropped."""
    restores.alter(bench, number, keys.STATE, lambda item: item.update({name: value}))
    held = restores.dump(bench.client)
    answer = ask(fix=True)
    assert answer.status == 1
    assert len(answer.differences) == 1
    assert answer.differences[0].startswith(f"{number} BROKEN: ")
    assert restores.dump(bench.client) == held


def test_a_missing_state_is_named(ask: Ask, bench: Workbench, number: str) -> None:
    restores.drop(bench, number, keys.STATE)
    assert ask(fix=True).differences == [
        f"{number} STATE: is missing, should be there: redress rebuild makes it"
    ]


def test_a_missing_generation_is_named_and_nobody_invents_one(
    ask: Ask, bench: Workbench, number: str
) -> None:
    restores.alter(bench, number, keys.STATE, lambda item: item.pop("generation"))
    assert ask(fix=True).differences == [
        f"{number} STATE generation: is missing, should be that of the live execution"
    ]


def test_a_task_that_was_removed_is_named_and_put_back(
    ask: Ask, bench: Workbench, number: str, opened: int
) -> None:
    before = restores.dump(bench.client)
    restores.drop(bench, number, keys.task(opened))
    assert ask().differences == [
        f"{number} {keys.task(opened)}: is missing, should be in {keys.task_queue('payments')}"
    ]
    assert ask(fix=True).status == 0
    assert restores.registered(restores.dump(bench.client)) == restores.registered(before)


def test_a_task_in_another_queue_is_named_and_mended(
    ask: Ask, bench: Workbench, number: str, opened: int
) -> None:
    restores.alter(bench, number, keys.task(opened), lambda item: item.update(queue={"S": "TASKS#care"}))
    assert ask().differences == [
        f"{number} {keys.task(opened)} queue: is TASKS#care, should be TASKS#payments"
    ]
    assert ask(fix=True).status == 0
    assert ask().differences == []


def test_a_task_that_is_done_and_stands_in_a_queue_is_named_and_mended(
    ask: Ask, bench: Workbench, office: Office, number: str
) -> None:
    done = next(one.opened for one in office.complaint(number).tasks.values() if one.closed_at)
    queued = {"queue": {"S": "TASKS#care"}, "queue_order": {"S": "1"}}
    restores.alter(bench, number, keys.task(done), lambda item: item.update(queued))
    assert len(ask().differences) == 2
    assert ask(fix=True).status == 0
    assert ask().differences == []


def test_a_task_that_no_event_opened_is_named_and_taken_out(
    ask: Ask, bench: Workbench, number: str, opened: int
) -> None:
    [item] = [one for key, one in restores.dump(bench.client).items() if key[1] == keys.task(opened)]
    bench.client.put_item(TableName=bench.name, Item={**item, "sk": {"S": keys.task(1)}})
    assert ask().differences == [f"{number} {keys.task(1)}: is in a queue, should be in none"]
    assert ask(fix=True).status == 0


@pytest.mark.parametrize("seq", [1, 3, -1])
def test_an_event_that_was_dropped_is_named(
    ask: Ask, bench: Workbench, office: Office, number: str, seq: int
) -> None:
    last = office.complaint(number).version
    restores.drop(bench, number, keys.event(seq if seq > 0 else last))
    answer = ask(fix=True)
    assert answer.status == 1
    [told] = answer.differences
    assert told.startswith(f"{number} BROKEN: Complaint {number}, event {seq if seq > 0 else last - 1}: ")


def test_an_event_that_was_altered_is_named(ask: Ask, bench: Workbench, number: str) -> None:
    def alter(item: dict[str, Any]) -> None:
        item["text"] = {"S": item["text"]["S"].replace('"channel":"form"', '"channel":"post"')}

    restores.alter(bench, number, keys.event(1), alter)
    [told] = ask().differences
    assert "event 2: does not carry the hash of the event before it" in told


def test_an_event_in_another_place_is_named(ask: Ask, bench: Workbench, number: str) -> None:
    [item] = [one for key, one in restores.dump(bench.client).items() if key[1] == keys.event(2)]
    restores.alter(bench, number, keys.event(3), lambda other: other.update(text=item["text"]))
    [told] = ask().differences
    assert f"event 3: holds event 2 of {number}" in told


@pytest.mark.parametrize("name", ["brand", "jurisdiction", "training"])
def test_what_is_published_beside_an_event_is_compared(
    ask: Ask, bench: Workbench, number: str, name: str
) -> None:
    restores.alter(bench, number, keys.event(2), lambda item: item.update({name: {"S": "another"}}))
    [told] = ask().differences
    assert told.startswith(f"{number} {keys.event(2)} {name}: is another, should be ")


def spoil_text(item: dict[str, Any]) -> None:
    item["content"] = {"S": '{"text": "Something else."}'}


def spoil_salt(item: dict[str, Any]) -> None:
    item["salt"] = {"B": b"another salt"}


def spoil_form(item: dict[str, Any]) -> None:
    item["content"] = {"S": "{"}


@pytest.mark.parametrize("spoil", [spoil_text, spoil_salt, spoil_form])
def test_content_that_was_changed_is_named_and_not_shown(
    ask: Ask, bench: Workbench, number: str, spoil: Callable[[dict[str, Any]], None]
) -> None:
    restores.alter(bench, number, keys.content(1), spoil)
    answer = ask(fix=True)
    [told] = answer.differences
    assert told.startswith(f"{number} {keys.content(1)}: is other content, should be content of hash ")
    assert "Something" not in answer.out


def test_content_that_is_missing_is_named_unless_it_is_known_to_be_lost(
    ask: Ask, bench: Workbench, number: str, tmp_path: Path
) -> None:
    restores.drop(bench, number, keys.content(1))
    [told] = ask().differences
    assert told.startswith(f"{number} {keys.content(1)}: is missing, should be content of hash ")
    lost = tmp_path / "lost.csv"
    lost.write_text(f"number,seq,type\n{number},1,ComplaintReceived\n", encoding="utf-8")
    assert ask(lost=lost).status == 0


@pytest.mark.parametrize("text", ["", "number,seq\nA,b\n", "other\n1\n"])
def test_a_list_of_lost_content_that_is_none_is_refused(ask: Ask, tmp_path: Path, text: str) -> None:
    lost = tmp_path / "lost.csv"
    lost.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match="--lost"):
        ask(lost=lost)


def test_content_that_no_event_has_is_named(ask: Ask, bench: Workbench, number: str) -> None:
    [item] = [one for key, one in restores.dump(bench.client).items() if key[1] == keys.content(1)]
    bench.client.put_item(TableName=bench.name, Item={**item, "sk": {"S": keys.content(2)}})
    assert ask().differences == [
        f"{number} {keys.content(2)}: is there, should be nothing: its event has no content"
    ]


def test_what_was_erased_and_came_back_is_named(
    ask: Ask, bench: Workbench, office: Office, number: str
) -> None:
    office.do(number, c.Withdraw(content=personal("withdrawal")), PLAYER)
    contents = restores.contents(restores.dump(bench.client))
    player = restores.states(restores.dump(bench.client))[keys.complaint(number), keys.STATE]["player"]
    office.do(number, c.OrderErasure(because="request"), APPROVER)
    for key in contents:
        restores.drop(bench, number, key[1])
    office.do(number, c.RecordErased(contents=len(contents), files=0, mails=0), SYSTEM)
    assert ask().differences == []
    bench.client.put_item(TableName=bench.name, Item=next(iter(contents.values())))
    restores.alter(bench, number, keys.STATE, lambda item: item.update(player=player))
    told = ask().differences
    assert len(told) == 2
    assert any("STATE player" in one and one.endswith("should be missing") for one in told)
    assert any("should be nothing: it was erased" in one for one in told)


def test_a_closed_complaint_that_rests_has_no_attention_and_that_is_right(
    ask: Ask, bench: Workbench, office: Office, number: str
) -> None:
    office.do(number, c.Withdraw(content=personal("withdrawal")), PLAYER)
    assert ask().differences == []
    assert bench.rest(number, office.complaint(number).version, 1)
    assert ask().differences == []


def test_attention_may_be_as_late_as_the_next_milestone_and_its_grace_and_no_later(
    ask: Ask, bench: Workbench, number: str
) -> None:
    """So it is parked; a second later nobody would look before the promise is broken."""
    due = bench.listed(number).due_at
    assert due

    def attend(at: object) -> None:
        restores.alter(bench, number, keys.STATE, lambda item: item.update(attention_at={"S": at}))

    [told] = _after(attend, "2099-01-01T00:00:00.000Z", ask)
    latest = instants.from_text(told.removesuffix(" or earlier").rpartition(" ")[2])
    assert latest <= due + GRACE + timedelta(seconds=1)
    assert _after(attend, instants.to_text(latest), ask) == []
    assert len(_after(attend, instants.to_text(latest + timedelta(seconds=1)), ask)) == 1


def _after(attend: Callable[[object], None], at: str, ask: Ask) -> list[str]:
    attend(at)
    return ask().differences
