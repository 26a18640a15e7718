"""The proofs: a function that reconciles each day, and the key that signs for it."""

from aws_cdk import Duration, RemovalPolicy, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.checks import acknowledge
from infra.constructs.function import Function, Shared
from infra.constructs.journal import Journal
from infra.constructs.table import ComplaintTable
from redress.domain.journal import DIGESTS
from redress.usecases.reconcile import PROOFS

SECONDS, MEMORY = 900, 1024
"""The most that Lambda gives: a day reads every open complaint. Half a processor, for eight readers."""


class Reports(Construct):
    """The function, its key and its clock. It reads the table, and writes under one prefix of the journal."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        shared: Shared,
        table: ComplaintTable,
        journal: Journal,
    ) -> None:
        super().__init__(scope, construct_id)
        retain = shared.settings.retain
        self.key = kms.Key(
            self,
            "Key",
            description="Signs the daily proofs of Redress",
            key_spec=kms.KeySpec.ECC_NIST_P256,
            key_usage=kms.KeyUsage.SIGN_VERIFY,
            removal_policy=RemovalPolicy.RETAIN if retain else RemovalPolicy.DESTROY,
        )
        self.function = Function(
            self,
            "reports",
            shared=shared,
            seconds=SECONDS,
            memory=MEMORY,
            environment={"JOURNAL_BUCKET": journal.bucket.bucket_name, "SIGNING_KEY": self.key.key_id},
        )
        table.allow(self.function, "Query")
        table.allow_query(self.function, ["by_attention", "by_register"])
        self.function.allow(["kms:Sign", "kms:GetPublicKey"], self.key.key_arn)
        self._allow_keeping(journal)
        self._schedule()

    def _allow_keeping(self, journal: Journal) -> None:
        bucket = journal.bucket
        self.function.allow(["s3:ListBucket"], bucket.bucket_arn)
        self.function.allow(["s3:PutObject", "s3:GetObject"], bucket.arn_for_objects(f"{PROOFS}*"))
        self.function.allow(["s3:GetObject"], bucket.arn_for_objects(f"{DIGESTS}*"))
        journal.leave_proofs_to(self.function)
        resource = bucket.node.default_child
        if not isinstance(resource, s3.CfnBucket):
            raise TypeError(f"{bucket.node.path} has no bucket resource")
        name = Stack.of(self).get_logical_id(resource)
        acknowledge(
            self.function.role,
            "Keys are those of days to come.",
            *(f"AwsSolutions-IAM5[Resource::<{name}.Arn>/{part}*]" for part in (PROOFS, DIGESTS)),
        )

    def _schedule(self) -> None:
        """Every hour: each zone has its own midnight, and what failed is caught up with."""
        target = targets.LambdaFunction(
            self.function.target, retry_attempts=0, max_event_age=Duration.seconds(60)
        )
        schedule = events.Rule(
            self, "Schedule", schedule=events.Schedule.rate(Duration.hours(1)), targets=[target]
        )
        acknowledge(
            schedule,
            "The next run does what a failed one left, and the alarm is on the age of the last proof.",
            "Serverless-EventBusDLQ",
        )
