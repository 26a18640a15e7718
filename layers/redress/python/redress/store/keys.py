"""Every key of the table, and nothing else builds one."""

import hashlib
from datetime import datetime

from redress.domain import instants

STATE = "STATE"
EVENT_PREFIX = "EVENT#"
CONTENT_PREFIX = "CONTENT#"
REQUEST = "REQUEST"
ATTENTION_SHARDS = tuple(f"ATTENTION#{shard}" for shard in range(4))

BY_PLAYER = "by_player"
BY_QUEUE = "by_queue"
BY_ATTENTION = "by_attention"
BY_REGISTER = "by_register"

# The lists that people page through, by index: the attributes of its partition and of its order.
LISTS = {
    BY_PLAYER: ("player", "received_at"),
    BY_QUEUE: ("queue", "due_at"),
    BY_REGISTER: ("register", "received_at"),
}


def complaint(number: str) -> str:
    """Partition of everything about one complaint."""
    return f"COMPLAINT#{number}"


def event(seq: int) -> str:
    """Sort key of an event."""
    return f"{EVENT_PREFIX}{seq:06d}"


def content(seq: int) -> str:
    """Sort key of the content beside an event."""
    return f"{CONTENT_PREFIX}{seq:06d}"


def request(client: str, key: str) -> str:
    """Partition of an idempotent request. The key is hashed, so whatever a caller sends fits."""
    return f"REQUEST#{client}#{hashlib.sha256(key.encode()).hexdigest()}"


def attention(number: str) -> str:
    """Shard of the attention index that a complaint belongs to."""
    return ATTENTION_SHARDS[hashlib.sha256(number.encode()).digest()[0] % len(ATTENTION_SHARDS)]


def register(pack: str, received_at: datetime) -> str:
    """Partition of the register: a rule pack and the UTC month of receipt."""
    return f"{pack}#{instants.to_text(received_at)[:7]}"
