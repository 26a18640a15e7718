"""Intake is one call, however often it is tried: one complaint, or a refusal, and never half of it."""

import json
from datetime import timedelta

import pytest

from redress.domain import audit, number
from redress.domain.errors import Conflict, IdempotencyKeyReused
from redress.domain.stages import Stage
from redress.store.table import Table
from redress.usecases.change import ATTEMPTS
from redress.usecases.ports import Request
from redress.usecases.submit_complaint import Intake, submit_complaint
from tests.support.complaints import PERSONAL, PLAYER, submit
from tests.support.desks import Clock, Office
from tests.support.races import RacingTable, calls_of


def items(table: Table) -> list[dict[str, object]]:
    """Everything in the table."""
    return table.client.scan(TableName=table.name)["Items"]  # type: ignore[return-value]


def bring(office: Office, request: Request, intake: Intake | None = None) -> str:
    return submit_complaint(intake or office.intake, submit(), PLAYER, request, "player-1").number


def test_intake_is_exactly_one_call(office: Office, table: Table) -> None:
    with calls_of(table.client) as sent:
        office.receive()
    assert sent == ["TransactWriteItems"]


def test_an_intake_that_the_sdk_sends_again_after_a_lost_answer_is_one_to_dynamodb_too(
    office: Office, table: Table
) -> None:
    bodies: list[dict[str, object]] = []

    def note(params: dict[str, str | bytes], **_: object) -> None:
        bodies.append(json.loads(params["body"]))

    table.client.meta.events.register("before-call", note)
    office.receive()
    office.receive(key="key-2")
    tokens = {str(body["ClientRequestToken"]) for body in bodies}
    assert len(tokens) == len(bodies) == 2


def test_a_complaint_taken_in_is_stored_whole(office: Office, table: Table) -> None:
    received = office.receive()
    case = table.load(received)
    assert (case.complaint.stage, case.complaint.version) == (Stage.RECEIVED, 1)
    assert (case.generation, case.link_version) == (1, 1)
    assert case.contents == {1: submit().content}
    audit.verify(case.records, case.state_head)


def test_an_event_holds_the_hash_of_its_content_and_not_the_content(office: Office, table: Table) -> None:
    received = office.receive()
    with_text = {item["sk"]["S"] for item in items(table) if PERSONAL in str(item)}  # type: ignore[index]
    assert with_text == {"CONTENT#000001"}
    [content] = [item for item in items(table) if "salt" in item]
    case = table.load(received)
    salt: bytes = content["salt"]["B"]  # type: ignore[index]
    assert case.records[0].content_hash == audit.content_hash(case.contents[1], salt)


def test_a_complaint_of_ten_thousand_signs_in_any_script_reads_back_as_it_was_written(
    office: Office, table: Table
) -> None:
    text = ("Ставка не рассчитана 🎰🙏 " * 500)[:10_000] + "\u202eright to left\x07"
    received = office.receive(submit(content={"description": text}))
    assert table.load(received).contents[1]["description"] == text


def test_contents_of_300_kilobytes_are_accepted(office: Office, table: Table) -> None:
    received = office.receive(submit(content={"description": "ж" * 150_000}))
    assert len(table.load(received).contents[1]["description"]) == 150_000


class TestTheSameRequestTwice:
    def test_it_is_one_complaint_and_one_answer(self, office: Office, table: Table) -> None:
        first = submit_complaint(office.intake, submit(), PLAYER, office.request(), "player-1")
        again = submit_complaint(office.intake, submit(), PLAYER, office.request(), "player-1")
        assert (again.number, again.version) == (first.number, first.version)
        assert (first.replayed, again.replayed) == (False, True)
        assert len(table.list_player("player-1", 10, None).items) == 1

    def test_another_body_under_the_same_key_is_refused_and_stores_nothing(
        self, office: Office, table: Table
    ) -> None:
        bring(office, office.request())
        before = items(table)
        with pytest.raises(IdempotencyKeyReused) as refused:
            bring(office, office.request(fingerprint="hash-2"))
        assert refused.value.key == "key-1"
        assert items(table) == before

    def test_two_clients_may_use_the_same_key(self, office: Office) -> None:
        first = bring(office, office.request())
        other = Request(**{**vars(office.request()), "client": "app"})
        assert bring(office, other) != first

    def test_a_key_is_forgotten_when_it_has_expired_even_if_it_was_not_deleted_yet(
        self, office: Office, clock: Clock
    ) -> None:
        first = bring(office, office.request())
        clock.move(timedelta(days=1).total_seconds())
        assert bring(office, office.request(fingerprint="hash-2")) != first

    def test_a_key_is_remembered_to_its_last_second(self, office: Office, clock: Clock) -> None:
        first = bring(office, office.request())
        clock.move(timedelta(days=1).total_seconds() - 1)
        assert bring(office, office.request()) == first

    def test_any_text_can_be_a_key(self, office: Office) -> None:
        awkward = "#" * 3000 + "🙂\x00"
        assert bring(office, office.request(awkward)) == bring(office, office.request(awkward))

    def test_the_item_of_a_request_holds_no_body_and_expires(self, office: Office, table: Table) -> None:
        bring(office, office.request())
        [item] = [one for one in items(table) if one["sk"] == {"S": "REQUEST"}]
        assert set(item) == {"pk", "sk", "fingerprint", "number", "seq", "expires_at"}
        assert item["expires_at"] == {"N": str(int(office.request().expires_at.timestamp()))}

    def test_two_at_the_same_moment_are_one_complaint(self, table: Table, clock: Clock) -> None:
        racing = RacingTable(table.client, table.name)
        office = Office(racing, clock)
        other = Intake(desk=Office(table, clock).desk, random_bits=lambda _: 99)
        racing.meanwhile.append(lambda: bring(office, office.request(), other))
        assert bring(office, office.request()) == number.from_random(99)
        assert len(table.list_player("player-1", 10, None).items) == 1


class TestNumbers:
    def test_a_number_that_is_taken_is_drawn_again(self, office: Office) -> None:
        drawn = iter([7, 7, 8])
        intake = Intake(desk=office.desk, random_bits=lambda _: next(drawn))
        assert bring(office, office.request("a"), intake) == number.from_random(7)
        assert bring(office, office.request("b"), intake) == number.from_random(8)

    def test_a_number_that_is_taken_is_not_overwritten(self, office: Office, table: Table) -> None:
        intake = Intake(desk=office.desk, random_bits=lambda _: 7)
        bring(office, office.request("a"), intake)
        before = items(table)
        with pytest.raises(Conflict):
            bring(office, office.request("b"), intake)
        assert items(table) == before

    def test_drawing_ends(self, office: Office, table: Table) -> None:
        intake = Intake(desk=office.desk, random_bits=lambda _: 7)
        bring(office, office.request("a"), intake)
        with calls_of(table.client) as sent, pytest.raises(Conflict):
            bring(office, office.request("b"), intake)
        assert sent == ["TransactWriteItems"] * ATTEMPTS
