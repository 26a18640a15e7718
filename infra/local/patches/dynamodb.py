"""DynamoDB tables made by CloudFormation."""

from typing import Any

from ministack.services import dynamodb
from ministack.services.cloudformation import provisioners

from . import Json

TABLE = provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::Table"]


def apply_settings(table: str, properties: Json) -> None:
    """CloudFormation drops time-to-live and point-in-time recovery of a table; they are set afterwards."""
    if time_to_live := properties.get("TimeToLiveSpecification"):
        dynamodb._update_ttl({"TableName": table, "TimeToLiveSpecification": time_to_live})
    if recovery := properties.get("PointInTimeRecoverySpecification"):
        dynamodb._update_continuous_backups(
            {"TableName": table, "PointInTimeRecoverySpecification": recovery}
        )


def create_with_settings(logical_id: str, properties: Json, stack: str) -> tuple[str, Json]:
    """The stock handler, then the settings it dropped."""
    name, attributes = stock_create(logical_id, properties, stack)
    apply_settings(name, properties)
    return name, attributes


def update_with_settings(physical_id: str, old: Json, new: Json, *rest: Any) -> tuple[str, Json]:
    """The stock handler, then the settings it dropped."""
    name, attributes = stock_update(physical_id, old, new, *rest)
    apply_settings(name, new)
    return name, attributes


stock_create, stock_update = TABLE["create"], TABLE["update"]
TABLE.update(create=create_with_settings, update=update_with_settings)
