"""`redress verify FOLDER`: the proofs of a pack follow each other, or the day that is missing is named."""

import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from infra.ops import proof
from infra.ops.journal import event_bytes
from redress.domain import commands as c
from redress.domain import journal, reconciliation
from redress.domain.history import History
from redress.proofs import document, manifest
from redress.usecases.reconcile import period
from tests.support.complaints import PLAYER, REGION
from tests.support.filed import RECEIVED, Filed
from tests.support.journals import MemoryObjects, altered
from tests.support.redress_command import Ask, refused

FIRST = date(2026, 3, 3)
DAYS = [f"{FIRST + timedelta(days=count)}" for count in range(4)]


@pytest.fixture
def shelf(filed: Filed) -> Path:
    """The proofs of four days, each of which names the one before it."""
    shutil.rmtree(filed.folder)
    before = None
    for day in DAYS:
        write(filed, day, before)
        before = named(filed, day)
    return filed.folder


def told(filed: Filed, day: str, form: str = document.FORMAT) -> document.Document:
    """The document of a day, from the events."""
    found = History(number=filed.case.complaint.number, records=tuple(filed.case.records))
    of = period(REGION, "gb-ukgc", date.fromisoformat(day))
    return document.of(reconciliation.reconcile([found], REGION.rules_of, of), form)


def write(
    filed: Filed, day: str, before: manifest.Before | None, body: document.Document | None = None
) -> None:
    """Sign a day, with its own facts or others."""
    filed.sign(body or told(filed, day), before=before, of_day=day)


def named(filed: Filed, day: str) -> manifest.Before:
    """What the day after a day names."""
    return manifest.Before(day, journal.sha256((filed.folder / f"{day}.json").read_bytes()))


def remove(shelf: Path, day: str) -> None:
    for path in shelf.glob(f"{day}.*"):
        path.unlink()


def broken(ask: Ask, shelf: Path, *more: str) -> list[str]:
    """What the command finds, line by line."""
    answer = ask("verify", str(shelf), *more)
    assert (answer.status, answer.err) == (1, "")
    lines = answer.out.splitlines()
    assert all(line.startswith("BROKEN: ") for line in lines)
    return lines


def test_days_that_follow_each_other_hold(ask: Ask, filed: Filed, shelf: Path) -> None:
    answer = ask("verify", str(shelf), "--key", filed.kept_key())
    assert (answer.status, answer.err) == (0, "")
    days, chain, key, totals = answer.out.splitlines()
    assert days == "gb-ukgc 2026-03-03 to 2026-03-06: 4 days, none missing, each as it was signed"
    assert chain == "3 name the proof that they follow"
    assert key.endswith(f": as in {filed.kept_key()}")
    assert totals == "duties of law or licence 1, in time 1; gaps 0"


def test_a_folder_that_begins_later_says_what_it_follows(ask: Ask, filed: Filed, shelf: Path) -> None:
    first = named(filed, DAYS[0])
    remove(shelf, DAYS[0])
    answer = ask("verify", str(shelf))
    assert answer.status == 0
    assert f"the first that of {first.day}, SHA-256 {first.sha256}" in answer.out


