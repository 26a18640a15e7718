"""The table at the end of the run, whichever process a campaign ran in.

`REDRESS_TALLY` names a file by which several runs share one table: each adds to it, and prints none.
"""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.torture import tally

KEY = "torture_tally"


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker of pytest-xdist hands over what its campaigns reported."""
    output: dict[str, Any] | None = getattr(session.config, "workeroutput", None)
    if output is not None:
        output[KEY] = [vars(line) for line in tally.reported]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """The process that prints takes what a worker hands over."""
    tally.reported += [tally.Line(**line) for line in getattr(node, "workeroutput", {}).get(KEY, [])]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print it, or leave it to whoever puts several runs together. A worker has handed over what it has."""
    if hasattr(terminalreporter.config, "workeroutput"):
        return
    if file := os.environ.get("REDRESS_TALLY"):
        tally.keep(Path(file))
        return
    for place, line in enumerate(tally.table(tally.reported)):
        if place == 0:
            terminalreporter.section("torture")
        terminalreporter.write_line(line)
