"""Each patch of infra/local/patches/queues.py is needed, and does what AWS does.

As in `test_platform_contract.py`: a probe holds on the patched platform, and fails on MiniStack as installed.
"""

import ast
import time
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from botocore.exceptions import ClientError

from tests.platform.lab import Lab, until

HANDLE = """
def handler(event, context):
    print([record["body"] for record in event["Records"]])
"""

type Probe = Callable[[Lab], None]

PROBES: dict[str, Probe] = {}


def probe(check: Probe) -> Probe:
    """Run this check with and without the patches."""
    PROBES[check.__name__] = check
    return check


@dataclass(frozen=True)
class Consumer:
    """A queue, and a function that is called with what is in it."""

    lab: Lab
    name: str
    queue: str

    def send(self, *bodies: str) -> None:
        """One message after the other."""
        for body in bodies:
            self.lab.client("sqs").send_message(QueueUrl=self.queue, MessageBody=body)

    def batches(self) -> list[list[str]]:
        """The messages of each call."""
        logs, group = self.lab.client("logs"), f"/aws/lambda/{self.name}"
        if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
            return []
        events = logs.filter_log_events(logGroupName=group)["events"]
        lines = [line for event in events for line in event["message"].splitlines()]
        return [ast.literal_eval(line) for line in lines if line.startswith("[")]


def consumer(lab: Lab, name: str, *, batch: int, window_seconds: int) -> Consumer:
    """A function on a queue that prints what it gets."""
    url, arn = lab.queue(name)
    lab.function(name, HANDLE)
    lab.client("lambda").create_event_source_mapping(
        FunctionName=name,
        EventSourceArn=arn,
        BatchSize=batch,
        MaximumBatchingWindowInSeconds=window_seconds,
    )
    return Consumer(lab, name, url)


@probe
def messages_of_a_window_come_in_one_call(lab: Lab) -> None:
    windowed = consumer(lab, "windowed", batch=25, window_seconds=3)
    for body in ("a", "b", "c"):
        windowed.send(body)
        time.sleep(0.5)
    until(windowed.batches, lambda seen: seen != [])
    assert windowed.batches() == [["a", "b", "c"]]
    windowed.send("d")
    until(windowed.batches, lambda seen: len(seen) > 1)
    assert windowed.batches()[1:] == [["d"]]


@probe
def a_full_batch_of_more_than_ten_does_not_wait(lab: Lab) -> None:
    bodies = [str(number) for number in range(13)]
    patient = consumer(lab, "patient", batch=12, window_seconds=60)
    patient.send(*bodies)
    until(patient.batches, lambda seen: seen != [])
    assert patient.batches() == [bodies[:12]]


@pytest.mark.parametrize("name", PROBES)
def test_the_patched_platform_does_what_aws_does(patched: Lab, name: str) -> None:
    PROBES[name](patched)


@pytest.mark.parametrize("name", PROBES)
def test_ministack_as_installed_does_not(stock: Lab, name: str) -> None:
    with pytest.raises((AssertionError, ClientError, pytest.fail.Exception)):
        PROBES[name](stock)
