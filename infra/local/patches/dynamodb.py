"""DynamoDB tables made by CloudFormation, and the moment a stream has something to read."""

from typing import Any

from ministack.core.concurrency import esm_wake
from ministack.services import dynamodb
from ministack.services.cloudformation import provisioners

from . import AnyFunction, Json, around

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


@around(dynamodb, "_emit_stream_event")
def write_wakes_the_poller(emit: AnyFunction, *args: Any, **kwargs: Any) -> None:
    """AWS polls a stream four times a second, MiniStack once: a write wakes its poller at once."""
    emit(*args, **kwargs)
    esm_wake.set()
