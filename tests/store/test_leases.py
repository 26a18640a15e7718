"""Next for me: who draws from a queue gets a complaint that nobody else has, and keeps it for a while."""

from collections.abc import Callable
from copy import replace
from datetime import timedelta

import boto3
import pytest

from redress.domain import commands as c
from redress.domain.errors import IdempotencyKeyReused, Leased, NotFound, NotOfTeam
from redress.region import Team
from redress.store import keys, stream
from redress.store.table import Table
from redress.usecases import queues
from redress.usecases.ports import Listed, Request, Taking
from redress.usecases.queues import Person, Taken
from redress.usecases.wake import effect_of
from tests.support import tables
from tests.support.complaints import REGION, SYSTEM, TRIAGE
from tests.support.desks import Clock, Office
from tests.support.races import calls_of

PAYMENTS = REGION.teams[1]
BRANDS = ("northlight",)
ANN, BEN = Person(id="person-1", brands=BRANDS), Person(id="person-2", brands=BRANDS)
LEASE = timedelta(seconds=REGION.lease_seconds)


def assign(number: str, office: Office, person: str = "person-7") -> None:
    """Give a complaint to somebody for good."""
    office.do(number, c.Assign(assignee=person, team="payments"))


@pytest.fixture
def queue(office: Office, clock: Clock) -> list[str]:
    """Three complaints in the queue of payments, a minute apart."""
    found = []
    for count in range(3):
        found.append(office.receive(key=f"key-{count}"))
        office.do(found[-1], TRIAGE, SYSTEM)
        clock.move(60)
    return found


class Desk:
    """Persons who draw, each time under a new key."""

    def __init__(self, office: Office) -> None:
        self.office, self.draws = office, 0

    def request(self) -> Request:
        """A request that was never made before."""
        self.draws += 1
        return self.office.request(f"draw-{self.draws}")

    def draw(self, person: Person, team: Team = PAYMENTS) -> Taken:
        """What is next for a person."""
        return queues.draw(self.office.desk, team, person, self.request())

    def number(self, person: Person) -> str | None:
        """The number of what is next for a person."""
        one = self.draw(person).complaint
        return one.number if one else None

    def take(self, number: str, person: Person) -> Listed | None:
        """A lease of one complaint."""
        return queues.take(self.office.desk, number, person, self.request()).complaint


@pytest.fixture
def desk(office: Office) -> Desk:
    return Desk(office)


