"""The relay: what changed in the table starts, wakes and publishes; what fails waits in queues."""

import json
from collections.abc import Mapping
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.checks import acknowledge
from infra.constructs.events import Events
from infra.constructs.function import Function, Shared
from infra.constructs.table import ComplaintTable
from infra.constructs.workflow import Workflow

SECONDS = 60
KEPT_DAYS = 14
"""The longest SQS keeps a message."""
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
        self.stream_dead_letters = _queue(self, "RelayDeadLetters")
        self.effect_dead_letters = _queue(self, "EffectDeadLetters")
        self._effects = _queue(self, "Effects", dead_letters=self.effect_dead_letters)
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
        self.function.allow(
            ["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
            self._effects.queue_arn,
        )
        self._follow_stream(table)
        self._follow_effects()

    def _follow_stream(self, table: ComplaintTable) -> None:
        stream = table.table.table_stream_arn or ""
        self.function.allow(["sqs:SendMessage"], self.stream_dead_letters.queue_arn)
        self.function.allow(
            ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"], stream
        )
        self.function.allow(["dynamodb:ListStreams"], "*")
        mapping = lambda_.CfnEventSourceMapping(
            self,
            "Stream",
            function_name=self.function.target.function_arn,
            event_source_arn=stream,
            starting_position="TRIM_HORIZON",
            batch_size=BATCH,
            bisect_batch_on_function_error=True,
            function_response_types=["ReportBatchItemFailures"],
            maximum_retry_attempts=STREAM_RETRIES,
            filter_criteria={
                "filters": [{"pattern": json.dumps(pattern)} for pattern in (STATE_CHANGES, NEW_EVENTS)]
            },
            destination_config={"onFailure": {"destination": self.stream_dead_letters.queue_arn}},
        )
        mapping.node.add_dependency(self.function.role)

    def _follow_effects(self) -> None:
        mapping = lambda_.CfnEventSourceMapping(
            self,
            "EffectsSource",
            function_name=self.function.target.function_arn,
            event_source_arn=self._effects.queue_arn,
            batch_size=BATCH,
            function_response_types=["ReportBatchItemFailures"],
        )
        mapping.node.add_dependency(self.function.role)
        acknowledge(
            mapping,
            "The queue itself moves what fails to its dead letters.",
            "Serverless-LambdaEventSourceMappingDestination",
        )


def _queue(scope: Construct, construct_id: str, *, dead_letters: sqs.Queue | None = None) -> sqs.Queue:
    redrive = (
        sqs.DeadLetterQueue(queue=dead_letters, max_receive_count=QUEUE_RETRIES) if dead_letters else None
    )
    queue = sqs.Queue(
        scope,
        construct_id,
        retention_period=Duration.days(KEPT_DAYS),
        encryption=sqs.QueueEncryption.SQS_MANAGED,
        enforce_ssl=True,
        # AWS asks for six times the consumer's timeout, so that no message is handled twice at once.
        visibility_timeout=Duration.seconds(6 * SECONDS),
        dead_letter_queue=redrive,
    )
    if dead_letters is None:
        acknowledge(queue, "It is the dead-letter queue.", "AwsSolutions-SQS3", "Serverless-SQSRedrivePolicy")
    return queue
