"""However events and digests interleave: each object is told once, and what is done to a copy is found."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from infra.ops.journal import Journal, JournalBroken
from redress.domain import journal
from redress.domain.audit import ChainBroken
from tests.support.journals import MemoryObjects, chain, day

DAYS = 4
NUMBERS = ("R7K3-9QXM-2", "R7K3-9QXN-1", "R7K3-9QXP-8")


class Life(NamedTuple):
    """Events of a complaint in hours since the beginning, and by how much the journal was late with them."""

    hours: Sequence[int]
    late: int


LIVES = st.tuples(
    *(
        st.builds(
            Life,
            st.lists(st.integers(0, 24 * DAYS), min_size=1, max_size=6).map(sorted),
            st.integers(0, 30),
        )
        for _ in NUMBERS
    )
)
QUICK = settings(max_examples=50)
RUNS = st.lists(st.integers(0, 24 * (DAYS + 4)), max_size=6)


def lived(lives: Sequence[Life], runs: Sequence[int]) -> MemoryObjects:
    """Events are written, some late, and digests run in between; the last run comes when all is over."""
    objects = MemoryObjects()
    steps = [
        (hour + life.late, record)
        for number, life in zip(NUMBERS, lives, strict=True)
        for hour, record in zip(
            life.hours, chain(number, *(day(1, hour) for hour in life.hours)), strict=True
        )
    ]
    end = 24 * (DAYS + 4)
    for hour, record in sorted([*steps, *((run, None) for run in [*runs, end])], key=lambda step: step[0]):
        if record:
            objects.write([record], at=day(1, hour))
        else:
            objects.digest(day(1, hour) + timedelta(minutes=20))
    return objects


@QUICK
@given(LIVES, RUNS)
def test_each_object_is_in_the_digest_of_the_day_it_was_written_on_and_in_no_other(
    lives: Sequence[Life], runs: Sequence[int]
) -> None:
    objects = lived(lives, runs)
    told = [(key, one.day) for one in objects.digests() for key in one.objects]
    assert sorted(told) == [(one.key, one.at.date()) for one in objects.written(journal.EVENTS)]


@QUICK
@given(LIVES, RUNS)
def test_digests_say_the_same_however_often_and_when_they_are_made(
    lives: Sequence[Life], runs: Sequence[int]
) -> None:
    often, once = lived(lives, runs), lived(lives, [])
    first = min(one.day for one in once.digests())
    assert [one.objects for one in often.digests() if one.day >= first] == [
        one.objects for one in once.digests()
    ]
    assert [one for one in often.digests() if one.day < first and one.objects] == []


TAMPERING = ("change", "drop", "swap", "add")


@QUICK
@given(LIVES, st.sampled_from(TAMPERING), st.data())
def test_whatever_is_done_to_an_object_is_found(
    lives: Sequence[Life], what: str, data: st.DataObject
) -> None:
    objects = lived(lives, [])
    keys = sorted(objects.objects)
    key = data.draw(st.sampled_from(keys))
    with TemporaryDirectory() as place:
        folder = objects.sync(Path(place))
        head = Journal(folder).digests.head
        assert flaw(folder, head) is None
        tamper(folder, what, key, data.draw(st.sampled_from([other for other in keys if other != key])))
        assert flaw(folder, head)


def tamper(folder: Path, what: str, key: str, other: str) -> None:
    """Do one thing to the copy."""
    path = folder / key
    body = path.read_bytes()
    match what:
        case "change":
            path.write_bytes(body.replace(b"0", b"1", 1))
        case "drop":
            path.unlink()
        case "swap":
            path.write_bytes((folder / other).read_bytes())
            (folder / other).write_bytes(body)
        case "add":
            path.with_stem("999999").write_bytes(body)


def flaw(folder: Path, head: str) -> str | None:
    """What the command would say first, to somebody who kept the head of an earlier copy."""
    copy = Journal(folder)
    try:
        copy.check_events()
    except (ChainBroken, JournalBroken) as broken:
        return str(broken)
    if copy.digests.broken:
        return str(copy.digests.broken)
    return None if copy.digests.head == head else "another head"
