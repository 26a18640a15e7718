"""Deliveries on the real store: what an endpoint does, and what comes of it."""

from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from redress.domain import webhooks
from redress.domain.webhooks import FAILING_AFTER
from redress.published import event_id
from redress.store.table import Table
from redress.usecases.deliver_webhooks import DIED, DROPPED, FAILED, PUT_OFF, SENT
from redress.usecases.webhook_ports import Delivery, Outcome
from tests.support.desks import Clock, Office
from tests.support.webhooks import BROKEN, FINE, STACK_SECRETS, URL, PostOffice

HOUR, DAY = 3600, 86_400


@pytest.fixture
def post(table: Table, clock: Clock) -> PostOffice:
    """A post office with one endpoint."""
    office = PostOffice(table, clock)
    office.add()
    return office


@pytest.fixture
def number(office: Office) -> str:
    """A complaint of the brand that the endpoint's client may see."""
    return office.receive()


class TestWhatArrives:
    def test_the_published_event_and_nothing_else(self, post: PostOffice, number: str) -> None:
        assert post.attempt(post.delivery(number)).outcome == SENT
        [(url, headers, _body)] = post.receiver.calls
        [message] = post.receiver.got
        assert url == URL
        assert headers["content-type"] == "application/json"
        assert headers["user-agent"].startswith("Redress-Webhooks/")
        assert headers["webhook-id"] == message["id"] == event_id(number, 1)
        assert (message["type"], message["number"], message["seq"]) == ("ComplaintReceived", number, 1)

    def test_it_is_signed_as_the_public_library_checks_it_with_both_secrets_of_an_overlap(
        self, post: PostOffice, number: str
    ) -> None:
        rotated = post.endpoint().__replace__(
            version=2, oldest=1, overlap_until=post.clock() + timedelta(hours=24)
        )
        post.store.rotate(rotated, post.request(), post.clock())
        post.attempt(post.delivery(number))
        [(_, headers, body)] = post.receiver.calls
        for version in (1, 2):
            shown = webhooks.shown(webhooks.secret(STACK_SECRETS[0], "wh-1", version))
            assert Webhook(shown).verify(body, dict(headers))["number"] == number
        post.clock.move(24 * HOUR)
        post.attempt(post.delivery(number))
        assert len(post.receiver.calls[-1][1]["webhook-signature"].split()) == 1

    def test_while_the_stacks_own_secret_is_replaced_earlier_secrets_go_on_signing(
        self, post: PostOffice, number: str
    ) -> None:
        changed = (b"the new one", *STACK_SECRETS)
        post.courier = post.courier.__replace__(secrets=lambda: changed)
        post.attempt(post.delivery(number))
        [(_, headers, body)] = post.receiver.calls
        for stack in changed:
            assert Webhook(webhooks.shown(webhooks.secret(stack, "wh-1", 1))).verify(body, dict(headers))

    def test_each_attempt_has_the_same_id_and_body_and_its_own_time(
        self, post: PostOffice, number: str
    ) -> None:
        delivery = post.delivery(number)
        post.attempt(delivery)
        post.clock.move(60)
        post.attempt(delivery, 2)
        (_, first, body), (_, second, same) = post.receiver.calls
        assert (first["webhook-id"], body) == (second["webhook-id"], same)
        assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 60

    def test_a_test_message_has_the_form_of_an_event_and_is_about_no_complaint(
        self, post: PostOffice
    ) -> None:
        post.attempt(Delivery(endpoint="wh-1", since=post.clock(), ping="ping-1"))
        [message] = post.receiver.got
        assert (message["id"], message["type"], message["number"]) == ("ping-1", "Ping", None)


