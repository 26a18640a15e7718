"""Erasure: from the order on the bus into a queue, and from there to the function that deletes; and a clock.

The queue keeps an order for fourteen days; what fails comes again, and what fails too often lies among the
dead letters. The clock asks the table besides, so that no order depends on its message alone.
"""

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.constructs.checks import acknowledge
from infra.constructs.evidence import Evidence
from infra.constructs.function import Function, Shared
from infra.constructs.queue import queue
from infra.constructs.table import ComplaintTable

SOURCE = "redress"
"""What events on the bus name as their source."""

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
        self._listen(bus)
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
        table.allow(self.function, "DeleteItem")
        table.allow_query(self.function, ["by_queue"])
        evidence.allow_erasing(self.function)
        self._follow()
        self._schedule()

    def _listen(self, bus: events.IEventBus) -> None:
        events.Rule(
            self,
            "Ordered",
            event_bus=bus,
            event_pattern=events.EventPattern(source=[SOURCE], detail_type=["ErasureOrdered"]),
            targets=[targets.SqsQueue(self._queue, dead_letter_queue=self.dead_letters)],
        )

    def _follow(self) -> None:
        self.function.allow(
            ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], self._queue.queue_arn
        )
        mapping = lambda_.CfnEventSourceMapping(
            self,
            "Source",
            function_name=self.function.target.function_arn,
            event_source_arn=self._queue.queue_arn,
            batch_size=1,
            function_response_types=["ReportBatchItemFailures"],
            scaling_config={"maximumConcurrency": CONCURRENCY},
        )
        mapping.node.add_dependency(self.function.role)
        acknowledge(
            mapping,
            "The queue itself moves what fails to its dead letters.",
            "Serverless-LambdaEventSourceMappingDestination",
        )

    def _schedule(self) -> None:
        """Every hour: most runs find nothing to finish, and the round of the day done."""
        target = targets.LambdaFunction(
            self.function.target, retry_attempts=0, max_event_age=Duration.seconds(60)
        )
        schedule = events.Rule(
            self, "Schedule", schedule=events.Schedule.rate(Duration.hours(1)), targets=[target]
        )
        acknowledge(
            schedule,
            "The next run does what a failed one left, and the alarm is on how long an erasure waits.",
            "Serverless-EventBusDLQ",
        )
