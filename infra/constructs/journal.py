"""The journal: one bucket in which every event is written once, and the function that alone writes to it.

Under a lock (`[journal] lock` of the region file) S3 keeps each object for the years of the region file: in
governance mode from everybody who may not lift it, in compliance mode from everybody, the account's root
included. The policy of the bucket says the rest: one role writes, under the proofs another, only what is not
there yet, and nobody deletes.
"""

from collections.abc import Mapping
from typing import Any

from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.constructs.bucket import acknowledge_parts, closed_bucket, resource
from infra.constructs.checks import acknowledge
from infra.constructs.function import Function, Shared
from infra.constructs.queue import queue
from infra.constructs.sources import by_clock, from_stream
from infra.constructs.table import ComplaintTable
from infra.settings import JournalPart, StackPart
from redress.domain.journal import DIGESTS, EVENTS
from redress.store import keys
from redress.usecases.reconcile import PROOFS

SECONDS = 900
"""The most that Lambda gives: a digest reads every object of its day. A batch of events takes seconds."""

BATCH = 100
RETRIES, RETRIED_SECONDS = 10_000, 20 * 3600
"""Of what AWS would not take: for so long that no outage of hours costs an event, and for less than the day
that the stream keeps a record, so that it can still be read when it is given up."""

EVENT_ITEMS: Mapping[str, Any] = {"dynamodb": {"Keys": {"sk": {"S": [{"prefix": keys.EVENT_PREFIX}]}}}}
"""Whatever happens to an EVENT item: it is written once, so a change or a removal is worth an alarm."""


class Journal(Construct):
    """Bucket, function with its two sources (stream and clock), dead letters."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: JournalPart,
        shared: Shared,
        table: ComplaintTable,
    ) -> None:
        super().__init__(scope, construct_id)
        self._settings = settings
        self.bucket = self._bucket(shared.settings)
        self.dead_letters = queue(self, "DeadLetters", seconds=SECONDS)
        self.function = Function(
            self,
            "journal",
            shared=shared,
            seconds=SECONDS,
            environment={
                "JOURNAL_BUCKET": self.bucket.bucket_name,
                "DEAD_LETTERS_URL": self.dead_letters.queue_url,
            },
        )
        self._allow_writing()
        if settings.lock != "off":
            self._guard()
        # The second of the two readers that a stream serves at once; the relay is the first.
        from_stream(
            self,
            self.function,
            table,
            patterns=(EVENT_ITEMS,),
            batch=BATCH,
            retries=RETRIES,
            seconds=RETRIED_SECONDS,
            given_up=self.dead_letters,
        )
        # Most runs find every digest written, and say how old the last one is.
        by_clock(self, self.function, watched="the age of the last digest")

    def _bucket(self, stack: StackPart) -> s3.Bucket:
        bucket = closed_bucket(self, stack, versioned=True)
        acknowledge(
            bucket,
            "Two functions write and read here, and hold no personal data; whoever syncs the bucket may.",
            "AwsSolutions-S1",
        )
        if self._settings.lock != "off":
            _lock(resource(bucket), self._settings)
        return bucket

    def _allow_writing(self) -> None:
        """Reading is for comparing what is there already, and for the hashes of a digest."""
        parts = (EVENTS, DIGESTS)
        self.function.allow(["s3:ListBucket"], self.bucket.bucket_arn)
        self.function.allow(
            ["s3:PutObject", "s3:GetObject"], *(self.bucket.arn_for_objects(f"{part}*") for part in parts)
        )
        why = "Keys are those of events and days to come."
        acknowledge_parts(self.function.role, self.bucket, why, *parts)

    def _guard(self) -> None:
        """What holds for everybody, whatever their own policies grant."""
        self._deny("s3:PutObject", unless=self.function, parts=(EVENTS, DIGESTS))
        self._deny("s3:PutObject", beside=(EVENTS, DIGESTS, PROOFS))
        self._deny("s3:PutObject", conditions={"Null": {"s3:if-none-match": "true"}})
        self._deny("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:BypassGovernanceRetention")

    def leave_proofs_to(self, function: Function) -> None:
        """Under a lock, the proofs are written by that function and by no other."""
        if self._settings.lock != "off":
            self._deny("s3:PutObject", unless=function, parts=(PROOFS,))

    def _deny(
        self,
        *actions: str,
        unless: Function | None = None,
        parts: tuple[str, ...] = ("",),
        beside: tuple[str, ...] = (),
        conditions: dict[str, dict[str, str]] | None = None,
    ) -> None:
        """To everybody, or all but one function; on objects of `parts`, or on all `beside` these."""
        if unless:
            conditions = {"ArnNotEquals": {"aws:PrincipalArn": unless.role.role_arn}}
        named = [self.bucket.arn_for_objects(f"{part}*") for part in beside or parts]
        self.bucket.add_to_resource_policy(
            iam.PolicyStatement(
                effect=iam.Effect.DENY,
                principals=[iam.AnyPrincipal()],
                actions=list(actions),
                resources=None if beside else named,
                not_resources=named if beside else None,
                conditions=conditions,
            )
        )


def _lock(bucket: s3.CfnBucket, settings: JournalPart) -> None:
    """The CDK's own property counts in days; years have leap days."""
    bucket.object_lock_enabled = True
    bucket.object_lock_configuration = s3.CfnBucket.ObjectLockConfigurationProperty(
        object_lock_enabled="Enabled",
        rule=s3.CfnBucket.ObjectLockRuleProperty(
            default_retention=s3.CfnBucket.DefaultRetentionProperty(
                mode=settings.lock.upper(), years=settings.retention_years
            )
        ),
    )
