"""The key of a private link opens one complaint, for a time, and nothing else."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from redress.domain import private_link

NUMBER = "R7K3-9QXM-3"
SECRET, OLD_SECRET = b"new secret of the stack", b"old secret of the stack"
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
YEAR = timedelta(days=365)
KEY = private_link.make(SECRET, NUMBER, 1, NOW, YEAR)


def opens(key: str, *, number: str = NUMBER, version: int = 1, now: datetime = NOW) -> bool:
    return private_link.opens([SECRET], key, number, version, now)


def test_a_key_opens_its_complaint() -> None:
    assert opens(KEY)


def test_a_key_fits_into_an_address_as_it_is() -> None:
    assert len(KEY) == 32
    assert set(KEY) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_the_same_letter_sent_twice_carries_the_same_key() -> None:
    assert private_link.make(SECRET, NUMBER, 1, NOW + timedelta(hours=1), YEAR) == KEY


def test_a_key_opens_no_other_complaint() -> None:
    assert not opens(KEY, number="R7K3-9QXN-1")


def test_raising_the_version_revokes_older_keys() -> None:
    assert not opens(KEY, version=2)


def test_a_key_opens_until_the_end_of_its_last_day() -> None:
    last_day = (NOW + YEAR).replace(hour=23, minute=59, second=59)
    assert opens(KEY, now=last_day)
    assert not opens(KEY, now=last_day + timedelta(seconds=1))


def test_a_key_of_the_old_secret_opens_while_the_secret_is_being_rotated() -> None:
    old = private_link.make(OLD_SECRET, NUMBER, 1, NOW, YEAR)
    assert private_link.opens([SECRET, OLD_SECRET], old, NUMBER, 1, NOW)
    assert not private_link.opens([SECRET], old, NUMBER, 1, NOW)


def test_without_a_secret_nothing_opens() -> None:
    assert not private_link.opens([], KEY, NUMBER, 1, NOW)


def test_an_expiry_moved_forward_is_a_forgery() -> None:
    raw = base64.urlsafe_b64decode(KEY)
    later = (int.from_bytes(raw[:4]) + 1).to_bytes(4) + raw[4:]
    assert not opens(base64.urlsafe_b64encode(later).decode())


@pytest.mark.parametrize("place", range(32))
def test_a_key_with_any_sign_changed_is_a_forgery(place: int) -> None:
    other = "A" if KEY[place] != "A" else "B"
    assert not opens(KEY[:place] + other + KEY[place + 1 :])


@pytest.mark.parametrize(
    "garbage",
    ["", "A", "AAAA", "ключ", "🙂" * 8, "\x00" * 32, "=" * 32, KEY[:-1], KEY + "AAAA", KEY + "\n", KEY + "="],
)
def test_garbage_opens_nothing_and_raises_nothing(garbage: str) -> None:
    assert not opens(garbage)


def test_a_key_has_one_spelling_only() -> None:
    assert not opens("!" + KEY)
    assert not opens(f"{KEY[:16]} {KEY[16:]}")
