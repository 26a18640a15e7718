"""Instants as text: RFC 3339, UTC, fixed width, milliseconds, so that text order is time order."""

from datetime import UTC, datetime


def to_text(instant: datetime) -> str:
    """`2026-04-26T23:00:00.000Z` for any aware datetime; what is finer than a millisecond is cut off.

    Raises ValueError for a datetime without a zone: it names no instant.
    """
    if instant.tzinfo is None:
        raise ValueError(f"{instant.isoformat()} has no zone")
    utc = instant.astimezone(UTC).replace(tzinfo=None)
    return utc.isoformat(timespec="milliseconds") + "Z"


def from_text(text: str) -> datetime:
    """The instant (UTC) of a text that `to_text` wrote.

    Raises ValueError for every other form, so that two texts of one instant never meet.
    """
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is not None and to_text(instant) == text:
            return instant
    except OverflowError:
        pass  # before the year 1, or after 9999, in UTC
    raise ValueError(f"{text} is not an instant of the form 2026-04-26T23:00:00.000Z")
