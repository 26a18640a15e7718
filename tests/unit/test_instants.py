"""Instants are stored as text of one form, so that the order of texts is the order of time."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from redress.domain import instants


def test_an_instant_is_written_in_utc_with_milliseconds() -> None:
    summer = datetime(2026, 4, 27, 0, 0, 0, 999, tzinfo=timezone(timedelta(hours=1)))
    assert instants.to_text(summer) == "2026-04-26T23:00:00.000Z"


def test_a_text_gives_back_its_instant() -> None:
    assert instants.from_text("2026-04-26T23:00:00.120Z") == datetime(2026, 4, 26, 23, 0, 0, 120_000, UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-04-26T23:00:00Z",
        "2026-04-26T23:00:00.000+00:00",
        "2026-04-27T00:00:00.000+01:00",
        "2026-04-26 23:00:00.000Z",
        "2026-04-26T23:00:00.000",
        "2026-04-26",
        "0001-01-01T00:00:00.000+23:00",
        "tomorrow",
        "",
    ],
)
def test_no_other_form_is_read(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        instants.from_text(text)


def test_a_time_without_a_zone_is_no_instant() -> None:
    with pytest.raises(ValueError, match="no zone"):
        instants.to_text(datetime(2026, 4, 26, 23))  # noqa: DTZ001  # that is the point
