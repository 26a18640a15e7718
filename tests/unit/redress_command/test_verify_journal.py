"""`redress verify --journal`: a copy of the journal is what was written, or the first flaw is named.

Somebody who holds the folder may do anything to it: each test does one thing, and one that hides it.
"""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.ops import journal as copies
from redress.domain import journal
from tests.support.journals import MemoryObjects, altered, chain, day
from tests.support.redress_command import Ask, refused

A, B = "R7K3-9QXM-2", "R7K3-9QXN-1"
TODAY = 5


def event(number: str, seq: int, of_day: int) -> str:
    return f"events/2026/03/{of_day:02}/{number}/{seq:06d}.json"


def digest(of_day: int) -> str:
    return f"digests/2026-03-{of_day:02}.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two complaints, four days with digests, and a fifth that is not over."""
    objects = MemoryObjects()
    objects.write(chain(A, day(1), day(1), day(2), day(4), day(4), day(TODAY)))
    objects.write(chain(B, day(2), day(3), day(TODAY)))
    objects.digest(day(TODAY, 1))
    return objects.sync(tmp_path)


def change(folder: Path, key: str, **facts: object) -> None:
    """Other facts in an event, or in a digest."""
    path = folder / key
    path.write_bytes(altered(path.read_bytes(), **facts))


def listed(folder: Path, of_day: int) -> dict[str, str]:
    """The objects of a digest."""
    return dict(journal.read_digest((folder / digest(of_day)).read_bytes()).objects)


def chained_anew(folder: Path, from_day: int) -> None:
    """All digests after a day follow from each other again."""
    for of_day in range(from_day + 1, TODAY):
        before = (folder / digest(of_day - 1)).read_bytes()
        change(folder, digest(of_day), previous=journal.sha256(before))


def broken(ask: Ask, folder: Path) -> list[str]:
    """What the command finds, line by line."""
    answer = ask("verify", "--journal", str(folder))
    assert (answer.status, answer.err) == (1, "")
    lines = answer.out.splitlines()
    assert all(line.startswith("BROKEN: ") for line in lines)
    return [line.removeprefix("BROKEN: ") for line in lines]


def test_an_untouched_copy_holds_and_tells_the_head_to_keep(ask: Ask, folder: Path) -> None:
    answer = ask("verify", "--journal", str(folder))
    head = journal.sha256((folder / digest(4)).read_bytes())
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.splitlines() == [
        f"{folder}: 9 events of 2 complaints, all chains hold",
        f"digests to 2026-03-04, head {head}: kept, it proves later that no day is missing",
        "2 events have no digest yet: their complaints' chains alone prove them",
    ]


