"""EventBridge: archives of a stack, the time of an event, replays for some rules only."""

import json
from contextvars import ContextVar
from typing import Any

from ministack.core.responses import json_response
from ministack.services import eventbridge
from ministack.services.cloudformation import provisioners

from . import AnyFunction, Json, around

STATED: ContextVar[float | None] = ContextVar("STATED", default=None)
"""The time that the entry being published says it is of, in seconds since 1970."""


def create_archive(logical_id: str, properties: Json, stack: str) -> tuple[str, Json]:
    """CloudFormation knows no archives, and refuses a template that has one; the service itself does."""
    name = properties.get("ArchiveName") or provisioners._physical_name(stack, logical_id, max_len=48)
    source = {"EventSourceArn": properties["SourceArn"]}
    return name, _archive(eventbridge._create_archive, name, properties, source)


def update_archive(name: str, _old: Json, new: Json, *_rest: Any) -> tuple[str, Json]:
    """Goes with `create_archive`."""
    return name, _archive(eventbridge._update_archive, name, new, {})


def delete_archive(name: str, _properties: Json) -> None:
    """Goes with `create_archive`."""
    eventbridge._delete_archive({"ArchiveName": name})


def _archive(write: AnyFunction, name: str, properties: Json, more: Json) -> Json:
    pattern = properties.get("EventPattern")
    status, _, body = write(
        {
            "ArchiveName": name,
            "Description": properties.get("Description", ""),
            "EventPattern": json.dumps(pattern) if isinstance(pattern, dict) else pattern or "",
            "RetentionDays": int(properties.get("RetentionDays", 0)),
            **more,
        }
    )
    if status >= 400:
        raise ValueError(f"AWS::Events::Archive: {body!r}")
    return {"Arn": json.loads(body)["ArchiveArn"], "ArchiveName": name}


provisioners._RESOURCE_HANDLERS["AWS::Events::Archive"] = {
    "create": create_archive,
    "update": update_archive,
    "delete": delete_archive,
}


@around(eventbridge, "_put_events")
def an_event_is_of_the_time_it_states(put: AnyFunction, request: Json, *rest: Any, **options: Any) -> Any:
    """Stock dates each event to its arrival; AWS takes the entry's `Time`, and replays by it."""
    entries = request.get("Entries", [])
    if len(entries) > 10:
        return put(request, *rest, **options)
    results = []
    for entry in entries:
        stated = STATED.set(_seconds(entry.get("Time")))
        try:
            _status, _headers, body = put({"Entries": [entry]}, *rest, **options)
        finally:
            STATED.reset(stated)
        results += json.loads(body)["Entries"]
    failed = sum("ErrorCode" in result for result in results)
    return json_response({"FailedEntryCount": failed, "Entries": results})


def _seconds(time: object) -> float | None:
    return float(time) if isinstance(time, int | float) else None


@around(eventbridge, "_now_ts")
def the_stated_time_is_that_of_the_event(now: AnyFunction) -> float:
    """Goes with `an_event_is_of_the_time_it_states`."""
    stated = STATED.get()
    return now() if stated is None else stated


@around(eventbridge, "_invoke_target")
def a_replay_may_be_for_some_rules_only(
    invoke: AnyFunction, target: Json, event: Json, rule: Json, *rest: Any
) -> Any:
    """Stock replays to every rule of the bus, whatever `FilterArns` of the destination says."""
    replay = eventbridge._replays.get(event.get("ReplayName", ""))
    chosen = replay["Destination"].get("FilterArns") if replay else None
    if chosen and rule["Arn"] not in chosen:
        return None
    return invoke(target, event, rule, *rest)
