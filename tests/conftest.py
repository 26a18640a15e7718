"""The quiet tiers run without a network, and property tests draw the same examples every time.

A suite that fails once in a thousand runs, or on a busy machine, tells its reader nothing: so no example
has to be quick. `HYPOTHESIS_PROFILE=explore` draws other examples, and more of them.
"""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from infra.languages import PACKAGE, compile_catalogues
from tests.support import brisk_moto

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("same", UNHURRIED, derandomize=True)
settings.register_profile("explore", UNHURRIED, max_examples=1_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

compile_catalogues(PACKAGE)
brisk_moto.hurry()

HERE = Path(__file__).parent
QUIET = {"unit", "property", "store", "workflow", "infra", "torture"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Ban sockets by tier, that is by folder."""
    for item in items:
        if item.path.relative_to(HERE).parts[0] in QUIET:
            item.add_marker(pytest.mark.disable_socket)
