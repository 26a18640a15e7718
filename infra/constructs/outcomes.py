"""What came of things that happen outside: from EventBridge into a queue, and from there to a function.

A queue stands between, so that nothing depends on one try: what fails comes again, and what fails too often
lies among the dead letters, where an alarm shows it and it can be redriven.
"""

from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.constructs.checks import acknowledge
from infra.constructs.evidence import Evidence
from infra.constructs.function import Function, Shared
from infra.constructs.mail import Mail
from infra.constructs.queue import queue
from infra.constructs.table import ComplaintTable
from redress.adapters import ses_events
from redress.adapters.s3 import INCOMING

SECONDS = 30
"""Reading, looking at and writing ten megabytes takes a tenth of it."""

MEMORY = 1024
"""MiB: a file is held in memory, once as it came and once as it goes."""

RETRIES, CONCURRENCY = 8, 5


class Outcomes(Construct):
    """Rules, queue, dead letters, function."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        shared: Shared,
        table: ComplaintTable,
        evidence: Evidence,
        mail: Mail,
    ) -> None:
        super().__init__(scope, construct_id)
        self.dead_letters = queue(self, "DeadLetters", seconds=SECONDS)
        self._queue = queue(self, "Queue", seconds=SECONDS, dead_letters=self.dead_letters, retries=RETRIES)
        self._listen(evidence)
        self._listen_for_mail(mail)
        self.function = Function(
            self,
            "outcomes",
            shared=shared,
            seconds=SECONDS,
            memory=MEMORY,
            environment={
                "EVIDENCE_BUCKET": evidence.bucket.bucket_name,
                "EVIDENCE_MALWARE_SCAN": "yes" if evidence.scanned else "no",
            },
        )
        table.allow_appending(self.function)
        evidence.allow_collecting(self.function)
        self._follow()

    def _listen(self, evidence: Evidence) -> None:
        bucket = evidence.bucket.bucket_name
        self._rule(
            "Arrived",
            events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created"],
                detail={"bucket": {"name": [bucket]}, "object": {"key": [{"prefix": f"{INCOMING}/"}]}},
            ),
        )
        if evidence.scanned:
            self._rule(
                "Scanned",
                events.EventPattern(
                    source=["aws.guardduty"],
                    detail_type=["GuardDuty Malware Protection Object Scan Result"],
                    detail={"s3ObjectDetails": {"bucketName": [bucket]}},
                ),
            )

    def _listen_for_mail(self, mail: Mail) -> None:
        """Of this stack's letters alone: an account may send other mail."""
        tags = {ses_events.CONFIGURATION_SET_TAG: [mail.configuration_set_name]}
        self._rule(
            "Mailed",
            events.EventPattern(
                source=[ses_events.SOURCE],
                detail_type=list(ses_events.DETAIL_TYPES),
                detail={"mail": {"tags": tags}},
            ),
        )

    def _rule(self, name: str, pattern: events.EventPattern) -> None:
        target = targets.SqsQueue(self._queue, dead_letter_queue=self.dead_letters)
        events.Rule(self, name, event_pattern=pattern, targets=[target])

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
