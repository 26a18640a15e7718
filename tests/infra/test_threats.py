"""The threat model in `infra/README.md`: what it says of a door is held by tests, and they are there."""

import re

import pytest

from infra.packaging import ROOT

_SECTION = (ROOT / "infra/README.md").read_text(encoding="utf-8").partition("## Who could do harm")[2]
ROWS = [
    [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
    for line in _SECTION.partition("**What remains.**")[0].splitlines()
    if line.startswith("| ") and not line.startswith("| door")
]
TESTS = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests").rglob("test_*.py"))


def test_every_kind_of_door_is_there() -> None:
    assert len(ROWS) > 15
    assert {len(row) for row in ROWS} == {4}


@pytest.mark.parametrize(("tried", "held_by"), [(row[1], row[3]) for row in ROWS])
def test_each_answer_is_held_by_tests_that_exist(tried: str, held_by: str) -> None:
    named = re.findall(r"`([^`]+)`", held_by)
    assert named, tried
    for name in named:
        found = [path for path in TESTS if path.endswith(f"/{name}")]
        assert len(found) == 1, (name, found)
