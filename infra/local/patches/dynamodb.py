"""DynamoDB: tables made by CloudFormation, and streams when the platform is restarted."""

import copy
from typing import Any

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


@around(dynamodb, "get_state")
def the_stream_is_kept(state: AnyFunction) -> Json:
    """A stream keeps its records for a day. Stock keeps its readers' positions alone."""
    records, trimmed = dynamodb._stream_records, dynamodb._stream_trimmed
    return {**state(), "stream_records": copy.deepcopy(records), "stream_trimmed": copy.deepcopy(trimmed)}


@around(dynamodb, "load_persisted_state")
def the_stream_goes_on(load: AnyFunction, state: Json) -> None:
    """Goes with `the_stream_is_kept`: a reader goes on where it stood."""
    load(state)
    dynamodb._stream_records.update(state.get("stream_records", {}))
    dynamodb._stream_trimmed.update(state.get("stream_trimmed", {}))
