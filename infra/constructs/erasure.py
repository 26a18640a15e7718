"""Erasure: from the order on the bus into a queue, and from there to the function that deletes; and a clock.

The queue keeps an order for fourteen days; what fails comes again, and what fails too often lies among the
dead letters. The clock asks the table besides, so that no order depends on its message alone.
"""

from aws_cdk import aws_events as events
from constructs import Construct

from infra.constructs.events import to_queue
from infra.constructs.evidence import Evidence
from infra.constructs.function import Function, Shared
from infra.constructs.queue import queue
from infra.constructs.sources import by_clock, from_queue
from infra.constructs.table import ComplaintTable
from redress.store import keys

SECONDS = 300
"""A complaint takes a second, one of a thousand contents ten; a run of the clock looks at thousands."""

RETRIES, CONCURRENCY = 8, 2


class Erasure(Construct):
    """Rule, queue, dead letters, clock, function."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        shared: Shared,
        table: ComplaintTable,
        evidence: Evidence,
        bus: events.IEventBus,
    ) -> None:
        super().__init__(scope, construct_id)
        self.dead_letters = queue(self, "DeadLetters", seconds=SECONDS)
        self._queue = queue(self, "Queue", seconds=SECONDS, dead_letters=self.dead_letters, retries=RETRIES)
        to_queue(self, "Ordered", bus, self._queue, otherwise=self.dead_letters, types=["ErasureOrdered"])
        self.function = Function(
            self,
            "erasure",
            shared=shared,
            seconds=SECONDS,
            environment={"EVIDENCE_BUCKET": evidence.bucket.bucket_name},
        )
        table.allow_reading_and_appending(self.function)
        # IAM knows conditions on partitions alone, so CONTENT cannot be told from EVENT here. That no event
        # goes is seen to by the code, and a deleted one is noticed by the journal within seconds.
        personal = [keys.complaint("*"), keys.consultation("*")]
        table.allow(self.function, "DeleteItem", within=personal)
        table.allow_query(self.function, ["by_queue"])
        evidence.allow_erasing(self.function)
        from_queue(self, "Source", self.function, self._queue, concurrency=CONCURRENCY)
        # Most runs find nothing to finish, and the round of the day done.
        by_clock(self, self.function, watched="how long an erasure waits")
