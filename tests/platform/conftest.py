"""What platform tests start from: the deployed stack, faults between its functions and the platform, and for
probes a platform without a stack.
"""

from collections.abc import Iterator

import pytest

from infra.local.describe import LocalStack
from infra.local.platform import running, workspace
from tests.platform.faults import Faults
from tests.platform.lab import PROXY, REGION, Lab
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


@pytest.fixture(scope="module")
def patched() -> Iterator[Lab]:
    """The platform as we use it."""
    with workspace() as home, running(home, region=REGION, functions_endpoint=PROXY) as platform:
        yield Lab(platform)


@pytest.fixture(scope="module")
def stock() -> Iterator[Lab]:
    """MiniStack as installed."""
    with workspace() as home, running(home, region=REGION, functions_endpoint=PROXY, stock=True) as platform:
        yield Lab(platform)
