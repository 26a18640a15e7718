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


def lines(found: Sequence[Done]) -> Iterable[str]:
    """What was compared, as a table, and what differs."""
    yield "| licence | complaints | events | periods | returns | totals compared | differences | s |"
    yield "|-|-|-|-|-|-|-|-|"
    for one in found:
        every = (*one.figures, *one.returns, one.register)
        cells = (
            *(one.job.pack, f"{one.complaints:,}", f"{one.events:,}", len(one.figures), len(one.returns)),
            *(f"{sum(part.totals for part in every):,}", len(_wrong([one])), f"{one.seconds:.0f}"),
        )
        yield "| " + " | ".join(map(str, cells)) + " |"
    compared = sum(part.totals for one in found for part in (*one.figures, *one.returns, one.register))
    complaints, wrong = sum(one.complaints for one in found), _wrong(found)
    yield f"\n{complaints:,} complaints, {compared:,} totals compared, {len(wrong)} differences"
    yield from wrong[:SHOWN]


def _wrong(found: Sequence[Done]) -> list[str]:
    every = [part for one in found for part in (*one.figures, *one.returns, one.register)]
    return [words for part in every for words in part.differences]


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
        found = list(pool.map(totals, jobs(asked.complaints, asked.seed, asked.out)))
        _say(lines(found))
        if not asked.without_alarm:
            _say(["", *alarm.lines(list(pool.map(alarm.watched, [one.seen for one in found])))])
    return 1 if _wrong(found) else 0


def _say(told: Iterable[str]) -> None:
    sys.stdout.write("\n".join(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
