"""The proofs: a function that reconciles each day, and the key that signs for it."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.constructs.bucket import acknowledge_parts
from infra.constructs.function import Function, Shared
from infra.constructs.journal import Journal
from infra.constructs.sources import by_clock
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
        if shared.settings.guard:
            self._sign_alone()
        self._allow_keeping(journal)
        # Each zone has its own midnight, and what failed is caught up with.
        by_clock(self, self.function, watched="the age of the last proof")

    def _sign_alone(self) -> None:
        """A signature is proof of what this function found, however much others are granted elsewhere."""
        others = {"ArnNotEquals": {"aws:PrincipalArn": self.function.role.role_arn}}
        self.key.add_to_resource_policy(
            iam.PolicyStatement(
                effect=iam.Effect.DENY,
                principals=[iam.AnyPrincipal()],
                actions=["kms:Sign"],
                resources=["*"],
                conditions=others,
            )
        )

    def _allow_keeping(self, journal: Journal) -> None:
        bucket = journal.bucket
        self.function.allow(["s3:ListBucket"], bucket.bucket_arn)
        self.function.allow(["s3:PutObject", "s3:GetObject"], bucket.arn_for_objects(f"{PROOFS}*"))
        self.function.allow(["s3:GetObject"], bucket.arn_for_objects(f"{DIGESTS}*"))
        journal.leave_proofs_to(self.function)
        acknowledge_parts(self.function.role, bucket, "Keys are those of days to come.", PROOFS, DIGESTS)
