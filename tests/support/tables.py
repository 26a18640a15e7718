"""The table in moto, with the keys and indexes that `infra/constructs/table.py` gives the real one."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NAME = "complaints"
INDEXES = {
    "by_player": ("player", "received_at"),
    "by_queue": ("queue", "queue_order"),
    "by_attention": ("attention", "attention_at"),
    "by_register": ("register", "received_at"),
}
LISTED = (
    *("number", "version", "generation", "stage", "brand", "jurisdiction"),
    *("category", "team", "assignee", "due_at", "received_at"),
    *("priority", "severity", "needs_human", "training", "task", "lease_holder"),
    *("lease_until", "not_for", "acknowledgement"),
)


def make(client: "DynamoDBClient", name: str = NAME) -> None:
    """Create the table, its four indexes, its stream and its time to live."""
    attributes = sorted({"pk", "sk"} | {key for keys in INDEXES.values() for key in keys})
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": one, "AttributeType": "S"} for one in attributes],
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": index,
                "KeySchema": [
                    {"AttributeName": partition, "KeyType": "HASH"},
                    {"AttributeName": sort, "KeyType": "RANGE"},
                ],
                "Projection": {
                    "ProjectionType": "INCLUDE",
                    "NonKeyAttributes": [one for one in LISTED if one not in (partition, sort)],
                },
            }
            for index, (partition, sort) in INDEXES.items()
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    client.update_time_to_live(
        TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires_at"}
    )
