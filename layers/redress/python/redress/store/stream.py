"""What the table's stream tells: STATE before and after a write, and each new event."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from redress.store import keys
from redress.usecases.wake import Seen

if TYPE_CHECKING:
    from redress.domain.journal import Entry
    from redress.published import Envelope


def is_event(record: Mapping[str, Any]) -> bool:
    """Whether a record is about an EVENT item; the filter of the stream lets through STATE besides."""
    key: str = record["dynamodb"]["Keys"]["sk"]["S"]
    return key.startswith(keys.EVENT_PREFIX)


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


def told(item: Mapping[str, Any]) -> "Envelope":
    """What is published of an EVENT item. Raises KeyError or TypeError for any other."""
    from redress.published import envelope  # noqa: PLC0415 - of those who read STATE few publish

    return envelope(
        item["text"]["S"], item["brand"]["S"], item["jurisdiction"]["S"], training="training" in item
    )


def entry(record: Mapping[str, Any]) -> "Entry":
    """What the journal holds of an EVENT item. Raises JournalRefused where the item is not what it was."""
    from redress.domain import journal  # noqa: PLC0415 - the relay does without

    change = record["dynamodb"]
    pk, sk = change["Keys"]["pk"]["S"], change["Keys"]["sk"]["S"]
    place = f"{pk}/{sk}"
    if "NewImage" not in change:
        raise journal.JournalRefused(place, "was removed from the table")
    try:
        one = journal.entry(change["NewImage"]["text"]["S"])
    except (KeyError, ValueError) as error:
        raise journal.JournalRefused(place, "holds no event that can be read") from error
    if (pk, sk) != (keys.complaint(one.number), keys.event(one.seq)):
        raise journal.JournalRefused(place, "holds an event of another place")
    return one
