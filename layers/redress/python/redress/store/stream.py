"""What the table's stream tells: STATE before and after a write."""

from collections.abc import Mapping
from typing import Any

from redress.usecases.wake import Seen


def states(record: Mapping[str, Any]) -> tuple[Seen | None, Seen | None]:
    """STATE before and after; None where it did not exist. Raises KeyError for any other record."""
    change = record["dynamodb"]
    return seen(change.get("OldImage")), seen(change.get("NewImage"))


def seen(item: Mapping[str, Any] | None) -> Seen | None:
    """The part of a STATE item that the relay cares about."""
    if not item:
        return None
    return Seen(
        number=item["number"]["S"],
        version=int(item["version"]["N"]),
        generation=int(item["generation"]["N"]),
        token=item["token"]["S"] if "token" in item else None,
    )
