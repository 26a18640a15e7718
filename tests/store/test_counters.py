"""The counters in the table come to say what the events say, whatever comes how often in which order."""

import random
from collections import Counter
from collections.abc import Callable
from copy import replace
from datetime import date, timedelta
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from redress.domain import commands as c
from redress.domain.correspondence import LetterKind
from redress.domain.counting import WHOLE_DAY, Cell, Counted, Counts
from redress.region import Cause
from redress.store import keys
from redress.store.counters import MOST_COUNTERS, READS, Counters
from redress.store.registers import Registers
from redress.store.table import Table
from redress.usecases import count as counting
from redress.usecases.count import Uncountable, count
from redress.usecases.ports import VersionConflict
from tests.support.complaints import REGION, SYSTEM, TRIAGE, personal, submit
from tests.support.desks import Office

DAY = date(2026, 3, 2)


@pytest.fixture
def counters(table: Table) -> Counters:
    return Counters(table.client, table.name)


@pytest.fixture
def registers(table: Table) -> Registers:
    return Registers(table.client, table.name)


def begun(office: Office) -> list[str]:
    """Three complaints."""
    categories = ("bonuses", "account", "bonuses")
    return [office.receive(submit(category=one), key=f"key-{at}") for at, one in enumerate(categories)]


def changes(office: Office, numbers: list[str]) -> list[Callable[[], Any]]:
    """What happens to them, in this order."""
    first, second, third = numbers
    return [
        lambda: office.send(first, LetterKind.ACKNOWLEDGEMENT),
        lambda: office.do(first, c.StateSubject(game="slot-1", provider="studio-1")),
        lambda: office.do(second, c.Recategorise(category="bonuses", team="payments", content=personal("w"))),
        lambda: office.do(second, c.Withdraw(content=personal("why"))),
        lambda: office.do(third, c.FindCause(cause="unclear_terms")),
        lambda: office.do(third, c.LinkAsDuplicate(primary=first, content=personal("why"))),
    ]


def by_the_events(registers: Registers, numbers: list[str]) -> Counts:
    total: Counter[Cell] = Counter()
    for number in numbers:
        total.update(counting.of(registers.history(number), REGION))
    return dict(total)


def by_the_counters(counters: Counters) -> Counts:
    return dict(counters.all())


@pytest.mark.parametrize("seed", range(6))
def test_the_counters_say_what_the_events_say_whatever_message_comes_when(
    office: Office, counters: Counters, registers: Registers, seed: int
) -> None:
    """Each event has its message, some come twice, and any may come long after the events that followed."""
    chance = random.Random(seed)  # noqa: S311 - it shuffles messages
    numbers = begun(office)
    told = dict.fromkeys(numbers, 0)
    late: list[tuple[str, int]] = []
    for change in (lambda: None, *changes(office, numbers)):
        change()
        for number in numbers:
            version = office.complaint(number).version
            late += [(number, seq) for seq in range(told[number] + 1, version + 1)]
            told[number] = version
        late += chance.choices(late, k=2)
        chance.shuffle(late)
        for number, seq in [late.pop() for _ in range(chance.randrange(len(late)))]:
            count(registers, counters, REGION, number, seq)
    for number, seq in late:
        count(registers, counters, REGION, number, seq)
    assert by_the_counters(counters) == by_the_events(registers, numbers)


def test_a_message_that_comes_again_changes_nothing(
    office: Office, counters: Counters, registers: Registers
) -> None:
    number = office.receive()
    assert count(registers, counters, REGION, number)
    assert not count(registers, counters, REGION, number)
    assert counters.counted(number).turn == 1


