"""The command itself: installed, in any zone and terminal, light at import."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.redress_command import GB_FINAL, Answer, Ask, refused


@pytest.mark.parametrize("command", [["explain", "R7K3-9QXM-3"], ["verify", "R7K3-9QXM-3"]])
def test_without_a_table_the_command_says_where_its_name_is(
    command: list[str], ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TABLE_NAME", raising=False)
    refused(ask(*command), "TableName")


def run_command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The installed command, in a process of its own."""
    command = str(Path(sys.executable).parent / "redress")
    changed = {**os.environ, **environment}
    return subprocess.run(  # noqa: S603 - our own command
        [command, *arguments], capture_output=True, text=True, env=changed, check=False
    )


def test_the_installed_command_answers_whatever_zone_and_terminal_the_machine_has() -> None:
    ended = run_command(*GB_FINAL, "--json", TZ="Pacific/Kiritimati", PYTHONIOENCODING="ascii")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert json.loads(ended.stdout)["due_at"] == "2026-04-26T23:00:00Z"
    listed = run_command("packs", PYTHONIOENCODING="ascii")
    assert (listed.returncode, listed.stderr) == (0, "")


def test_a_refusal_ends_the_process_with_status_2() -> None:
    ended = run_command("due", "--pack", "gb-ukgc", "--anchor", "yesterday")
    refused(Answer(ended.returncode, ended.stdout, ended.stderr), "--anchor")


def test_a_reader_who_has_read_enough_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [str(Path(sys.executable).parent / "redress"), "packs"]
    ended = subprocess.run(  # noqa: S603 - our own command
        command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_dates_are_computed_without_loading_aws() -> None:
    script = (
        "import sys; from infra.ops import cli; print('botocore' in sys.modules, 'pydantic' in sys.modules)"
    )
    ended = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert ended.stdout.split() == ["False", "False"]
