"""Each patch of infra/local/patches/eventbridge.py is needed, and does what AWS does.

As in `test_platform_contract.py`: a probe holds on the patched platform, and fails on MiniStack as installed.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.platform.lab import Lab, until

SOURCE = "redress"

type Probe = Callable[[Lab], None]

PROBES: dict[str, Probe] = {}


def probe(check: Probe) -> Probe:
    """Run this check with and without the patches."""
    PROBES[check.__name__] = check
    return check


def bus(lab: Lab, name: str) -> str:
    """A bus; its ARN."""
    return str(lab.client("events").create_event_bus(Name=name)["EventBusArn"])


def consumer(lab: Lab, bus_name: str, name: str) -> tuple[str, str]:
    """A queue that gets all events of a bus: its URL, and the ARN of its rule."""
    url, arn = lab.queue(name)
    events, pattern = lab.client("events"), json.dumps({"source": [SOURCE]})
    rule = events.put_rule(Name=name, EventBusName=bus_name, EventPattern=pattern)["RuleArn"]
    events.put_targets(Rule=name, EventBusName=bus_name, Targets=[{"Id": "queue", "Arn": arn}])
    return url, str(rule)


def publish(lab: Lab, bus_name: str, number: str, at: datetime) -> None:
    """One event."""
    entry = {"Source": SOURCE, "DetailType": "Closed", "Detail": json.dumps({"id": number})}
    lab.client("events").put_events(Entries=[{**entry, "Time": at, "EventBusName": bus_name}])


def received(lab: Lab, queue: str, seconds: int = 3) -> dict[str, Any] | None:
    """The next event in a queue, which it leaves; None if there is none in that time."""
    sqs = lab.client("sqs")
    messages = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=seconds).get("Messages", [])
    for one in messages:
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=one["ReceiptHandle"])
        return dict(json.loads(one["Body"]))
    return None


def replay(lab: Lab, name: str, archive: str, destination: dict[str, Any], since: datetime) -> None:
    """Replay what is of an instant or later, and wait until that is done."""
    events = lab.client("events")
    events.start_replay(
        ReplayName=name,
        EventSourceArn=archive,
        EventStartTime=since,
        EventEndTime=since + timedelta(days=1),
        Destination=destination,
    )
    until(lambda: events.describe_replay(ReplayName=name)["State"], lambda state: state == "COMPLETED")


@probe
def an_event_is_of_the_time_it_states(lab: Lab) -> None:
    bus(lab, "timed")
    queue, _rule = consumer(lab, "timed", "timed")
    publish(lab, "timed", "1", datetime(2026, 3, 2, 12, tzinfo=UTC))
    event = received(lab, queue)
    assert event
    assert event["time"] == "2026-03-02T12:00:00Z"


@probe
def a_replay_reaches_the_rules_it_names_and_no_other(lab: Lab) -> None:
    source = bus(lab, "replayed")
    (chosen, rule), (other, _) = (consumer(lab, "replayed", name) for name in ("chosen", "other"))
    archive = lab.client("events").create_archive(ArchiveName="replayed", EventSourceArn=source)["ArchiveArn"]
    at = datetime.now(UTC).replace(microsecond=0)
    publish(lab, "replayed", "1", at)
    assert received(lab, chosen)
    assert received(lab, other)
    replay(lab, "again", archive, {"Arn": source, "FilterArns": [rule]}, at)
    event = received(lab, chosen)
    assert event
    assert (event["detail"], event["replay-name"]) == ({"id": "1"}, "again")
    assert received(lab, other, seconds=1) is None


@probe
def a_replay_goes_by_the_time_that_events_state(lab: Lab) -> None:
    source = bus(lab, "dated")
    queue, _rule = consumer(lab, "dated", "dated")
    archive = lab.client("events").create_archive(ArchiveName="dated", EventSourceArn=source)["ArchiveArn"]
    first = datetime(2026, 3, 2, 12, tzinfo=UTC)
    for number, at in (("early", first), ("late", first + timedelta(hours=1))):
        publish(lab, "dated", number, at)
        assert received(lab, queue)
    replay(lab, "late", archive, {"Arn": source}, first + timedelta(minutes=1))
    event = received(lab, queue)
    assert event
    assert event["detail"] == {"id": "late"}
    assert received(lab, queue, seconds=1) is None


@probe
def a_stack_may_have_an_archive_and_change_its_days(lab: Lab) -> None:
    stacks, events = lab.client("cloudformation"), lab.client("events")
    stacks.create_stack(StackName="kept", TemplateBody=stack_with_archive(30))
    ended(lab, "kept")
    [archive] = events.list_archives(NamePrefix="kept")["Archives"]
    assert (archive["RetentionDays"], archive["EventSourceArn"][-14:]) == (30, "event-bus/kept")
    outputs = stacks.describe_stacks(StackName="kept")["Stacks"][0]["Outputs"]
    assert outputs[0]["OutputValue"].endswith(f":archive/{archive['ArchiveName']}")
    stacks.update_stack(StackName="kept", TemplateBody=stack_with_archive(60))
    ended(lab, "kept")
    assert events.list_archives(NamePrefix="kept")["Archives"][0]["RetentionDays"] == 60
    stacks.delete_stack(StackName="kept")
    until(lambda: events.list_archives(NamePrefix="kept")["Archives"], lambda archives: archives == [])


def stack_with_archive(days: int) -> str:
    """The template of a bus and its archive, which is the output."""
    archived = {"SourceArn": {"Fn::GetAtt": ["Bus", "Arn"]}, "RetentionDays": days}
    return json.dumps(
        {
            "Resources": {
                "Bus": {"Type": "AWS::Events::EventBus", "Properties": {"Name": "kept"}},
                "Archive": {"Type": "AWS::Events::Archive", "Properties": archived},
            },
            "Outputs": {"Archive": {"Value": {"Fn::GetAtt": ["Archive", "Arn"]}}},
        }
    )


def ended(lab: Lab, name: str) -> None:
    """Wait for a stack, which has to be well."""
    stack = until(
        lambda: lab.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]["StackStatus"],
        lambda status: not status.endswith("PROGRESS"),
    )
    assert stack in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}


@pytest.mark.parametrize("name", PROBES)
def test_the_patched_platform_does_what_aws_does(patched: Lab, name: str) -> None:
    PROBES[name](patched)


@pytest.mark.parametrize("name", PROBES)
def test_ministack_as_installed_does_not(stock: Lab, name: str) -> None:
    with pytest.raises((AssertionError, ClientError, pytest.fail.Exception)):
        PROBES[name](stock)