def test_the_message_of_an_event_that_is_counted_reads_no_events(
    office: Office, counters: Counters, registers: Registers, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = office.receive()
    office.send(number, LetterKind.ACKNOWLEDGEMENT)
    last = office.complaint(number).version
    assert count(registers, counters, REGION, number, 1)
    with monkeypatch.context() as broken:
        broken.delattr(Registers, "history")
        assert not any(count(registers, counters, REGION, number, seq) for seq in range(1, last + 1))
    office.do(number, TRIAGE, SYSTEM)
    assert count(registers, counters, REGION, number, last + 1)
    assert by_the_counters(counters) == by_the_events(registers, [number])


def test_what_changed_no_count_is_on_record_as_counted(
    office: Office, counters: Counters, registers: Registers
) -> None:
    number = office.receive()
    count(registers, counters, REGION, number)
    office.do(number, c.AddNote(visibility="internal", content=personal("note")))
    count(registers, counters, REGION, number)
    assert counters.counted(number).seq == office.complaint(number).version


def test_two_that_count_at_once_do_not_count_twice(
    office: Office, counters: Counters, registers: Registers
) -> None:
    number = office.receive()
    found = registers.history(number)
    before, now = counters.counted(number), counting.of(found, REGION)
    counters.count(number, before, 1, now)
    with pytest.raises(VersionConflict):
        counters.count(number, before, 1, now)
    assert by_the_counters(counters) == now


def test_whoever_lost_the_race_looks_again(office: Office, counters: Counters, registers: Registers) -> None:
    number = office.receive()

    class Overtaken(Counters):
        def counted(self, number: str) -> Counted:
            before = super().counted(number)
            if before.turn == 0:
                count(registers, counters, REGION, number)
            return before

    assert not count(registers, Overtaken(counters.client, counters.name), REGION, number)
    assert by_the_counters(counters) == by_the_events(registers, [number])


def test_an_answer_that_was_lost_is_not_counted_again(
    office: Office, counters: Counters, registers: Registers, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = office.receive()
    done = counters.client.transact_write_items

    def lose(**writes: Any) -> None:
        done(**writes)
        raise ReadTimeoutError(endpoint_url="https://aws.example.test")

    with monkeypatch.context() as broken:
        broken.setattr(counters.client, "transact_write_items", lose)
        with pytest.raises(ReadTimeoutError):
            count(registers, counters, REGION, number)
    assert not count(registers, counters, REGION, number)
    assert by_the_counters(counters) == by_the_events(registers, [number])


def test_what_takes_several_transactions_is_finished_by_the_next_message(
    counters: Counters, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = [
        Cell("sandbox", DAY, "northlight", f"measure-{at:03d}", "all", "all")
        for at in range(MOST_COUNTERS + 1)
    ]
    now, done, calls = dict.fromkeys(cells, 1), counters.client.transact_write_items, []

    def fail_the_second(**writes: Any) -> None:
        calls.append(len(writes["TransactItems"]))
        if len(calls) > 1:
            raise ReadTimeoutError(endpoint_url="https://aws.example.test")
        done(**writes)

    with monkeypatch.context() as broken:
        broken.setattr(counters.client, "transact_write_items", fail_the_second)
        with pytest.raises(ReadTimeoutError):
            counters.count("0123-4567-M", Counted(), 30, now)
    assert calls == [MOST_COUNTERS + 1, 2]
    half = counters.counted("0123-4567-M")
    assert (half.seq, len(half.counts)) == (0, MOST_COUNTERS)
    counters.count("0123-4567-M", half, 30, now)
    assert dict(counters.month("sandbox", "2026-03")) == now
    assert counters.counted("0123-4567-M") == Counted(seq=30, turn=2, counts=now)


def test_what_is_looked_back_at_is_read_of_all_months_before_one_by_brand_day_and_value(
    counters: Counters,
) -> None:
    counted = {
        Cell("sandbox", day, brand, measure, "cause", value, WHOLE_DAY): n
        for n, (day, brand, measure, value) in enumerate(
            [
                (date(2019, 12, 31), "northlight", "received", "slow#bank"),
                (DAY, "southlight", "received", "slow#bank"),
                (DAY, "northlight", "closed", "terms"),
                (DAY + timedelta(days=1), "northlight", "closed", "terms"),
                (date(2026, 4, 1), "northlight", "closed", "terms"),
            ],
            start=1,
        )
    }
    counters.count("0123-4567-M", Counted(), 30, counted)
    assert dict(counters.all()) == counted
    before = {cell._replace(hour=WHOLE_DAY): n for cell, n in counters.before("sandbox", "2026-04")}
    assert before == {cell: n for cell, n in counted.items() if cell.day < date(2026, 4, 1)}
    assert dict(counters.before("sandbox", "2019-12")) == {}
    assert dict(counters.before("gb-ukgc", "2026-04")) == {}


def test_what_was_counted_by_an_earlier_definition_is_counted_anew(
    office: Office, counters: Counters, registers: Registers
) -> None:
    number = office.receive()
    count(registers, counters, REGION, number)
    counters.client.update_item(
        TableName=counters.name,
        Key={"pk": {"S": keys.counted(number)}, "sk": {"S": keys.COUNTED}},
        UpdateExpression="REMOVE #definition",
        ExpressionAttributeNames={"#definition": "definition"},
    )
    assert counters.counted_up_to([number]) == {}
    assert count(registers, counters, REGION, number, 1)
    assert counters.counted_up_to([number]) == {number: counters.counted(number).seq}


def test_a_cause_that_got_another_name_moves_with_the_next_message(
    office: Office, counters: Counters, registers: Registers
) -> None:
    number = office.receive()
    office.do(number, c.FindCause(cause="old_name"))
    count(registers, counters, REGION, number)
    later = replace(REGION, causes=(Cause(id="new_name", name="New name", formerly=("old_name",)),))
    count(registers, counters, later, number)
    causes = {cell.value for cell in by_the_counters(counters) if cell.dimension == "cause"}
    assert causes == {"new_name"}


def test_a_complaint_that_cannot_be_read_is_named_and_counts_as_it_did(
    office: Office, counters: Counters, registers: Registers, table: Table
) -> None:
    number = office.receive()
    count(registers, counters, REGION, number)
    before = counters.counted(number)
    place = {"pk": {"S": keys.complaint(number)}, "sk": {"S": keys.event(2)}}
    table.client.put_item(TableName=table.name, Item={**place, "text": {"S": "{"}})
    with pytest.raises(Uncountable, match=number):
        count(registers, counters, REGION, number)
    assert counters.counted(number) == before


def test_there_is_nothing_to_count_of_a_complaint_that_there_is_not(
    counters: Counters, registers: Registers
) -> None:
    with pytest.raises(Uncountable, match="no such complaint"):
        count(registers, counters, REGION, "0123-4567-M")


def test_a_month_without_complaints_is_empty(counters: Counters) -> None:
    assert dict(counters.month("gb-ukgc", "2026-03")) == {}


def test_what_a_batch_left_out_is_asked_for_again_and_given_up_in_the_end(
    office: Office, counters: Counters, registers: Registers, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = begun(office)
    for number in numbers:
        count(registers, counters, REGION, number)
    whole, asked = counters.client.batch_get_item, []

    def answer_one(**request: Any) -> Any:
        [(name, part)] = request["RequestItems"].items()
        asked.append(len(part["Keys"]))
        first, *left = part["Keys"]
        one: Any = {name: {**part, "Keys": [first]}}
        found = whole(RequestItems=one)
        return {**found, "UnprocessedKeys": {name: {**part, "Keys": left}} if left else {}}

    monkeypatch.setattr(counters.client, "batch_get_item", answer_one)
    assert set(counters.counted_up_to(numbers)) == set(numbers)
    assert asked == [3, 2, 1]
    asked.clear()
    assert len(counters.counted_up_to([*numbers, *(f"0000-000{n}-X" for n in range(9))])) == 3
    assert len(asked) == READS