def test_it_asks_no_aws(folder: Path) -> None:
    script = (
        "import sys; from infra.ops import cli; status = cli.main(['verify', '--journal', sys.argv[1]]);"
        "print(status, 'botocore' in sys.modules)"
    )
    command = [sys.executable, "-c", script, str(folder)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own code
    assert ended.stdout.splitlines()[-1] == "0 False"


@pytest.mark.parametrize("seq", [1, 2])
def test_a_changed_event_is_named(ask: Ask, folder: Path, seq: int) -> None:
    change(folder, event(A, seq, 1), actor="somebody else")
    [told] = broken(ask, folder)
    assert told.startswith(f"Complaint {A}, event {seq}: was changed: the digest of 2026-03-01 has SHA-256 ")


@pytest.mark.parametrize("change", [lambda body: body + b" ", lambda _: b"", lambda body: body[:-1]])
def test_a_changed_byte_is_enough(ask: Ask, folder: Path, change: Callable[[bytes], bytes]) -> None:
    path = folder / event(B, 2, 3)
    path.write_bytes(change(path.read_bytes()))
    [told] = broken(ask, folder)
    assert told.startswith(f"Complaint {B}, event 2: was changed")


def test_a_dropped_event_is_named(ask: Ask, folder: Path) -> None:
    (folder / event(A, 3, 2)).unlink()
    [told] = broken(ask, folder)
    assert told.startswith(f"Complaint {A}, event 3: is missing: the digest of 2026-03-02 has SHA-256 ")


def test_a_complaint_that_was_dropped_whole_is_named(ask: Ask, folder: Path) -> None:
    for of_day in range(1, TODAY + 1):
        shutil.rmtree(folder / f"events/2026/03/{of_day:02}/{B}", ignore_errors=True)
    [told] = broken(ask, folder)
    assert told.startswith(f"Complaint {B}, event 1: is missing")


def test_an_added_event_is_named(ask: Ask, folder: Path) -> None:
    [forged] = chain("R7K3-9QXP-8", day(2))
    path = folder / journal.entry(forged.text).key
    path.parent.mkdir(parents=True)
    path.write_text(forged.text)
    assert broken(ask, folder) == [
        "Complaint R7K3-9QXP-8, event 1: is in no digest: it was added, or was written late and has none yet."
    ]


def test_an_event_added_after_the_last_of_its_complaint_is_named(ask: Ask, folder: Path) -> None:
    forged = chain(B, day(2), day(3), day(TODAY), day(TODAY))[-1]
    path = folder / event(B, 4, TODAY)
    path.write_text(forged.text.replace(f"{day(TODAY):%Y-%m-%d}", f"{day(1):%Y-%m-%d}"))
    [told] = broken(ask, folder)
    assert told == f"Complaint {B}, event 4: has {event(B, 4, 1)} in its place."


def test_a_file_that_is_no_event_is_named(ask: Ask, folder: Path) -> None:
    (folder / "events/2026/03/01/copy.json").write_text("{}")
    assert broken(ask, folder) == ["events/2026/03/01/copy.json is no event's place: it was added."]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (event(A, 4, 4), event(A, 5, 4)),  # of a complaint and a day
        (event(A, 3, 2), event(A, 5, 4)),  # of two days
        (event(A, 3, 2), event(B, 1, 2)),  # of two complaints
        (event(A, 6, TODAY), event(B, 3, TODAY)),  # that no digest has yet
    ],
)
def test_events_that_changed_places_are_named(ask: Ask, folder: Path, one: str, other: str) -> None:
    first, second = ((folder / key).read_bytes() for key in (one, other))
    (folder / one).write_bytes(second)
    (folder / other).write_bytes(first)
    [told] = broken(ask, folder)
    assert told == f"Complaint {A}, event {int(one[-11:-5])}: has {other} in its place."


def test_what_no_digest_has_yet_is_proven_by_the_chain_of_its_complaint(ask: Ask, folder: Path) -> None:
    change(folder, event(A, 6, TODAY), previous="0" * 64)
    assert broken(ask, folder) == [f"Complaint {A}, event 6: does not carry the hash of the event before it."]
    (folder / event(A, 6, TODAY)).write_bytes(b"{")
    assert broken(ask, folder) == [f"Complaint {A}, event 6: was changed: it is no event."]


@pytest.mark.parametrize(
    "facts",
    [
        {"data": []},
        {"seq": "1"},
        {"seq": 1.0},
        {"number": ["R7K3-9QXM-2"]},
        {"at": "0001-01-01T00:00:00.000+23:00"},
        {"at": None},
    ],
)
def test_an_event_of_other_types_is_no_event(ask: Ask, folder: Path, facts: dict[str, object]) -> None:
    change(folder, event(A, 1, 1), **facts)
    [told] = broken(ask, folder)
    assert told.startswith(f"Complaint {A}, event 1: ")


def test_no_name_of_a_file_writes_a_line_of_the_verdict(ask: Ask, folder: Path) -> None:
    """Neither a new line, nor what moves the cursor of a terminal or turns the direction of reading."""
    (folder / "events/a\nb: all chains hold\x1b[2J\u202e.json").write_text("{}")
    assert broken(ask, folder) == [
        r"events/a\nb: all chains hold\x1b[2J\u202e.json is no event's place: it was added."
    ]


@pytest.mark.parametrize("key", [event(A, 3, 2), event(A, 6, TODAY), digest(4)])
def test_a_file_that_is_too_long_is_not_read_to_its_end(
    ask: Ask, folder: Path, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copies, "MOST_DIGEST", 10_000)
    with (folder / key).open("ab") as file:
        file.truncate(2**40)  # a terabyte, of which the disk holds nothing
    told = broken(ask, folder)
    if key == digest(4):
        assert told == [f"{key} has more than 10,000 bytes: Redress writes no such digest."]
    else:
        [line] = told
        assert line.startswith(f"Complaint {A}, event {int(key[-11:-5])}: was changed: ")


