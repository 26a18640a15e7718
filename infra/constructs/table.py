"""The one table: complaints as events, their state, and the requests that made them."""

from collections.abc import Iterable, Mapping

from aws_cdk import RemovalPolicy
from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from infra.constructs.function import Function
from infra.settings import StackPart

# Index name: partition key, sort key. Sparse: only STATE items carry these keys.
INDEXES = {
    "by_player": ("player", "received_at"),
    "by_queue": ("queue", "queue_order"),
    "by_attention": ("attention", "attention_at"),
    "by_register": ("register", "received_at"),
}
# What lists show. Never the task token: who reads a list may not wake an execution.
LISTED = (
    *("number", "version", "generation", "stage", "brand", "jurisdiction"),
    *("category", "team", "assignee", "due_at", "received_at"),
    *("priority", "severity", "needs_human", "training", "task", "lease_holder"),
    *("lease_until", "not_for", "acknowledgement"),
)
RECOVERY_DAYS = 35


class ComplaintTable(Construct):
    """On-demand table with stream, point-in-time recovery and time to live.

    Encrypted under the key DynamoDB owns: always on, and free. A key of our own would cost a dollar a
    month and a call per request, and each function would have to be allowed to use it.
    """

    def __init__(self, scope: Construct, construct_id: str, *, settings: StackPart) -> None:
        super().__init__(scope, construct_id)
        restored = settings.restored_table
        self.table = dynamodb.Table(
            self,
            # Of another id than the one before, so that CloudFormation takes it in, and lets the other go.
            f"Table-{restored}" if restored else "Table",
            table_name=restored,
            partition_key=_text("pk"),
            sort_key=_text("sk"),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            stream=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES,
            time_to_live_attribute="expires_at",
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True, recovery_period_in_days=RECOVERY_DAYS
            ),
            deletion_protection=settings.deletion_protection,
            removal_policy=RemovalPolicy.RETAIN if settings.retain else RemovalPolicy.DESTROY,
        )
        for name, keys in INDEXES.items():
            self.table.add_global_secondary_index(
                index_name=name,
                partition_key=_text(keys[0]),
                sort_key=_text(keys[1]),
                projection_type=dynamodb.ProjectionType.INCLUDE,
                non_key_attributes=[attribute for attribute in LISTED if attribute not in keys],
            )

    @property
    def name(self) -> str:
        """The table's name."""
        return self.table.table_name

    def allow(self, function: Function, *actions: str, within: Iterable[str] = ()) -> None:
        """Grants item actions on the table itself, not on its indexes; in partitions like `within` alone."""
        conditions = partitions(within) if within else None
        function.allow(
            [f"dynamodb:{action}" for action in actions], self.table.table_arn, conditions=conditions
        )

    def allow_reading_and_appending(self, function: Function) -> None:
        """Grants what an append takes, and to look up what a request led to before."""
        self.allow_appending(function)
        self.allow(function, "GetItem")

    def allow_appending(self, function: Function) -> None:
        """Grants what reading a complaint and an append take: a transaction needs those of its items."""
        self.allow(function, "Query", "PutItem", "UpdateItem")

    def allow_query(self, function: Function, indexes: Iterable[str]) -> None:
        """Grants queries on these indexes."""
        function.allow(["dynamodb:Query"], *(f"{self.table.table_arn}/index/{name}" for name in indexes))


def partitions(like: Iterable[str]) -> Mapping[str, Mapping[str, list[str]]]:
    """The condition that every partition of a request is like one of these, in which `*` is any text."""
    return {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": sorted(like)}}


def _text(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
