"""Three years of 100,000 complaints: every total compared with a recount, and how the cluster alarm does.

    .venv/bin/python -m tests.support.three_years --out FOLDER

writes reports, pictures, returns and registers to the folder, prints the tables, and ends with 1 where
anything differs.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from time import monotonic
from typing import NamedTuple

from tests.support.cluster_histories import History
from tests.support.three_years import alarm, written
from tests.support.three_years.archive import Archive
from tests.support.three_years.compared import Compared, Licence, of_figures, of_register, of_returns
from tests.support.three_years.house import LICENCES, Receipt, planted
from tests.support.three_years.lives import histories

SHOWN = 40
"""Differences that are printed."""


class Job(NamedTuple):
    """A licence's part of the history, and where its documents go."""

    pack: str
    size: int
    seed: int
    out: Path | None


class Done(NamedTuple):
    """What was found: how many complaints and events, what was compared, and what the alarm is to see."""

    job: Job
    complaints: int
    events: int
    figures: tuple[Compared, ...]
    returns: tuple[Compared, ...]
    register: Compared
    seconds: float
    seen: History


def totals(job: Job) -> Done:
    """Live a licence's complaints, and compare every total."""
    began = monotonic()
    with tempfile.TemporaryDirectory() as folder:
        licence = Licence(job.pack, Archive(Path(folder) / "histories"))
        complaints = events = 0
        rises: list[Receipt] = []
        for told in histories(job.pack, job.size, job.seed):
            licence.take(told)
            complaints, events = complaints + 1, events + len(told.life.records)
            rises += [told.receipt] if told.receipt.planted else []
        clusters = planted(job.pack, job.size, job.seed)
        found = Done(
            job,
            complaints,
            events,
            tuple(of_figures(licence)),
            tuple(_returns(licence, job.out)),
            _register(licence, job.out),
            monotonic() - began,
            alarm.history(job.pack, licence.counters, rises, clusters),
        )
        licence.archive.close()
    return found


def _returns(licence: Licence, out: Path | None) -> Iterable[Compared]:
    for one in of_returns(licence):
        if out:
            written.a_return(one.document, out)
        yield one.compared


def _register(licence: Licence, out: Path | None) -> Compared:
    if out:
        written.reports(licence, out)
        written.the_register(licence, out)
    return of_register(licence)


HEAD = (
    "| licence | complaints | events | periods | returns | totals compared | differences | s |",
    "|-|-|-|-|-|-|-|-|",
)


def row(one: Done) -> str:
    """What was compared of a licence, a line of the table."""
    cells = (
        *(one.job.pack, f"{one.complaints:,}", f"{one.events:,}", len(one.figures), len(one.returns)),
        *(f"{_totals([one]):,}", len(_wrong([one])), f"{one.seconds:.0f}"),
    )
    return "| " + " | ".join(map(str, cells)) + " |"


def summary(found: Sequence[Done]) -> Iterable[str]:
    """What was compared in all, and what differs."""
    complaints, wrong = sum(one.complaints for one in found), _wrong(found)
    yield f"\n{complaints:,} complaints, {_totals(found):,} totals compared, {len(wrong)} differences"
    yield from wrong[:SHOWN]


def _totals(found: Sequence[Done]) -> int:
    return sum(part.totals for one in found for part in _parts(one))


def _parts(one: Done) -> Iterable[Compared]:
    return (*one.figures, *one.returns, one.register)


def _wrong(found: Sequence[Done]) -> list[str]:
    return [words for one in found for part in _parts(one) for words in part.differences]


def jobs(complaints: int, seed: int, out: Path | None) -> list[Job]:
    """The licences, which have all of them together."""
    sizes = {pack: round(complaints * share) for pack, share in LICENCES.items()}
    first = next(iter(sizes))
    sizes[first] += complaints - sum(sizes.values())
    return [Job(pack, size, seed, out) for pack, size in sizes.items()]


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="three_years", description="Compare three years with a recount.")
    parser.add_argument("--complaints", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--without-alarm", action="store_true")
    asked = parser.parse_args()
    with ProcessPoolExecutor() as pool:
        _say(HEAD)
        found = []
        for one in pool.map(totals, jobs(asked.complaints, asked.seed, asked.out)):
            _say([row(one)])
            found.append(one)
        _say(summary(found))
        if not asked.without_alarm:
            _say(["", *alarm.lines(list(pool.map(alarm.watched, [one.seen for one in found])))])
    return 1 if _wrong(found) else 0


def _say(told: Iterable[str]) -> None:
    sys.stdout.write("\n".join(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
