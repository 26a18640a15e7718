"""The deployed stack under torture. `REDRESS_TORTURE=long` plays more complaints and more faults."""

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.describe import LocalStack
from tests.platform.torture.lives import Door
from tests.platform.torture.witness import COMES_AGAIN, Ear, Witness, denied, listening
from tests.torture.tally import tally

LONG = os.environ.get("REDRESS_TORTURE") == "long"
HERE = Path(__file__).parent
VISIBILITY = "VisibilityTimeout"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """After all others that share the deployment; the restart in the end, which stops what they wait for."""
    items.sort(key=lambda item: (HERE in item.path.parents, item.path.name == "test_restart.py"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What fails here is a violation in the table."""
    report = yield
    if report.failed:
        tally(f"platform: {item.path.stem.removeprefix('test_')}", 0, 0, 1)
    return report


@pytest.fixture(scope="module", autouse=True)
def queues_hand_out_again_soon(local: LocalStack) -> Iterator[None]:
    """What a killed worker held comes again within a life of the sandbox.

    A queue hides a message for six times its function's time-out, as AWS asks for: for minutes, in which a
    complaint of a minute is over. To hide it for less spares nobody anything: one that is only slow is given
    to a second worker meanwhile.
    """
    sqs = local.client("sqs")
    hidden = {url: hidden_for(sqs, url) for url in followed(local, sqs)}
    for url in hidden:
        sqs.set_queue_attributes(QueueUrl=url, Attributes={VISIBILITY: str(COMES_AGAIN)})
    yield
    for url, seconds in hidden.items():
        sqs.set_queue_attributes(QueueUrl=url, Attributes={VISIBILITY: seconds})


def followed(local: LocalStack, sqs: Any) -> list[str]:
    """The queues that functions work on; the time of dead letters is left as it is."""
    pages = local.client("lambda").get_paginator("list_event_source_mappings").paginate()
    sources = [one["EventSourceArn"] for page in pages for one in page["EventSourceMappings"]]
    names = [arn.rpartition(":")[2] for arn in sources if ":sqs:" in arn]
    return [str(sqs.get_queue_url(QueueName=name)["QueueUrl"]) for name in names]


def hidden_for(sqs: Any, url: str) -> str:
    """For how many seconds a queue hides what a worker took."""
    told = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[VISIBILITY])
    return str(told["Attributes"][VISIBILITY])


@pytest.fixture(scope="module")
def door(local: LocalStack) -> Iterator[Door]:
    """Both doors."""
    opened = Door(local)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def ear(local: LocalStack) -> Iterator[Ear]:
    """Somebody who hears everything on the bus."""
    with listening(local) as heard:
        yield heard


@pytest.fixture
def witness(local: LocalStack, ear: Ear) -> Witness:
    """Who looks at what a test leaves."""
    return Witness(local, ear)


@pytest.fixture(scope="module", autouse=True)
def nothing_is_denied(local: LocalStack) -> Iterator[None]:
    """Whatever breaks, no function ever asks for what its role does not allow."""
    before = len(denied(local))
    yield
    assert denied(local)[before:] == []
