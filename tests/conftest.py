"""The quiet tiers run without a network: a test there that opens a socket fails."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent
QUIET = {"unit", "property", "store", "workflow", "infra"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Ban sockets by tier, that is by folder."""
    for item in items:
        if item.path.relative_to(HERE).parts[0] in QUIET:
            item.add_marker(pytest.mark.disable_socket)
