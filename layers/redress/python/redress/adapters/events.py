"""EventBridge: what happened to complaints, on the bus of the deployment."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from redress.domain import instants
from redress.published import Envelope

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef

SOURCE = "redress"
MOST_ENTRIES = 10
MOST_BYTES = 256 * 1024
"""What one call may hold: entries, and bytes of all of them together."""

TIME_BYTES = 14
"""What EventBridge counts for the time of an entry."""

type Entries = dict[str, "PutEventsRequestEntryTypeDef"]


@dataclass(frozen=True)
class EventBus:
    """The bus called `name`. `client` is a boto3 EventBridge client."""

    client: "EventBridgeClient"
    name: str

    def publish(self, envelopes: Iterable[Envelope]) -> Mapping[str, str]:
        """Publish events in as few calls as they fit in; why the bus did not take one, by event id.

        After a lost answer none counts as taken, so an event may be published twice.
        """
        refused: dict[str, str] = {}
        for entries in _calls({one["id"]: self._entry(one) for one in envelopes}):
            refused |= self._put(entries)
        return refused

    def _put(self, entries: Entries) -> Mapping[str, str]:
        try:
            answer = self.client.put_events(Entries=list(entries.values()))
        except (BotoCoreError, ClientError) as error:
            return dict.fromkeys(entries, type(error).__name__)
        results = zip(entries, answer["Entries"], strict=True)
        return {event: result["ErrorCode"] for event, result in results if "ErrorCode" in result}

    def _entry(self, envelope: Envelope) -> "PutEventsRequestEntryTypeDef":
        return {
            "Source": SOURCE,
            "DetailType": envelope["type"],
            "Detail": json.dumps(envelope, ensure_ascii=False, separators=(",", ":")),
            "Time": instants.from_text(envelope["at"]),
            "EventBusName": self.name,
        }


def _calls(entries: Entries) -> Iterator[Entries]:
    """The entries in their order, parted where a call is full. One that is too large alone goes alone."""
    call: Entries = {}
    size = 0
    for event, entry in entries.items():
        more = _bytes(entry)
        if call and (len(call) == MOST_ENTRIES or size + more > MOST_BYTES):
            yield call
            call, size = {}, 0
        call[event] = entry
        size += more
    if call:
        yield call


def _bytes(entry: "PutEventsRequestEntryTypeDef") -> int:
    """The size of an entry as EventBridge counts it."""
    return TIME_BYTES + sum(len(entry[name].encode()) for name in ("Source", "DetailType", "Detail"))