class TestFailure:
    @pytest.mark.parametrize("why", ["status-500", "too-slow", "private-address", "status-307"])
    def test_a_failure_is_tried_again_in_seconds(self, post: PostOffice, number: str, why: str) -> None:
        post.receiver.outcome = Outcome(why=why)
        made = post.attempt(post.delivery(number))
        assert (made.outcome, made.why, made.again_in) == (FAILED, why, 5)
        assert (post.endpoint().failures, post.endpoint().last_failure) == (1, why)

    def test_after_a_day_of_500_it_arrives(self, post: PostOffice, number: str) -> None:
        delivery, began = post.delivery(number), post.clock()
        post.receiver.outcome = BROKEN
        attempt, calls = 1, 0
        while (post.clock() - began).total_seconds() < DAY:
            again_in = post.attempt(delivery, attempt).again_in
            assert again_in is not None
            post.clock.move(again_in)
            attempt += 1
        calls = len(post.receiver.calls)
        post.receiver.outcome = FINE
        assert post.attempt(delivery, attempt).outcome == SENT
        assert 8 <= calls <= 12
        assert post.store.dead_letters("wh-1", 10, None, post.clock())[0] == []
        assert not post.endpoint().failing

    def test_after_three_days_it_is_given_up_and_kept(self, post: PostOffice, number: str) -> None:
        post.receiver.outcome = BROKEN
        made = post.pursue(post.delivery(number))
        assert [one.outcome for _, one in made][-1] == DIED
        assert made[-1][0] == 3 * DAY
        assert 12 <= len(made) <= 20
        [letter], cursor = post.store.dead_letters("wh-1", 10, None, post.clock())
        assert (letter.number, letter.seq, letter.attempts, letter.why) == (
            number,
            1,
            len(made),
            "status-500",
        )
        assert (letter.died_at - letter.since, cursor) == (timedelta(days=3), None)

    def test_a_dead_letter_is_kept_for_ninety_days(self, post: PostOffice, number: str) -> None:
        post.receiver.outcome = BROKEN
        post.pursue(post.delivery(number))
        post.clock.move(90 * DAY - 1)
        assert post.store.dead_letters("wh-1", 10, None, post.clock())[0]
        post.clock.move(1)
        assert not post.store.dead_letters("wh-1", 10, None, post.clock())[0]

    @pytest.mark.parametrize(("asked", "again_in"), [(2.0, 5), (120.0, 135), (10.0**6, 24_300)])
    def test_retry_after_is_kept_to_within_bounds(
        self, post: PostOffice, number: str, asked: float, again_in: int
    ) -> None:
        post.receiver.outcome = Outcome(why="status-503", retry_after=asked)
        assert post.attempt(post.delivery(number)).again_in == again_in

    def test_410_disables_the_endpoint_and_keeps_the_event(self, post: PostOffice, number: str) -> None:
        post.receiver.outcome = Outcome(why="status-410")
        first, second = post.delivery(number), post.delivery(number)
        assert post.attempt(first).outcome == DIED
        assert (post.endpoint().enabled, post.endpoint().last_failure) == (False, "status-410")
        post.clock.move(1)
        assert (post.attempt(second).outcome, len(post.receiver.calls)) == (DIED, 1)
        letters, _ = post.store.dead_letters("wh-1", 10, None, post.clock())
        assert [letter.why for letter in letters] == ["status-410", "disabled"]
        assert post.publish() == 0

    def test_a_test_message_that_fails_to_the_end_is_not_kept(self, post: PostOffice) -> None:
        post.receiver.outcome = BROKEN
        made = post.pursue(Delivery(endpoint="wh-1", since=post.clock(), ping="ping-1"))
        assert made[-1][1].outcome == DROPPED
        assert post.store.dead_letters("wh-1", 10, None, post.clock())[0] == []


class TestDeadEndpoint:
    @pytest.fixture
    def dead(self, post: PostOffice, number: str) -> PostOffice:
        """The endpoint has failed often enough to count as failing."""
        post.receiver.outcome = Outcome(why="too-slow")
        for _ in range(FAILING_AFTER):
            post.attempt(post.delivery(number))
        assert post.endpoint().failing
        return post

    def test_one_delivery_probes_it_and_the_others_wait_without_a_call(
        self, dead: PostOffice, number: str
    ) -> None:
        outcomes = [dead.attempt(dead.delivery(number)).outcome for _ in range(20)]
        assert outcomes == [FAILED] + [PUT_OFF] * 19
        assert len(dead.receiver.calls) == FAILING_AFTER + 1

    def test_what_waits_comes_again_after_the_next_probe_is_due(self, dead: PostOffice, number: str) -> None:
        dead.attempt(dead.delivery(number))
        retry_at = dead.endpoint().retry_at
        assert retry_at is not None
        put_off = dead.attempt(dead.delivery(number))
        assert put_off.again_in is not None
        assert dead.clock() + timedelta(seconds=put_off.again_in) >= retry_at

    def test_two_that_race_for_the_probe_are_not_both_let_through(self, dead: PostOffice) -> None:
        now, later = dead.clock(), dead.clock() + timedelta(minutes=2)
        claims = [dead.store.claim_probe("wh-1", now, later) for _ in range(2)]
        assert claims == [True, False]

    def test_it_is_called_a_few_times_an_hour_at_most_however_much_waits(
        self, dead: PostOffice, number: str
    ) -> None:
        before = len(dead.receiver.calls)
        for _ in range(60):
            for _ in range(5):
                dead.attempt(dead.delivery(number))
            dead.clock.move(60)
        assert len(dead.receiver.calls) - before <= 4

    def test_a_probe_that_succeeds_opens_it_for_all(self, dead: PostOffice, number: str) -> None:
        dead.receiver.outcome = FINE
        assert [dead.attempt(dead.delivery(number)).outcome for _ in range(3)] == [SENT] * 3
        assert (dead.endpoint().failures, dead.endpoint().retry_at) == (0, None)

    def test_it_keeps_no_other_endpoint_waiting(self, dead: PostOffice, number: str) -> None:
        dead.add("wh-2")
        dead.attempt(dead.delivery(number))
        dead.receiver.outcome = FINE
        assert dead.attempt(dead.delivery(number, webhook="wh-2")).outcome == SENT

    def test_what_waits_is_given_up_after_three_days_too(self, dead: PostOffice, number: str) -> None:
        delivery = dead.delivery(number)
        dead.attempt(dead.delivery(number))
        dead.clock.move(3 * DAY)
        dead.store.claim_probe("wh-1", dead.clock(), dead.clock() + timedelta(hours=1))
        assert dead.attempt(delivery, 9).outcome == DIED


