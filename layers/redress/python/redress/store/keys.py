"""Every key of the table, and nothing else builds one."""

import hashlib
from collections.abc import Iterable
from datetime import date, datetime

from redress.domain import instants

STATE = "STATE"
EVENT_PREFIX = "EVENT#"
CONTENT_PREFIX = "CONTENT#"
TASK_PREFIX = "TASK#"
REQUEST = "REQUEST"
CAP = "CAP"
WEBHOOKS = "WEBHOOKS"
ENDPOINT_PREFIX = "ENDPOINT#"
DEAD_PREFIX = "DEAD#"
ACTIONS = "ACTIONS"
ACTION_PREFIX = "ACTION#"
ALARMS = "ALARMS"
ALARM_PREFIX = "ALARM#"
CONSULTATION = "CONSULTATION"
COUNTED = "COUNTED"
COUNTS_PREFIX = "COUNTS#"
ALL_MONTHS = "months"
"""In place of a month: the partition of what is looked back at of all of them."""
MESSAGE_PREFIX = "MESSAGE#"
ATTENTION_SHARDS = tuple(f"ATTENTION#{shard}" for shard in range(4))
UNANSWERED = "CONSULTATIONS"
"""Partition, beside those shards, of the consultations that wait for an answer."""
ERASURES, CLOSED = "ERASURES", "CLOSED"
"""Partitions, beside the queues of teams, of what is ordered to be erased and is not, by that order; and of
the closed complaints that may be erased when their time is over, by their receipt."""
RETENTION = "RETENTION"
"""Partition and sort key of how far the closed ones were looked at."""

BY_PLAYER = "by_player"
BY_QUEUE = "by_queue"
BY_ATTENTION = "by_attention"
BY_REGISTER = "by_register"

# The lists that people page through, by index: the attributes of its partition and of its order.
LISTS = {
    BY_PLAYER: ("player", "received_at"),
    BY_QUEUE: ("queue", "queue_order"),
    BY_REGISTER: ("register", "received_at"),
}


def complaint(number: str) -> str:
    """Partition of everything about one complaint."""
    return f"COMPLAINT#{number}"


def state(number: str) -> dict[str, dict[str, str]]:
    """The whole key of a complaint's state, as DynamoDB takes it."""
    return {"pk": {"S": complaint(number)}, "sk": {"S": STATE}}


def event(seq: int) -> str:
    """Sort key of an event."""
    return f"{EVENT_PREFIX}{seq:06d}"


def content(seq: int) -> str:
    """Sort key of the content beside an event."""
    return f"{CONTENT_PREFIX}{seq:06d}"


def task(opened: int) -> str:
    """Sort key of an open task, by the event that opened it."""
    return f"{TASK_PREFIX}{opened:06d}"


def queue(team: str, *, training: bool = False) -> str:
    """Partition of the complaints a team has to work on; practice complaints have queues of their own."""
    return f"{'TRAINING' if training else 'TEAM'}#{team}"


def task_queue(team: str) -> str:
    """Partition of the tasks a team has to do."""
    return f"TASKS#{team}"


def consultation(number: str) -> str:
    """Partition of everything about one consultation."""
    return f"CONSULTATION#{number}"


def message(seq: int) -> str:
    """Sort key of what was done about a consultation, and written with it."""
    return f"{MESSAGE_PREFIX}{seq:06d}"


def consultation_queue(team: str, state: str) -> str:
    """Partition of the consultations of a team that stand alike."""
    return f"CONSULTATIONS#{state}#{team}"


def queue_order(due_at: datetime, *, at_once: bool = False) -> str:
    """Place in a queue: by what is due, behind everything that a human has to see at once."""
    return f"{0 if at_once else 1}#{instants.to_text(due_at)}"


def persons(subjects: Iterable[str]) -> str:
    """Persons as one attribute that a filter can find a person in (`person` with its ends)."""
    return "".join(f" {subject} " for subject in subjects)


def request(client: str, key: str) -> str:
    """Partition of an idempotent request. The key is hashed, so whatever a caller sends fits."""
    return f"REQUEST#{client}#{hashlib.sha256(key.encode()).hexdigest()}"


def cap(source: str, day: date) -> str:
    """Partition of how many complaints came from a source (a keyed hash) on a local day."""
    return f"CAP#{source}#{day}"


def allowance(client: str) -> str:
    """Partition of how often a client may call."""
    return f"ALLOWANCE#{client}"


def minute(instant: datetime) -> str:
    """Sort key of an allowance: its minute, in UTC."""
    return instants.to_text(instant)[:16]


def endpoint(webhook: str) -> str:
    """Sort key of a webhook's endpoint; all of them are in the partition WEBHOOKS."""
    return f"{ENDPOINT_PREFIX}{webhook}"


def webhook(webhook: str) -> str:
    """Partition of what was given up for a webhook."""
    return f"WEBHOOK#{webhook}"


def dead_letter(died_at: datetime, number: str, seq: int) -> str:
    """Sort key of a delivery that was given up: the oldest first."""
    return f"{DEAD_PREFIX}{instants.to_text(died_at)}#{number}#{seq:06d}"


def action(action_id: str) -> str:
    """Sort key of a corrective action; all of them are in the partition ACTIONS."""
    return f"{ACTION_PREFIX}{action_id}"


def alarm(end: datetime, alarm_id: str) -> str:
    """Sort key of an alarm about a rise, by the end of its window: the oldest first."""
    return f"{ALARM_PREFIX}{instants.to_text(end)}#{alarm_id}"


def looked(pack: str) -> str:
    """Sort key, beside the alarms, of how far a licence was looked at for rises."""
    return f"LOOKED#{pack}"


def drawn(person: str) -> str:
    """Partition of what a person drew last from each queue."""
    return f"DRAWN#{person}"


def attention(number: str) -> str:
    """Shard of the attention index that a complaint belongs to."""
    return ATTENTION_SHARDS[hashlib.sha256(number.encode()).digest()[0] % len(ATTENTION_SHARDS)]


def register(pack: str, received_at: datetime, *, training: bool = False) -> str:
    """Partition of the register: a rule pack and the UTC month of receipt. Practice counts in none."""
    return f"{pack}#{instants.to_text(received_at)[:7]}{'#TRAINING' if training else ''}"


def counted(number: str) -> str:
    """Partition of what a complaint was counted for. Of its own: whoever reads the complaint reads it not."""
    return f"COUNTED#{number}"


def counts(pack: str, month: str) -> str:
    """Partition of the counters of a licence in a local month (`2026-03`)."""
    return f"{COUNTS_PREFIX}{pack}#{month}"


def count(measure: str, dimension: str, day: date, brand: str, hour: str) -> str:
    """Sort key of the counters of a brand and day by one dimension; its values are attributes."""
    return f"{counts_of(measure)}{dimension}#{day}#{brand}#{hour}"


def looked_back(month: str, brand: str, measure: str, dimension: str, value: str) -> str:
    """Sort key of a month's days of one counter, in the partition of all months; its days are attributes."""
    return f"{month}#{brand}#{measure}#{dimension}#{value}"


def counts_of(measure: str) -> str:
    """How the sort keys of the counters of a measure begin."""
    return f"{measure}#"
