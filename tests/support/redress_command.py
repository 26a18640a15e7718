"""The `redress` command as tests ask it: answers, refusals, and the questions that many ask."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from infra.ops import cli
from infra.settings import REGIONS
from redress.store.table import Table

LOCAL = REGIONS / "local.toml"


class Answer(NamedTuple):
    """What a command ended with."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The document it printed."""
        return json.loads(self.out)


type Ask = Callable[..., Answer]

MARCH = "2026-03-02T23:30+00:00"
CURACAO = "2026-04-23T10:00-04:00"
GB_FINAL = ("due", "--pack", "gb-ukgc", "--clock", "final", "--anchor", MARCH)
PAUSE = ("--pause", "2026-03-10T00:00Z/2026-03-20T00:00Z")
GB_GATEWAY = ("due", "--pack", "gb-ukgc", "--clock", "gateway", "--anchor", MARCH)


def refused(answer: Answer, *said: str) -> None:
    """It ended with status 2, nothing on standard output, and one line that says what is wrong."""
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.startswith("redress: ")
    assert answer.err.endswith("\n")
    assert answer.err.count("\n") == 1
    for words in said:
        assert words in answer.err


def asking(command: str, table: Table, capsys: pytest.CaptureFixture[str], folder: Path) -> Ask:
    """A command about a licence, the table and the local region, which writes to the folder or into it."""

    def ask(*arguments: str, pack: str = "gb-ukgc", out: str = "") -> Answer:
        where = ["--table", table.name, "--region-file", str(LOCAL), "--out", str(folder / out)]
        status = cli.main([command, *where, "--pack", pack, *arguments])
        told = capsys.readouterr()
        return Answer(status, told.out, told.err)

    return ask