class TestDigests:
    def test_a_later_one_cannot_list_an_object_again_with_another_hash(self, ask: Ask, folder: Path) -> None:
        """Whoever kept the head of an earlier digest relies on what that one listed."""
        shutil.rmtree(folder / f"events/2026/03/{TODAY:02}")
        key = event(B, 2, 3)
        change(folder, key, actor="somebody else")
        facts = {**listed(folder, 4), key: journal.sha256((folder / key).read_bytes())}
        change(folder, digest(4), objects=facts)
        twice, told = broken(ask, folder)
        assert twice == f"{digest(4)} lists {key}, which the digest of 2026-03-03 has: it was written again."
        assert told.startswith(f"Complaint {B}, event 2: was changed: the digest of 2026-03-03 has SHA-256 ")

    def test_one_that_was_changed_with_its_event_is_named_by_the_next(self, ask: Ask, folder: Path) -> None:
        key = event(A, 3, 2)
        change(folder, key, actor="somebody else")
        facts = {**listed(folder, 2), key: journal.sha256((folder / key).read_bytes())}
        change(folder, digest(2), objects=facts)
        replaced, told = broken(ask, folder)
        assert replaced == (f"{digest(3)} does not carry the hash of the digest before it: one was replaced.")
        assert told == f"Complaint {A}, event 4: does not carry the hash of the event before it."

    def test_a_whole_chain_that_was_made_anew_still_has_the_complaints_against_it(
        self, ask: Ask, folder: Path
    ) -> None:
        key = event(A, 3, 2)
        change(folder, key, actor="somebody else")
        change(
            folder, digest(2), objects={**listed(folder, 2), key: journal.sha256((folder / key).read_bytes())}
        )
        chained_anew(folder, 2)
        assert broken(ask, folder) == [
            f"Complaint {A}, event 4: does not carry the hash of the event before it."
        ]

    def test_what_was_rewritten_to_its_end_has_another_head(self, ask: Ask, folder: Path) -> None:
        before = ask("verify", "--journal", str(folder)).out
        key = event(B, 2, 3)
        (folder / event(B, 3, TODAY)).unlink()
        change(folder, key, actor="somebody else")
        change(folder, digest(3), objects={key: journal.sha256((folder / key).read_bytes())})
        chained_anew(folder, 3)
        after = ask("verify", "--journal", str(folder))
        assert after.status == 0
        assert before.split("head ")[1][:64] != after.out.split("head ")[1][:64]

    def test_an_event_dropped_from_its_digest_too_is_named_by_the_next_digest(
        self, ask: Ask, folder: Path
    ) -> None:
        (folder / event(A, 2, 1)).unlink()
        facts = listed(folder, 1)
        del facts[event(A, 2, 1)]
        change(folder, digest(1), objects=facts)
        replaced, told = broken(ask, folder)
        assert replaced.startswith(digest(2))
        assert told == f"Complaint {A}, event 2: found event 3 in its place."

    @pytest.mark.parametrize("gone", [2, 3])
    def test_one_that_is_missing_is_named(self, ask: Ask, folder: Path, gone: int) -> None:
        (folder / digest(gone)).unlink()
        assert broken(ask, folder) == [f"{digest(gone)} is missing."]

    def test_the_first_that_is_missing_shows_in_the_second(self, ask: Ask, folder: Path) -> None:
        (folder / digest(1)).unlink()
        [told] = broken(ask, folder)
        assert told.startswith(f"{digest(2)} does not carry the hash")

    def test_one_in_the_place_of_another_is_named(self, ask: Ask, folder: Path) -> None:
        shutil.copy(folder / digest(2), folder / digest(3))
        assert broken(ask, folder) == [f"{digest(3)} holds the digest of 2026-03-02: it was moved."]

    @pytest.mark.parametrize("content", [b"", b"{}", b"\xff", b"[1]"])
    def test_one_that_cannot_be_read_is_named(self, ask: Ask, folder: Path, content: bytes) -> None:
        (folder / digest(3)).write_bytes(content)
        assert broken(ask, folder) == [f"{digest(3)} is not what Redress writes: it was changed."]


class TestQuestions:
    def test_a_folder_without_digests_is_no_copy_of_the_journal(self, ask: Ask, tmp_path: Path) -> None:
        for folder in (tmp_path, tmp_path / "nowhere"):
            refused(ask("verify", "--journal", str(folder)), str(folder), "sync the whole bucket")

    def test_a_file_that_cannot_be_read_is_said_to_be(self, ask: Ask, folder: Path) -> None:
        (folder / event(A, 1, 1)).unlink()
        (folder / event(A, 1, 1)).mkdir()
        refused(ask("verify", "--journal", str(folder)), event(A, 1, 1), "cannot be read")

    def test_it_is_a_complaint_or_the_journal(self, ask: Ask, folder: Path) -> None:
        refused(ask("verify"), "number", "--journal")
        refused(ask("verify", A, "--journal", str(folder)), "--journal", "not allowed")
