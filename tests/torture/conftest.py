"""The table at the end of the run, whichever process a campaign ran in.

`REDRESS_TALLY` names a file by which several runs share one table: each adds to it, and prints all of it.
"""

import json
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
    """Print it."""
    for place, line in enumerate(tally.table(_of_all_runs())):
        if place == 0:
            terminalreporter.section("torture")
        terminalreporter.write_line(line)


def _of_all_runs() -> list[tally.Line]:
    """What this run reported, after what is in the file, which holds both from now on."""
    if "REDRESS_TALLY" not in os.environ:
        return tally.reported
    file = Path(os.environ["REDRESS_TALLY"])
    before = json.loads(file.read_text(encoding="utf-8")) if file.exists() else []
    lines = [*(tally.Line(**line) for line in before), *tally.reported]
    file.write_text(json.dumps([vars(line) for line in lines]), encoding="utf-8")
    return lines