class TestDrawing:
    def test_the_first_of_the_queue_is_given_for_a_while(
        self, desk: Desk, queue: list[str], clock: Clock
    ) -> None:
        one = desk.draw(ANN).complaint
        assert one
        assert one.lease
        assert (one.number, one.lease.holder, one.lease.until) == (queue[0], "person-1", clock() + LEASE)

    def test_two_persons_get_two_complaints(self, desk: Desk, queue: list[str]) -> None:
        assert [desk.number(ANN), desk.number(BEN)] == queue[:2]

    def test_who_holds_one_gets_it_again_and_for_longer(
        self, desk: Desk, queue: list[str], clock: Clock, table: Table
    ) -> None:
        desk.draw(ANN)
        clock.move(600)
        assert desk.number(ANN) == queue[0]
        lease = table.listed(queue[0]).lease
        assert lease
        assert lease.until == clock() + LEASE

    def test_a_lease_that_ran_out_frees_the_complaint(
        self, desk: Desk, queue: list[str], clock: Clock
    ) -> None:
        desk.draw(ANN)
        clock.move(REGION.lease_seconds - 0.001)
        assert desk.number(BEN) == queue[1]
        clock.move(0.001)
        assert desk.number(Person(id="person-3", brands=BRANDS)) == queue[0]
        assert desk.number(ANN) == queue[2]

    def test_what_is_somebodys_or_decided_is_passed_over(
        self, desk: Desk, queue: list[str], office: Office
    ) -> None:
        assign(queue[0], office)
        office.do(queue[1], c.ProposeDecision(outcome="rejected", content={"reasons": "No."}))
        office.do(queue[1], c.ApproveDecision())
        assert desk.number(ANN) == queue[2]

    def test_what_was_drawn_and_then_assigned_is_not_given_again(
        self, desk: Desk, queue: list[str], office: Office
    ) -> None:
        assign(str(desk.number(ANN)), office, "person-1")
        assert desk.number(ANN) == queue[1]

    def test_an_empty_queue_has_nothing_and_remembers_nothing(
        self, desk: Desk, queue: list[str], office: Office
    ) -> None:
        for number in queue:
            assign(number, office)
        request = desk.request()
        assert queues.draw(office.desk, PAYMENTS, ANN, request) == Taken(complaint=None)
        later = office.receive(key="later")
        office.do(later, TRIAGE, SYSTEM)
        found = queues.draw(office.desk, PAYMENTS, ANN, request)
        assert found.complaint
        assert (found.complaint.number, found.replayed) == (later, False)

    def test_other_brands_complaints_are_passed_over(self, desk: Desk, queue: list[str]) -> None:
        assert queue
        assert desk.draw(Person(id="person-1", brands=("southlight",))).complaint is None

    def test_only_members_draw(self, desk: Desk, queue: list[str]) -> None:
        members = replace(PAYMENTS, members=("person-2",))
        with pytest.raises(NotOfTeam):
            desk.draw(ANN, members)
        one = desk.draw(BEN, members).complaint
        assert one
        assert one.number == queue[0]

    def test_a_crowd_of_assigned_complaints_hides_nothing(
        self, desk: Desk, queue: list[str], office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("redress.usecases.queues.FEW", 1)
        monkeypatch.setattr("redress.store.lists.LOOK", 1)
        monkeypatch.setattr("redress.store.lists.MOST", 1)
        for number in queue[:2]:
            assign(number, office)
        assert desk.number(ANN) == queue[2]


class TestOnce:
    def test_the_same_request_gets_the_same_complaint(
        self, desk: Desk, queue: list[str], office: Office
    ) -> None:
        request = desk.request()
        first, again = (queues.draw(office.desk, PAYMENTS, ANN, request) for _ in range(2))
        assert first.complaint == again.complaint
        assert (first.replayed, again.replayed) == (False, True)
        assert desk.number(BEN) == queue[1]

    def test_the_same_request_after_its_lease_gets_the_complaint_as_it_is_then(
        self, desk: Desk, queue: list[str], office: Office, clock: Clock
    ) -> None:
        request = desk.request()
        queues.draw(office.desk, PAYMENTS, ANN, request)
        clock.move(REGION.lease_seconds)
        assert desk.number(BEN) == queue[0]
        again = queues.draw(office.desk, PAYMENTS, ANN, request).complaint
        assert again
        assert again.lease
        assert again.lease.holder == "person-2"

    def test_a_key_of_another_request_is_refused(self, desk: Desk, queue: list[str], office: Office) -> None:
        assert queue
        request = desk.request()
        queues.draw(office.desk, PAYMENTS, ANN, request)
        with pytest.raises(IdempotencyKeyReused):
            queues.take(office.desk, queue[1], ANN, replace(request, fingerprint="another"))


class TestRaces:
    def test_many_at_once_get_one_each(self, queue: list[str], table: Table, clock: Clock) -> None:
        """Each draws while the one before is about to take what it found: the last one is the first."""
        persons = [Person(id=f"person-{count}", brands=BRANDS) for count in range(len(queue))]
        found: list[str | None] = []

        class Racing(Table):
            def take(self, taking: Taking) -> None:
                draw()
                super().take(taking)

        racing = Desk(Office(Racing(table.client, table.name), clock))

        def draw() -> None:
            if persons:
                found.append(racing.number(persons.pop()))

        draw()
        assert found == queue

    def test_who_loses_a_race_gets_the_next(
        self, desk: Desk, queue: list[str], table: Table, clock: Clock
    ) -> None:
        meanwhile: list[Callable[[], object]] = [lambda: desk.take(queue[0], BEN)]

        class Racing(Table):
            def take(self, taking: Taking) -> None:
                if meanwhile:
                    meanwhile.pop()()
                super().take(taking)

        racing = Office(Racing(table.client, table.name), clock)
        found = queues.draw(racing.desk, PAYMENTS, ANN, racing.request("race")).complaint
        assert found
        assert found.number == queue[1]

    def test_one_person_at_two_screens_gets_one_complaint(
        self, desk: Desk, queue: list[str], table: Table, clock: Clock
    ) -> None:
        """The first screen saw the queue before the first complaint came back, the second one after it."""
        desk.take(queue[0], BEN)

        def meanwhile() -> None:
            queues.give_back(desk.office.desk, queue[0], BEN)
            assert desk.number(ANN) == queue[0]

        others = [meanwhile]

        class Racing(Table):
            def take(self, taking: Taking) -> None:
                if others:
                    others.pop()()
                super().take(taking)

        racing = Office(Racing(table.client, table.name), clock)
        found = queues.draw(racing.desk, PAYMENTS, ANN, racing.request("race")).complaint
        assert found
        assert found.number == queue[0]
        assert desk.number(BEN) == queue[1]


class TestOneComplaint:
    def test_a_lease_is_taken_renewed_and_given_back(
        self, desk: Desk, queue: list[str], office: Office, clock: Clock, table: Table
    ) -> None:
        desk.take(queue[1], ANN)
        clock.move(60)
        renewed = desk.take(queue[1], ANN)
        assert renewed
        assert renewed == table.listed(queue[1])
        assert renewed.lease
        assert renewed.lease.until == clock() + LEASE
        for _ in range(2):
            assert queues.give_back(office.desk, queue[1], ANN).lease is None
        assert table.listed(queue[1]).lease is None

    def test_another_persons_is_refused_while_it_lives(
        self, desk: Desk, queue: list[str], clock: Clock
    ) -> None:
        desk.take(queue[0], ANN)
        with pytest.raises(Leased) as refused:
            desk.take(queue[0], BEN)
        assert (refused.value.holder, refused.value.until) == ("person-1", clock() + LEASE)
        clock.move(REGION.lease_seconds)
        assert desk.take(queue[0], BEN)

    def test_another_persons_is_not_given_back(
        self, desk: Desk, queue: list[str], office: Office, table: Table
    ) -> None:
        taken = desk.take(queue[0], ANN)
        assert queues.give_back(office.desk, queue[0], BEN) == taken == table.listed(queue[0])

    def test_a_complaint_of_another_brand_is_as_if_it_were_not_there(
        self, desk: Desk, queue: list[str], office: Office
    ) -> None:
        stranger = Person(id="person-1", brands=("southlight",))
        with pytest.raises(NotFound):
            desk.take(queue[0], stranger)
        with pytest.raises(NotFound):
            queues.give_back(office.desk, queue[0], stranger)

    def test_what_somebody_works_on_for_good_can_be_held_by_number(
        self, desk: Desk, queue: list[str], office: Office
    ) -> None:
        assign(queue[0], office)
        assert desk.take(queue[0], ANN)


class TestWhatALeaseLeavesAlone:
    def test_it_wakes_nothing_and_is_no_event(self, desk: Desk, queue: list[str], table: Table) -> None:
        before = [table.load(number) for number in queue]
        desk.draw(ANN)
        desk.take(queue[0], ANN)
        after = [table.load(number) for number in queue]
        assert [replace(case, lease=None) for case in after] == before
        client = boto3.client("dynamodbstreams")
        arn = client.list_streams(TableName=tables.NAME)["Streams"][0]["StreamArn"]
        shard = client.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
        start = client.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
        records = client.get_records(ShardIterator=start["ShardIterator"], Limit=1000)["Records"]
        leased = [one for one in records if "lease_holder" in one["dynamodb"].get("NewImage", {})]
        assert [one["dynamodb"]["Keys"]["sk"]["S"] for one in leased] == [keys.STATE] * 2
        for one in leased:
            was, now = stream.states(one)
            assert now
            assert effect_of(was, replace(now, token="token")) is None

    def test_a_change_leaves_the_lease(
        self, desk: Desk, queue: list[str], office: Office, table: Table
    ) -> None:
        taken = desk.take(queue[0], ANN)
        office.do(queue[0], c.Reply(content={"text": "One more thing."}))
        assert taken
        assert table.load(queue[0]).lease == taken.lease

    def test_lists_show_it(self, desk: Desk, queue: list[str], table: Table) -> None:
        taken = desk.take(queue[0], ANN)
        assert table.list_queue("payments", 1, None).items == (taken,)


class TestCalls:
    def test_a_draw_is_four_calls_and_five_with_a_complaint_drawn_before(
        self, desk: Desk, queue: list[str], table: Table, clock: Clock
    ) -> None:
        assert queue
        with calls_of(table.client) as first:
            desk.draw(ANN)
        with calls_of(table.client) as again:
            desk.draw(ANN)
        clock.move(REGION.lease_seconds)
        with calls_of(table.client) as anew:
            desk.draw(ANN)
        assert first == ["GetItem", "GetItem", "Query", "TransactWriteItems"]
        assert again == ["GetItem", "GetItem", "GetItem", "TransactWriteItems"]
        assert anew == ["GetItem", "GetItem", "GetItem", "Query", "TransactWriteItems"]

    def test_a_lease_by_number_is_three_calls_and_giving_it_back_two(
        self, desk: Desk, queue: list[str], office: Office, table: Table
    ) -> None:
        with calls_of(table.client) as taken:
            desk.take(queue[0], ANN)
        with calls_of(table.client) as given:
            queues.give_back(office.desk, queue[0], ANN)
        assert taken == ["GetItem", "GetItem", "TransactWriteItems"]
        assert given == ["GetItem", "UpdateItem"]

    def test_a_workload_is_three_calls(self, queue: list[str], office: Office, table: Table) -> None:
        assert queue
        with calls_of(table.client) as sent:
            queues.workload(office.desk, PAYMENTS, BRANDS)
        assert sent == ["Query", "Query", "Query"]
