"""What platform tests start from: the deployed stack, and faults between its functions and the platform."""

from collections.abc import Iterator

import pytest

from infra.local.describe import LocalStack
from tests.platform.faults import Faults
from tests.platform.session import deployed


@pytest.fixture(scope="session")
def local() -> LocalStack:
    """The real stack on the embedded platform, permissions enforced: addresses, clients, tokens, mail."""
    return deployed().stack


@pytest.fixture
def faults(local: LocalStack) -> Iterator[Faults]:
    """Faults in what the functions call; none before the test, none after it."""
    del local
    injected = deployed().faults
    injected.clear()
    yield injected
    injected.clear()
