"""Who may touch data: the roles of this stack's functions, its workflow and the operators of the region file.

Table, buckets and personal queues say so themselves, so that a policy elsewhere in the account, however
wide, opens none of them. What is denied is data alone. Whoever administers the account may still change all
of them and these policies, which leaves a trace in CloudTrail: nobody is locked out for good.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs

ITEMS = (
    *("GetItem", "BatchGetItem", "Query", "Scan", "ConditionCheckItem"),
    *("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"),
    *("PartiQLSelect", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete"),
)
"""Actions on items. Transactions ask for the actions of their items."""

COPIES = (
    *("ExportTableToPointInTime", "RestoreTableToPointInTime", "CreateBackup"),
    "EnableKinesisStreamingDestination",
)
"""A copy has no policy of its own: whoever makes one reads everything. A table's policy can name neither
AWS Backup's own jobs nor replicas: those are up to whoever administers the account."""

RECORDS = ("GetRecords", "GetShardIterator")
"""Of the stream, which carries every item."""

OBJECTS = ("GetObject*", "PutObject*", "DeleteObject*", "RestoreObject")
"""With versions, tags, retention. Not listing: CloudFormation asks for it, and keys name no person."""


@dataclass(frozen=True)
class Guard:
    """`roles` are the ARNs of those who may."""

    roles: Sequence[str]

    def table(self, table: dynamodb.Table) -> None:
        """Items, indexes, stream and copies of a table."""
        resource = table.node.default_child
        if not isinstance(resource, dynamodb.CfnTable):
            raise TypeError(f"{table.node.path} has no table resource")
        # A table cannot name itself in its own policy; `*` there is the table and its indexes.
        resource.resource_policy = dynamodb.CfnTable.ResourcePolicyProperty(
            policy_document=self._document(*ITEMS, *COPIES)
        )
        resource.stream_specification = dynamodb.CfnTable.StreamSpecificationProperty(
            stream_view_type=dynamodb.StreamViewType.NEW_AND_OLD_IMAGES.value,
            resource_policy=dynamodb.CfnTable.ResourcePolicyProperty(
                policy_document=self._document(*RECORDS)
            ),
        )

    def bucket(self, bucket: s3.Bucket) -> None:
        """The objects of a bucket."""
        bucket.add_to_resource_policy(
            self._deny([f"s3:{action}" for action in OBJECTS], bucket.arn_for_objects("*"))
        )

    def queue(self, queue: sqs.Queue) -> None:
        """What lies in a queue. Who puts it there are mostly services, which come without a role."""
        queue.add_to_resource_policy(self._deny(["sqs:ReceiveMessage"], queue.queue_arn))

    def _document(self, *actions: str) -> iam.PolicyDocument:
        denied = self._deny([f"dynamodb:{action}" for action in actions], "*")
        return iam.PolicyDocument(statements=[denied])

    def _deny(self, actions: list[str], resource: str) -> iam.PolicyStatement:
        return iam.PolicyStatement(
            effect=iam.Effect.DENY,
            principals=[iam.AnyPrincipal()],
            actions=actions,
            resources=[resource],
            conditions=self._others,
        )

    @property
    def _others(self) -> Mapping[str, Mapping[str, object]]:
        """Everybody else. An AWS service (SES brings mail) has no role, and needs a grant of its own."""
        return {
            "ArnNotEquals": {"aws:PrincipalArn": list(self.roles)},
            "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
        }
