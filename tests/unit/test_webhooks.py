"""Webhooks as rules: signatures that the public library accepts, secrets, who is told, and when again."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from redress.domain import webhooks
from redress.domain.webhooks import FAILING_AFTER, MOST_SIGNING, Endpoint, Schedule

STACK = b"0123456789" * 6
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
BODY = '{"id":"R7K3-9QXM-3-1","data":{"reason":"Größe, zł"}}'.encode()
HOUR = timedelta(hours=1)


def endpoint(**told: Any) -> Endpoint:
    """An endpoint of the back office that wants everything but practice."""
    made = Endpoint(
        id="wh-1",
        client="back-office",
        url="https://hooks.example.com/",
        events=None,
        description=None,
        training=False,
        enabled=True,
        created_at=NOW,
    )
    return made.__replace__(**told)


def key(version: int = 1, stack: bytes = STACK, webhook: str = "wh-1") -> bytes:
    return webhooks.secret(stack, webhook, version)


class TestSignatures:
    def verify(self, shown: str, headers: dict[str, str], body: bytes = BODY) -> object:
        return Webhook(shown).verify(body, headers)

    def headers(self, *keys: bytes, at: datetime | None = None) -> dict[str, str]:
        return webhooks.sign(keys, "R7K3-9QXM-3-1", at or datetime.now(UTC), BODY)

    def test_the_public_library_accepts_them(self) -> None:
        assert self.verify(webhooks.shown(key()), self.headers(key())) == json.loads(BODY)

    def test_during_an_overlap_each_secret_verifies_the_same_message(self) -> None:
        headers = self.headers(key(2), key(1))
        for version in (1, 2):
            assert self.verify(webhooks.shown(key(version)), headers)

    def test_a_secret_that_does_not_sign_verifies_nothing(self) -> None:
        with pytest.raises(WebhookVerificationError):
            self.verify(webhooks.shown(key(1)), self.headers(key(2)))

    def test_a_body_that_was_changed_is_noticed(self) -> None:
        with pytest.raises(WebhookVerificationError):
            self.verify(webhooks.shown(key()), self.headers(key()), BODY + b" ")

    @pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp"])
    def test_a_header_that_was_changed_is_noticed(self, name: str) -> None:
        headers = self.headers(key())
        other = {"webhook-id": "other", "webhook-timestamp": str(int(headers["webhook-timestamp"]) - 1)}
        with pytest.raises(WebhookVerificationError):
            self.verify(webhooks.shown(key()), {**headers, name: other[name]})

    def test_an_old_message_is_no_longer_accepted(self) -> None:
        with pytest.raises(WebhookVerificationError):
            self.verify(webhooks.shown(key()), self.headers(key(), at=datetime.now(UTC) - HOUR))

    def test_a_secret_has_the_256_bits_of_its_hash(self) -> None:
        assert len(key()) == 32
        assert webhooks.shown(key()).startswith("whsec_")

    def test_secrets_differ_by_endpoint_version_and_stack(self) -> None:
        made = {key(), key(2), key(webhook="wh-2"), key(stack=b"another"), key(1, webhook="wh-1\n1")}
        assert len(made) == 5


class TestRotation:
    def test_only_the_newest_secret_signs(self) -> None:
        assert list(endpoint(version=3, oldest=3).live_versions(NOW)) == [3]

    def test_earlier_ones_sign_until_the_overlap_ends_and_not_at_its_end(self) -> None:
        rotated = endpoint(version=3, oldest=2, overlap_until=NOW + HOUR)
        assert list(rotated.live_versions(NOW + HOUR - timedelta(milliseconds=1))) == [3, 2]
        assert list(rotated.live_versions(NOW + HOUR)) == [3]

    def test_however_often_it_is_rotated_the_header_stays_short(self) -> None:
        rotated = endpoint(version=30, oldest=1, overlap_until=NOW + HOUR)
        assert list(rotated.live_versions(NOW)) == [30, 29, 28, 27, 26]
        assert len(rotated.live_versions(NOW)) == MOST_SIGNING


class TestWhoIsTold:
    @pytest.mark.parametrize(
        ("told", "kind", "brand", "training", "expected"),
        [
            ({}, "Closed", "northlight", False, True),
            ({}, "Closed", "southlight", False, False),
            ({}, "Closed", "northlight", True, False),
            ({"training": True}, "Closed", "northlight", True, True),
            ({"training": True}, "Closed", "northlight", False, True),
            ({"events": ("Closed",)}, "Closed", "northlight", False, True),
            ({"events": ("Closed",)}, "Triaged", "northlight", False, False),
            ({"enabled": False}, "Closed", "northlight", False, False),
        ],
    )
    def test_by_type_brand_and_practice(
        self,
        told: dict[str, object],
        kind: str,
        brand: str,
        *,
        training: bool,
        expected: bool,
    ) -> None:
        assert endpoint(**told).wants(["northlight"], kind, brand, training=training) is expected


class TestSchedule:
    def test_the_waits_grow_from_seconds_to_hours(self) -> None:
        waits = [Schedule().wait(attempt, 0.5) for attempt in range(1, 13)]
        assert waits == [5, 30, 120, 600, 1800, 3600, 7200, 14_400, 28_800, 32_400, 32_400, 32_400]

    @pytest.mark.parametrize(("chance", "expected"), [(0.0, 90), (0.5, 120), (0.999999, 150)])
    def test_each_is_spread_by_a_quarter(self, chance: float, expected: float) -> None:
        assert Schedule().wait(3, chance) == pytest.approx(expected, rel=1e-5)

    def test_three_days_hold_some_fifteen_attempts(self) -> None:
        schedule, total, attempts = Schedule(), 0.0, 1
        while total < schedule.give_up.total_seconds():
            total += schedule.wait(attempts, 0.5)
            attempts += 1
        assert schedule.give_up == timedelta(days=3)
        assert 15 <= attempts <= 18

    def test_what_an_endpoint_asks_for_is_granted_and_spread_behind_it(self) -> None:
        assert Schedule().wait(1, 0.0, at_least=300) == 300
        assert 300 < Schedule().wait(1, 0.9, at_least=300) <= 375

    def test_no_wait_is_longer_than_a_queue_can_hide_a_message(self) -> None:
        long = Schedule(seconds=(50_000, 50_000))
        assert long.wait(1, 0.99, at_least=90_000) < 12 * 3600 - 60

    @pytest.mark.parametrize(("asked", "granted"), [(None, 0), (-5, 0), (0, 0), (90, 90), (10**9, 6 * 3600)])
    def test_what_is_asked_for_is_bounded(self, asked: float | None, granted: float) -> None:
        assert Schedule().asked(asked) == granted

    def test_a_failing_endpoint_is_probed_within_minutes_and_then_hourly(self) -> None:
        waits = [Schedule().probe(FAILING_AFTER + more).total_seconds() for more in range(8)]
        assert waits == [120, 600, 1800, 3600, 3600, 3600, 3600, 3600]

    def test_a_short_schedule_has_short_probes(self) -> None:
        assert Schedule(seconds=(1, 2)).probe(40) == timedelta(seconds=2)
