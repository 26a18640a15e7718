"""The deployed stack under torture. `REDRESS_TORTURE=long` plays more complaints and more faults."""

import os
from collections.abc import Iterator

import pytest

from infra.local.describe import LocalStack
from tests.platform.torture.lives import Door
from tests.platform.torture.witness import Ear, Witness, lines_of, listening

LONG = os.environ.get("REDRESS_TORTURE") == "long"
DENIED = ("AccessDenied", "is not authorized to perform", "AuthorizationError")


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


def denied(local: LocalStack) -> list[str]:
    """What functions logged of that."""
    return [line for line in lines_of(local) if any(word in line for word in DENIED)]
