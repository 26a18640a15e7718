"""What sets a function going: messages of a queue, changes of the table, a clock."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.checks import acknowledge
from infra.constructs.function import Function
from infra.constructs.table import ComplaintTable

HOURLY = events.Schedule.rate(Duration.hours(1))


def from_queue(
    scope: Construct,
    construct_id: str,
    function: Function,
    source: sqs.Queue,
    *,
    batch: int = 1,
    window_seconds: int | None = None,
    concurrency: int | None = None,
) -> None:
    """Gives messages to a function, `batch` in a call at the most and `concurrency` calls at a time.

    A call waits `window_seconds` for more of them.

    What fails alone comes again, until it is done or the queue moves it to its dead letters.
    """
    function.allow(["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"], source.queue_arn)
    mapping = lambda_.CfnEventSourceMapping(
        scope,
        construct_id,
        function_name=function.target.function_arn,
        event_source_arn=source.queue_arn,
        batch_size=batch,
        maximum_batching_window_in_seconds=window_seconds,
        function_response_types=["ReportBatchItemFailures"],
        scaling_config={"maximumConcurrency": concurrency} if concurrency else None,
    )
    mapping.node.add_dependency(function.role)
    acknowledge(
        mapping,
        "The queue itself moves what fails to its dead letters."
        if source.dead_letter_queue
        else "What fails stays in the queue, and comes again.",
        "Serverless-LambdaEventSourceMappingDestination",
    )


def from_stream(
    scope: Construct,
    function: Function,
    table: ComplaintTable,
    *,
    patterns: Sequence[Mapping[str, Any]],
    batch: int,
    retries: int,
    given_up: sqs.Queue,
    seconds: int | None = None,
) -> None:
    """Gives a function the changes that match one of `patterns`, in order, `batch` in a call at the most.

    Where a batch lies that failed `retries` times, or for `seconds`, is told to `given_up`.
    """
    stream = table.table.table_stream_arn or ""
    function.allow(["sqs:SendMessage"], given_up.queue_arn)
    function.allow(["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"], stream)
    function.allow(["dynamodb:ListStreams"], "*")
    mapping = lambda_.CfnEventSourceMapping(
        scope,
        "Stream",
        function_name=function.target.function_arn,
        event_source_arn=stream,
        starting_position="TRIM_HORIZON",
        batch_size=batch,
        bisect_batch_on_function_error=True,
        function_response_types=["ReportBatchItemFailures"],
        maximum_retry_attempts=retries,
        maximum_record_age_in_seconds=seconds,
        filter_criteria={"filters": [{"pattern": json.dumps(pattern)} for pattern in patterns]},
        destination_config={"onFailure": {"destination": given_up.queue_arn}},
    )
    mapping.node.add_dependency(function.role)


def by_clock(
    scope: Construct, function: Function, *, watched: str, schedule: events.Schedule = HOURLY
) -> events.Rule:
    """Starts a function again and again; `watched` is what its alarm looks at, should no run succeed."""
    # The next run does what a failed one left, so a late repetition helps nobody.
    target = targets.LambdaFunction(function.target, retry_attempts=0, max_event_age=Duration.seconds(60))
    rule = events.Rule(scope, "Schedule", schedule=schedule, targets=[target])
    acknowledge(
        rule,
        f"The next run does what a failed one left, and the alarm is on {watched}.",
        "Serverless-EventBusDLQ",
    )
    return rule
