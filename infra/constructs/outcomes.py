"""What came of things that happen outside: from EventBridge into a queue, and from there to a function.

A queue stands between, so that nothing depends on one try: what fails stays there and comes again, and an
alarm tells of what fails too often. Events of SES hold addresses and subjects, and those of S3 the network
address of who sent a file: there are no dead letters.
"""

from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.constructs.evidence import Evidence
from infra.constructs.function import Function, Shared
from infra.constructs.mail import Mail
from infra.constructs.queue import personal_queue, undelivered
from infra.constructs.sources import from_queue
from infra.constructs.table import ComplaintTable
from redress.adapters import ses_events
from redress.adapters.s3 import INCOMING

SECONDS = 30
"""Reading, looking at and writing ten megabytes takes a tenth of it."""

MEMORY = 1024
"""MiB: a file is held in memory, once as it came and once as it goes."""

CONCURRENCY = 5


class Outcomes(Construct):
    """Rules, queue, what the queue did not take, function."""

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
        self.undelivered = undelivered(self, "Undelivered")
        self.queue = personal_queue(self, "Queue", seconds=SECONDS)
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
        from_queue(self, "Source", self.function, self.queue, concurrency=CONCURRENCY)

    @property
    def queues(self) -> tuple[sqs.Queue, ...]:
        """Those in which personal data lies."""
        return self.queue, self.undelivered

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
        target = targets.SqsQueue(self.queue, dead_letter_queue=self.undelivered)
        events.Rule(self, name, event_pattern=pattern, targets=[target])