class TestFanOut:
    def test_an_event_is_queued_for_each_endpoint_that_wants_it(self, post: PostOffice) -> None:
        post.add("wh-2", events=("Closed", "Triaged"))
        post.add("wh-3", events=("Triaged",))
        post.add("wh-4", client="crm")
        post.add("wh-5", client="nobody")
        post.add("wh-6", enabled=False)
        assert post.publish() == 2
        assert {one["endpoint"] for one in post.queued()} == {"wh-1", "wh-2"}

    def test_an_event_of_another_brand_goes_to_its_own_client(self, post: PostOffice) -> None:
        post.add("wh-2", client="crm")
        post.publish(brand="southlight")
        assert [one["endpoint"] for one in post.queued()] == ["wh-2"]

    def test_practice_goes_only_where_it_is_asked_for(self, post: PostOffice) -> None:
        post.add("wh-2", training=True)
        post.publish(training=True)
        assert [one["endpoint"] for one in post.queued()] == ["wh-2"]

    def test_what_is_queued_names_the_event_and_holds_nothing_of_it(self, post: PostOffice) -> None:
        post.publish()
        [message] = post.queued()
        assert message.keys() == {"endpoint", "number", "seq", "since"}

    def test_more_endpoints_than_fit_in_a_call_are_all_told(self, post: PostOffice) -> None:
        for place in range(2, 26):
            post.add(f"wh-{place}")
        assert post.publish() == 25
        assert len(post.queued()) == 25

    def test_nothing_is_queued_where_nobody_listens(self, post: PostOffice) -> None:
        post.store.delete("wh-1", post.clock())
        assert (post.publish(), post.queued()) == (0, [])


class TestWhatChangedMeanwhile:
    def test_a_deleted_endpoint_gets_nothing_more(self, post: PostOffice, number: str) -> None:
        post.store.delete("wh-1", post.clock())
        assert post.attempt(post.delivery(number)).outcome == DROPPED
        assert (post.store.endpoint("wh-1"), post.receiver.calls) == (None, [])

    def test_a_type_that_is_no_longer_wanted_is_dropped(self, post: PostOffice, number: str) -> None:
        post.store.replace(post.endpoint().__replace__(events=("Closed",)))
        assert post.attempt(post.delivery(number)).outcome == DROPPED

    def test_a_client_that_may_no_longer_see_the_brand_gets_nothing_more(
        self, post: PostOffice, number: str
    ) -> None:
        clients = (post.courier.region.clients[1],)
        post.courier = post.courier.__replace__(
            region=type(post.courier.region)(**{**vars(post.courier.region), "clients": clients})
        )
        assert post.attempt(post.delivery(number)).outcome == DROPPED
        assert post.receiver.calls == []

    def test_a_new_address_is_the_one_that_is_called(self, post: PostOffice, number: str) -> None:
        post.store.replace(post.endpoint().__replace__(url="https://new.example.com/"))
        post.attempt(post.delivery(number))
        assert post.receiver.calls[0][0] == "https://new.example.com/"

    def test_an_event_that_is_not_there_is_dropped(self, post: PostOffice, number: str) -> None:
        assert post.attempt(post.delivery(number, seq=999)).outcome == DROPPED


def test_everything_about_an_endpoint_is_stored_but_its_secret(post: PostOffice) -> None:
    now = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    full = post.endpoint().__replace__(
        events=("Closed",), description="The CRM", training=True, enabled=False, failures=3, retry_at=now
    )
    full = full.__replace__(last_failure="too-slow", last_failure_at=now)
    assert post.store.replace(full)
    assert post.endpoint() == full
    assert "secret" not in str(post.store.client.scan(TableName=post.store.name)["Items"])