def test_a_folder_whose_name_has_neither_dot_nor_slash_is_one(
    ask: Ask, shelf: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(shelf.parent)
    assert ask("verify", shelf.name).status == 0


@pytest.mark.parametrize("gone", [DAYS[1:2], DAYS[2:3], DAYS[1:3]])
def test_days_that_are_missing_are_named(ask: Ask, shelf: Path, gone: list[str]) -> None:
    for day in gone:
        remove(shelf, day)
    [line] = broken(ask, shelf)
    after, before = DAYS[DAYS.index(gone[0]) - 1], DAYS[DAYS.index(gone[-1]) + 1]
    assert f"no proof of any day after {after} and before {before}" in line


def test_a_day_whose_signature_is_missing_is_named(ask: Ask, shelf: Path) -> None:
    (shelf / f"{DAYS[2]}.sig.json").unlink()
    [line] = broken(ask, shelf)
    assert f"{DAYS[2]}.sig.json is missing" in line


def test_a_day_that_was_signed_with_other_facts_is_named_by_the_next(
    ask: Ask, filed: Filed, shelf: Path
) -> None:
    """Whoever may sign makes one day of the past look better: it is as signed, and the next one knows."""
    write(filed, DAYS[2], named(filed, DAYS[1]), {**told(filed, DAYS[2]), "open": []})
    assert ask("verify", str(shelf / f"{DAYS[2]}.json")).status == 0
    [line] = broken(ask, shelf)
    assert f"{DAYS[3]}.sig.json does not follow" in line
    assert f"{DAYS[2]}.json, which was replaced" in line


def test_a_day_that_was_made_anew_with_the_same_facts_is_lawful(ask: Ask, filed: Filed, shelf: Path) -> None:
    """No two signatures are alike; what the next day names are the facts."""
    before = (shelf / f"{DAYS[2]}.sig.json").read_bytes()
    write(filed, DAYS[2], named(filed, DAYS[1]))
    assert (shelf / f"{DAYS[2]}.sig.json").read_bytes() != before
    assert ask("verify", str(shelf)).status == 0


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (None, "says that it is the first"),
        (manifest.Before(DAYS[0], "0" * 64), f"follows {DAYS[0]}, which is not the day before"),
        (manifest.Before(DAYS[1], "0" * 64), "does not follow"),
        (manifest.Before("2026-13-99", "0" * 64), "which is not the day before"),
    ],
)
def test_a_day_that_follows_another_is_named(
    ask: Ask, filed: Filed, shelf: Path, before: manifest.Before | None, said: str
) -> None:
    write(filed, DAYS[2], before)
    [line] = broken(ask, shelf)
    assert f"{DAYS[2]}.sig.json" in line
    assert said in line


def test_proofs_of_before_the_chain_are_none_the_worse(ask: Ask, filed: Filed, shelf: Path) -> None:
    for day in DAYS[:2]:
        write(filed, day, None)
        unchain(filed, day)
    answer = ask("verify", str(shelf))
    assert answer.status == 0
    assert "2 name the proof that they follow" in answer.out


def unchain(filed: Filed, day: str) -> None:
    """The statement of a day as it was signed before there was a chain."""
    signed = json.loads((filed.folder / f"{day}.sig.json").read_bytes())["manifest"]
    del signed["previous"]
    filed.put_signature({**signed, "format": manifest.UNCHAINED}, of_day=day)


def test_each_flaw_of_a_day_is_told_as_of_the_day_alone(ask: Ask, shelf: Path) -> None:
    path = shelf / f"{DAYS[1]}.csv"
    path.write_bytes(path.read_bytes() + b" ")
    [line] = broken(ask, shelf)
    assert f"{DAYS[1]}.csv was changed" in line


def test_a_name_that_is_no_day_is_a_flaw_and_breaks_nothing_off(ask: Ask, shelf: Path) -> None:
    for kind in ("json", "csv", "html", "sig.json"):
        (shelf / f"2026-02-31.{kind}").write_bytes(b"{}\n")
    lines = broken(ask, shelf)
    assert any("2026-02-31.sig.json: it is no signature" in line for line in lines)


