"""Insight: from everything on the bus into a queue, and from there to the function that counts; and a clock.

A message only names an event of a complaint: what that counts for is read anew, so their order does not
matter, and several about one complaint are worked off at once. By the clock the function looks at which keys
rise, and writes to the teams that own them.
"""

from collections.abc import Iterable

from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from constructs import Construct

from infra.constructs.function import Function, Shared
from infra.constructs.mail import Mail
from infra.constructs.queue import queue
from infra.constructs.sources import by_clock, from_queue
from infra.constructs.table import ComplaintTable
from redress.region import Team
from redress.store import keys

SOURCE = "redress"
"""What events on the bus name as their source."""

SECONDS = 120
"""A batch of complaints that take a second each, as long ones do; or a look at ten licences of 1,000 keys,
of seven seconds each; and time to spare."""

BATCH, WINDOW_SECONDS = 25, 10
"""The events of a change come together, and are counted together."""

RETRIES, CONCURRENCY = 8, 2
"""Two at a time: they write to the same counters, and who comes second has to begin again."""


class Insight(Construct):
    """Rule, queue, dead letters, function."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        shared: Shared,
        table: ComplaintTable,
        bus: events.IEventBus,
        mail: Mail,
        teams: Iterable[Team],
    ) -> None:
        super().__init__(scope, construct_id)
        self.dead_letters = queue(self, "DeadLetters", seconds=SECONDS)
        self._queue = queue(self, "Queue", seconds=SECONDS, dead_letters=self.dead_letters, retries=RETRIES)
        self._listen(bus)
        self.function = Function(
            self,
            "insight",
            shared=shared,
            seconds=SECONDS,
            environment={"CONFIGURATION_SET": mail.configuration_set_name},
        )
        table.allow(self.function, "GetItem", "Query")
        table.allow(self.function, "PutItem", within=[keys.counted("*"), keys.ALARMS])
        table.allow(self.function, "UpdateItem", within=[keys.counts("*", "*"), keys.ALARMS])
        table.allow_query(self.function, ["by_register"])
        mail.allow_sending(self.function, to=[team.email for team in teams])
        by_clock(self, self.function, watched="how long an alarm waits to be told")
        from_queue(
            self,
            "Source",
            self.function,
            self._queue,
            batch=BATCH,
            window_seconds=WINDOW_SECONDS,
            concurrency=CONCURRENCY,
        )

    def _listen(self, bus: events.IEventBus) -> None:
        events.Rule(
            self,
            "Happened",
            event_bus=bus,
            event_pattern=events.EventPattern(source=[SOURCE]),
            targets=[targets.SqsQueue(self._queue, dead_letter_queue=self.dead_letters)],
        )
