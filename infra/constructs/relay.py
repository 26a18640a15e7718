"""The relay: what changed in the table starts, wakes and publishes; what fails waits in queues."""

from collections.abc import Mapping
from typing import Any

from constructs import Construct

from infra.constructs.events import Events
from infra.constructs.function import Function, Shared
from infra.constructs.queue import queue
from infra.constructs.sources import from_queue, from_stream
from infra.constructs.table import ComplaintTable
from infra.constructs.workflow import Workflow

SECONDS = 60
BATCH = 10
STREAM_RETRIES = 10
QUEUE_RETRIES = 8
# A STATE item was made or changed. What expires or is erased starts nothing.
STATE_CHANGES: Mapping[str, Any] = {
    "eventName": ["INSERT", "MODIFY"],
    "dynamodb": {"Keys": {"sk": {"S": ["STATE"]}}},
}
# An event was appended.
NEW_EVENTS: Mapping[str, Any] = {
    "eventName": ["INSERT"],
    "dynamodb": {"Keys": {"sk": {"S": [{"prefix": "EVENT#"}]}}},
}


class Relay(Construct):
    """The relay function with its two sources: the table's stream, and the queue of effects left to do."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        shared: Shared,
        table: ComplaintTable,
        workflow: Workflow,
        events: Events,
    ) -> None:
        super().__init__(scope, construct_id)
        self.stream_dead_letters = queue(self, "RelayDeadLetters", seconds=SECONDS)
        self.effect_dead_letters = queue(self, "EffectDeadLetters", seconds=SECONDS)
        self._effects = queue(
            self,
            "Effects",
            seconds=SECONDS,
            dead_letters=self.effect_dead_letters,
            retries=QUEUE_RETRIES,
        )
        self.function = Function(
            self,
            "relay",
            shared=shared,
            seconds=SECONDS,
            environment={
                "STATE_MACHINE_ARN": workflow.arn,
                "EFFECTS_QUEUE_URL": self._effects.queue_url,
                "DEAD_LETTERS_URL": self.stream_dead_letters.queue_url,
                "EVENT_BUS_NAME": events.name,
            },
        )
        table.allow(self.function, "GetItem")
        workflow.allow(self.function, "StartExecution", "SendTaskSuccess")
        events.allow_publishing(self.function)
        from_queue(self, "EffectsSource", self.function, self._effects, batch=BATCH)
        self.function.allow(["sqs:SendMessage"], self._effects.queue_arn)
        from_stream(
            self,
            self.function,
            table,
            patterns=(STATE_CHANGES, NEW_EVENTS),
            batch=BATCH,
            retries=STREAM_RETRIES,
            given_up=self.stream_dead_letters,
        )
