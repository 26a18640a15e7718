"""Of `redress check`: whether the counters say what the events of all complaints say."""

from collections.abc import Sequence

from infra.ops import shown
from redress.domain.counting import Cell
from redress.region import Region
from redress.store.counters import Counters
from redress.store.rebuild import Workbench
from redress.store.registers import Registers
from redress.usecases.recount import drift, mend, miscounted


def print_counters(table: Workbench, region: Region, numbers: Sequence[str], *, fix: bool) -> bool:
    """Print what differs; whether something is left that does. Raises Uncountable, RulePackInvalid."""
    registers, counters = Registers(table.client, table.name), Counters(table.client, table.name)
    wrong = list(miscounted(registers, counters, region, shown.counted(numbers, "recounted")))
    drifted = drift(counters)
    for number in wrong:
        print(f"{number} is not counted for what its events say")
    for cell, by in sorted(drifted.items()):
        print(f"counter {_named(cell)}: {by:+d} would be right")
    print(f"{len(wrong)} complaints counted wrong, {len(drifted)} counters off")
    if not fix:
        return bool(wrong or drifted)
    mend(registers, counters, region, wrong, drifted)
    print(f"{len(wrong)} complaints counted anew, {len(drifted)} counters mended")
    return False


def _named(cell: Cell) -> str:
    return " ".join(str(part) for part in cell if part)
