"""The `redress` command, run in the process of the test."""

from pathlib import Path

import pytest

from infra.ops import cli
from tests.support.filed import Filed
from tests.support.redress_command import Answer, Ask


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    """The command, run in this process."""

    def run(*arguments: str) -> Answer:
        status = cli.main(arguments)
        told = capsys.readouterr()
        return Answer(status, told.out, told.err)

    return run


@pytest.fixture
def filed(tmp_path: Path) -> Filed:
    """A proof as it was signed."""
    return Filed(tmp_path)
