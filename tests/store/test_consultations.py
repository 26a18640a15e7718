"""Consultations in the table: idempotent, in one transaction, forgotten as a whole, seen while they wait."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from redress.domain import consultation, consultation_key
from redress.domain.consultation import Consultation, Event, State
from redress.domain.errors import ConsultationOver, IdempotencyKeyReused, NoSuchConsultation, StaleVersion
from redress.store import keys
from redress.usecases import consultations
from redress.usecases.consultations import Opened, Question
from redress.usecases.ports import Narrow
from tests.support.complaints import HANDLER, PLAYER, REGION, submit
from tests.support.desks import Clock, Office
from tests.support.races import RacingTable, calls_of

SECRET = b"secret"
DAY = timedelta(days=1)
TEXT = "Why was my bonus taken back?"


@pytest.fixture
def racing(office: Office) -> Office:
    """The same table, on which others write first."""
    table: Any = office.store
    return Office(RacingTable(table.client, table.name), office.clock)


def ask(office: Office, *, key: str = "ask-1", text: str = TEXT, category: str | None = "bonuses") -> Opened:
    """Ask, under an idempotency key."""
    question = Question(
        brand="northlight", language="en", text=text, category=category, jurisdiction="gb-ukgc"
    )
    request = office.request(key, f"hash of {text}")
    return consultations.ask(office.intake, SECRET, question, PLAYER, request)


def load(office: Office, number: str) -> Consultation:
    """The consultation as it is stored."""
    return office.store.consultations.load(number, office.clock())


def do(
    office: Office,
    number: str,
    decide: Callable[[Consultation], Event],
    *,
    key: str,
    version: int | None = None,
    text: str | None = "Text.",
) -> int:
    """Change a consultation; its version then."""
    request = office.request(key, f"hash of {key}")
    return consultations.change(
        office.desk,
        number,
        lambda known: (decide(known), text),
        HANDLER,
        request,
        expected_version=version,
    ).version


def convert(office: Office, number: str, key: str = "convert-1") -> str:
    """Make it a complaint; its number."""
    known = load(office, number)
    command = submit("gb-ukgc")
    return consultations.convert(
        office.intake, known, command, PLAYER, office.request(key), "player-1"
    ).number


def items(office: Office, number: str) -> list[dict[str, Any]]:
    """Everything that is stored of a consultation."""
    table: Any = office.store
    found = table.client.query(
        TableName=table.name,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": keys.consultation(number)}},
    )
    return list(found["Items"])


def waiting(office: Office, team: str = "payments") -> list[str]:
    """The consultations of a team that wait."""
    page = office.store.consultations.listed(team, State.OPEN, 25, None)
    return [one.number for one in page.items]


class TestAsking:
    def test_it_is_one_transaction(self, office: Office) -> None:
        table: Any = office.store
        with calls_of(table.client) as sent:
            ask(office)
        assert sent == ["TransactWriteItems"]

    def test_it_is_read_as_it_was_asked(self, office: Office) -> None:
        opened = ask(office)
        known = load(office, opened.number)
        assert known == consultations.open_with(office.desk, opened.number, opened.key)
        assert (known.state, known.records[0].text) == (State.OPEN, TEXT)
        assert known.asked_at == office.clock()

    def test_the_same_request_gets_the_same_number_and_key(self, office: Office) -> None:
        first, again = ask(office), ask(office)
        assert (again.number, again.key, again.replayed) == (first.number, first.key, True)
        assert waiting(office) == [first.number]

    def test_another_question_under_the_same_key_is_refused(self, office: Office) -> None:
        ask(office)
        with pytest.raises(IdempotencyKeyReused):
            ask(office, text="Something else?")

    def test_the_key_itself_is_stored_nowhere(self, office: Office) -> None:
        opened = ask(office)
        assert opened.key not in str(items(office, opened.number))

    def test_neither_name_nor_address_nor_text_is_where_lists_read(self, office: Office) -> None:
        opened = ask(office)
        [head] = [one for one in items(office, opened.number) if one["sk"]["S"] == keys.CONSULTATION]
        assert TEXT not in str(head)
        assert "player" not in head

    def test_nothing_of_it_is_followed_in_the_stream_as_a_complaints(self, office: Office) -> None:
        number = ask(office).number
        do(office, number, consultation.answer, key="a")
        kinds = {one["sk"]["S"] for one in items(office, number)}
        assert len(kinds) == 3
        assert not [one for one in kinds if one == keys.STATE or one.startswith(keys.EVENT_PREFIX)]

    def test_a_wrong_key_and_an_unknown_number_are_the_same(self, office: Office) -> None:
        opened = ask(office)
        other = consultation_key.from_random(99)
        for number, key in ((opened.number, "wrong"), (other, opened.key), ("nonsense", opened.key)):
            with pytest.raises(NoSuchConsultation):
                consultations.open_with(office.desk, number, key)

    def test_a_taken_number_is_not_used_again(self, office: Office) -> None:
        first = ask(office)
        numbers = iter([1, 2])
        office.intake = office.intake.__replace__(random_bits=lambda _: next(numbers))
        second = ask(office, key="ask-2")
        assert second.number != first.number


class TestChanging:
    def test_of_two_answers_to_one_version_one_is_told_of_the_other(self, office: Office) -> None:
        number = ask(office).number
        do(office, number, consultation.answer, key="a", version=1)
        with pytest.raises(StaleVersion) as stale:
            do(office, number, consultation.answer, key="b", version=1)
        assert stale.value.version == 2
        assert len(load(office, number).records) == 2

    def test_what_comes_between_reading_and_writing_is_not_overwritten(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        number = ask(office).number
        known = load(office, number)
        do(office, number, consultation.answer, key="first", text="First.")
        once = iter([known])
        real = type(office.store.consultations).load
        monkeypatch.setattr(
            type(office.store.consultations),
            "load",
            lambda self, *args: next(once, None) or real(self, *args),
        )
        do(office, number, consultation.answer, key="second", text="Second.")
        assert [one.text for one in load(office, number).records] == [TEXT, "First.", "Second."]
        assert office.pauses == [0, 0, 1]

    def test_the_same_request_is_done_once(self, office: Office) -> None:
        number = ask(office).number
        versions = [do(office, number, consultation.answer, key="a") for _ in range(2)]
        assert versions == [2, 2]
        assert load(office, number).version == 2

    def test_no_such_number_is_told(self, office: Office) -> None:
        with pytest.raises(NoSuchConsultation):
            do(office, consultation_key.from_random(7), consultation.answer, key="a")


class TestForgetting:
    def test_an_answered_one_is_forgotten_as_a_whole(self, office: Office) -> None:
        number = ask(office).number
        do(office, number, consultation.answer, key="a")
        kept_until = int((office.clock() + REGION.consultation_kept_days * DAY).timestamp())
        assert {one["expires_at"]["N"] for one in items(office, number)} == {str(kept_until)}

    def test_one_that_waits_again_is_not(self, office: Office) -> None:
        number = ask(office).number
        do(office, number, consultation.answer, key="a")
        consultations.follow_up(office.desk, number, "And now?", PLAYER, office.request("f"))
        assert [one for one in items(office, number) if "expires_at" in one] == []

    def test_what_is_over_its_time_is_not_there_however_late_it_is_deleted(
        self, office: Office, clock: Clock
    ) -> None:
        number = ask(office).number
        do(office, number, consultation.answer, key="a")
        clock.move(REGION.consultation_kept_days * DAY.total_seconds())
        assert items(office, number) != []
        with pytest.raises(NoSuchConsultation):
            load(office, number)

    def test_a_part_that_is_gone_already_is_no_consultation(self, office: Office) -> None:
        number = ask(office).number
        table: Any = office.store
        table.client.delete_item(
            TableName=table.name,
            Key={"pk": {"S": keys.consultation(number)}, "sk": {"S": keys.message(1)}},
        )
        with pytest.raises(NoSuchConsultation):
            load(office, number)


class TestConverting:
    def test_complaint_and_consultation_change_in_one_transaction(self, office: Office) -> None:
        number = ask(office).number
        office.clock.move(10 * DAY.total_seconds())
        table: Any = office.store
        with calls_of(table.client) as sent:
            made = convert(office, number)
        assert [one for one in sent if one.startswith("Transact")] == ["TransactWriteItems"]
        complaint = office.complaint(made)
        assert complaint.received_at == load(office, number).asked_at
        assert (complaint.consultation, load(office, number).complaint) == (number, made)
        assert waiting(office) == []

    def test_it_becomes_one_complaint_however_often_it_is_sent(self, office: Office) -> None:
        number = ask(office).number
        assert convert(office, number) == convert(office, number)

    def test_it_becomes_no_second_complaint(self, office: Office) -> None:
        number = ask(office).number
        convert(office, number)
        table: Any = office.store
        before = table.client.scan(TableName=table.name, Select="COUNT")["Count"]
        with pytest.raises(ConsultationOver):
            convert(office, number, "convert-2")
        assert table.client.scan(TableName=table.name, Select="COUNT")["Count"] == before

    def test_two_at_once_make_one_complaint(self, racing: Office) -> None:
        number = ask(racing).number
        store: Any = racing.store
        store.meanwhile.append(lambda: convert(racing, number, "the other tab"))
        with pytest.raises(ConsultationOver):
            convert(racing, number, "this tab")
        assert load(racing, number).complaint is not None
        assert len(racing.store.list_player("player-1", 10, None).items) == 1

    def test_an_answer_at_the_same_moment_stays(self, racing: Office) -> None:
        number = ask(racing).number
        store: Any = racing.store
        store.meanwhile.append(lambda: do(racing, number, consultation.answer, key="a", text="Answer."))
        made = convert(racing, number)
        known = load(racing, number)
        assert [one.text for one in known.records] == [TEXT, "Answer.", None]
        assert known.complaint == made
        assert [one for one in items(racing, number) if "expires_at" in one] == []


class TestLists:
    def test_harm_comes_first_then_what_is_due_first(self, office: Office, clock: Clock) -> None:
        first = ask(office, key="1").number
        clock.move(DAY.total_seconds())
        second = ask(office, key="2").number
        urgent = ask(office, key="3", text="I want to kill myself.").number
        assert waiting(office) == [urgent, first, second]
        assert waiting(office, "care") == []

    def test_an_answered_one_leaves_the_queue_and_is_found_among_the_answered(self, office: Office) -> None:
        number = ask(office).number
        do(office, number, consultation.answer, key="a")
        assert waiting(office) == []
        [shown] = office.store.consultations.listed("payments", State.ANSWERED, 25, None).items
        assert (shown.number, shown.due_at, shown.state) == (number, None, "answered")

    def test_pages_go_on_where_they_ended(self, office: Office, clock: Clock) -> None:
        numbers = []
        for place in range(5):
            numbers.append(ask(office, key=str(place)).number)
            clock.move(DAY.total_seconds())
        found, cursor = [], None
        for _ in range(3):
            page = office.store.consultations.listed("payments", State.OPEN, 2, cursor, total=True)
            found += [one.number for one in page.items]
            cursor = page.cursor
            assert page.total
            assert page.total.count == 5
        assert (found, cursor) == (numbers, None)

    def test_filters_narrow_it(self, office: Office, clock: Clock) -> None:
        number = ask(office).number
        listed = office.store.consultations.listed

        def shown(narrow: Narrow) -> list[str]:
            return [one.number for one in listed("payments", State.OPEN, 25, None, narrow).items]

        assert shown(Narrow(brands=("southlight",))) == []
        assert shown(Narrow(category="account")) == []
        assert shown(Narrow(overdue_at=clock())) == []
        assert shown(Narrow(brands=("northlight",), category="bonuses")) == [number]
        assert shown(Narrow(overdue_at=clock.move(5 * DAY.total_seconds()))) == [number]

    def test_it_is_among_no_complaints(self, office: Office) -> None:
        ask(office)
        assert office.store.list_queue("payments", 10, None).items == ()
        assert office.store.list_tasks("payments", 10, None).items == ()


class TestOverdue:
    def test_the_oldest_answer_that_is_owed_is_told(self, office: Office, clock: Clock) -> None:
        table: Any = office.store
        number = ask(office).number
        due_at = load(office, number).due_at
        assert due_at
        assert table.consultations.owed_since(due_at - timedelta(milliseconds=1)) is None
        assert table.consultations.owed_since(due_at) == due_at
        clock.move(DAY.total_seconds())
        later = load(office, ask(office, key="ask-2").number).due_at
        assert table.consultations.owed_since(due_at + 9 * DAY) == due_at
        do(office, number, consultation.close, key="c")
        assert table.consultations.owed_since(due_at + 9 * DAY) == later

    def test_it_takes_no_place_among_the_complaints_that_the_sweep_looks_for(
        self, office: Office, clock: Clock
    ) -> None:
        table: Any = office.store
        ask(office)
        clock.move(30 * DAY.total_seconds())
        assert [*table.overlooked(clock(), 100)] == []
