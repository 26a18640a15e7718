"""What the campaigns did: faults put in, invariants checked, violations found.

`python -m tests.torture.tally FILE` prints the table of all runs that kept what they did in this file.
"""

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from redress.domain.values import Value

HEADS = ("campaign", "faults", "checked", "violations")


class Line(Value):
    """What a campaign, or a part of one, reports."""

    campaign: str
    faults: int
    checks: int
    violations: int


reported: list[Line] = []


def tally(campaign: str, faults: int, checks: int, violations: int = 0) -> None:
    """Report what a test of a campaign did: how many faults it put in, and how much it checked after them."""
    reported.append(Line(campaign=campaign, faults=faults, checks=checks, violations=violations))


def keep(file: Path) -> None:
    """Add what this run reported to what is in the file."""
    lines = [*kept(file), *reported]
    file.write_text(json.dumps([vars(line) for line in lines]), encoding="utf-8")


def kept(file: Path) -> list[Line]:
    """What runs have kept in a file; nothing where none has."""
    if not file.exists():
        return []
    return [Line(**line) for line in json.loads(file.read_text(encoding="utf-8"))]


def table(lines: Iterable[Line]) -> list[str]:
    """A line for each campaign by name, and the sum; nothing where nothing was reported."""
    told: dict[str, tuple[int, int, int]] = {}
    for one in lines:
        faults, checks, violations = told.get(one.campaign, (0, 0, 0))
        told[one.campaign] = (faults + one.faults, checks + one.checks, violations + one.violations)
    if not told:
        return []
    total = tuple(sum(column) for column in zip(*told.values(), strict=True))
    rows: list[Sequence[object]] = [HEADS, *((name, *told[name]) for name in sorted(told)), ("sum", *total)]
    widths = [max(len(_cell(row[place])) for row in rows) for place in range(len(HEADS))]
    return ["  ".join(_padded(row, widths)).rstrip() for row in rows]


def _padded(row: Sequence[object], widths: Sequence[int]) -> list[str]:
    """Words to the left, numbers to the right."""
    name, *numbers = (_cell(one) for one in row)
    return [
        name.ljust(widths[0]),
        *(one.rjust(width) for one, width in zip(numbers, widths[1:], strict=True)),
    ]


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


if __name__ == "__main__":
    print("\n".join(table(kept(Path(sys.argv[1])))))  # noqa: T201 - what it is for