def test_what_is_no_folder_of_a_pack_is_refused(ask: Ask, filed: Filed, shelf: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    refused(ask("verify", str(empty)), "no proof in it", "the folder of one pack")
    refused(ask("verify", str(shelf), "--journal", str(filed.journal)), "--region-file")


def test_the_proofs_of_two_packs_are_no_chain(ask: Ask, filed: Filed, shelf: Path) -> None:
    write(filed, DAYS[3], named(filed, DAYS[2]), {**told(filed, DAYS[3]), "pack": "sandbox"})
    [line] = broken(ask, shelf)
    assert "has proofs of several packs: gb-ukgc, sandbox" in line


class TestAgainstTheJournal:
    """Each day made again from the events: what was wrong when it was signed is found, too."""

    def test_days_that_say_what_the_journal_tells_hold(self, ask: Ask, filed: Filed, shelf: Path) -> None:
        answer = ask("verify", str(shelf), *filed.against)
        assert (answer.status, answer.err) == (0, "")
        assert f"{filed.journal} tells the same of each day" in answer.out

    def test_the_days_that_say_otherwise_are_named_with_complaint_and_event(
        self, ask: Ask, filed: Filed, shelf: Path
    ) -> None:
        """Whoever may sign left a duty out of a day, and signed all days since anew: as a chain they hold."""
        dropped = told(filed, DAYS[0])["milestones"]
        [duty] = [one for one in dropped if one["duty"]]
        sign_anew(filed, milestones=[one for one in dropped if one is not duty])
        assert ask("verify", str(shelf)).status == 0
        [line] = broken(ask, shelf, *filed.against)
        assert f"{DAYS[0]}.json says otherwise than the journal: milestones[0]" in line
        number = filed.case.complaint.number
        assert line.endswith(f"is missing (complaint {number}, event {duty['met_by']})")

    def test_the_first_of_several_is_told_first(self, ask: Ask, filed: Filed, shelf: Path) -> None:
        sign_anew(filed, open=[])
        write(filed, DAYS[3], named(filed, DAYS[2]), {**told(filed, DAYS[3]), "zone": "Europe/Malta"})
        first, second = broken(ask, shelf, *filed.against)
        number = filed.case.complaint.number
        assert first.endswith(
            f'{DAYS[0]}.json says otherwise than the journal: open[0]: "{number}" is missing'
        )
        assert f"{DAYS[3]}.json says otherwise than the journal: zone" in second

    def test_a_complaint_that_ended_long_before_is_read_once_and_not_for_each_day(
        self, ask: Ask, filed: Filed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        filed.case.do(c.Withdraw(), PLAYER, at=RECEIVED + timedelta(days=1))
        objects = MemoryObjects()
        objects.write(filed.case.records)
        objects.digest(RECEIVED + timedelta(days=1))
        for folder in (filed.folder, filed.journal):
            shutil.rmtree(folder)
        objects.sync(filed.journal)
        before = None
        for day in ("2026-07-01", "2026-07-02", "2026-07-03"):
            write(filed, day, before)
            before = named(filed, day)
        read: list[Path] = []

        def counted(path: Path) -> bytes:
            read.append(path)
            return event_bytes(path)

        monkeypatch.setattr(proof, "event_bytes", counted)
        assert ask("verify", str(filed.folder), *filed.against).status == 0
        assert len(read) == len(set(read)) == len(filed.case.records)

    def test_days_of_the_form_of_before_are_made_again_in_that_form(
        self, ask: Ask, filed: Filed, shelf: Path
    ) -> None:
        """The chain goes on when the program is a newer one: its first days are not signed anew."""
        before = None
        for day in DAYS:
            form = document.EARLIER if day < DAYS[2] else document.FORMAT
            write(filed, day, before, told(filed, day, form))
            before = named(filed, day)
        assert b"met_since" not in (shelf / f"{DAYS[1]}.json").read_bytes()
        assert b"met_since" in (shelf / f"{DAYS[2]}.json").read_bytes()
        answer = ask("verify", str(shelf), *filed.against)
        assert (answer.status, answer.err) == (0, "")

    def test_a_flaw_of_the_journal_is_told_once_and_before_the_days(
        self, ask: Ask, filed: Filed, shelf: Path
    ) -> None:
        record = filed.case.records[2]
        path = filed.journal / journal.entry(record.text).key
        path.write_bytes(altered(path.read_bytes(), actor="player"))
        first, *days = broken(ask, shelf, *filed.against)
        assert f"event {record.seq}: was changed" in first
        assert not [line for line in days if "was changed" in line]

    def test_what_a_day_says_of_a_digest_is_looked_up_for_each(
        self, ask: Ask, filed: Filed, shelf: Path
    ) -> None:
        max((filed.journal / "digests").iterdir()).unlink()
        lines = broken(ask, shelf, *filed.against)
        assert sum("which the signature names, is missing" in line for line in lines) == len(DAYS)

    def test_a_day_that_is_missing_is_named_as_without_a_journal(
        self, ask: Ask, filed: Filed, shelf: Path
    ) -> None:
        remove(shelf, DAYS[1])
        [line] = broken(ask, shelf, *filed.against)
        assert f"no proof of any day after {DAYS[0]} and before {DAYS[2]}" in line


def sign_anew(filed: Filed, **otherwise: object) -> None:
    """The first day with other facts, and those after it with theirs, each following the one before."""
    before = None
    for day in DAYS:
        write(filed, day, before, {**told(filed, day), **(otherwise if day == DAYS[0] else {})})
        before = named(filed, day)
