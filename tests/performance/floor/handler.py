"""The bare floor: a DynamoDB client made at import, one transaction of three items for each event."""

import os
from typing import Any

import boto3

dynamodb = boto3.client("dynamodb")


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Store three items, as an intake does."""
    writes: list[Any] = [
        {
            "Put": {
                "TableName": os.environ["TABLE_NAME"],
                "Item": {"pk": {"S": event["number"]}, "sk": {"S": sk}, "text": {"S": event["text"]}},
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }
        for sk in ("STATE", "EVENT#000001", "CONTENT#000001")
    ]
    dynamodb.transact_write_items(TransactItems=writes)
    return {"stored": len(writes)}
