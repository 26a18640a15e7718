"""The pinned calendars are what the library says, and change only when a person lets them."""

import re
import shutil
from collections import Counter
from datetime import date
from pathlib import Path

import holidays.version
import pytest

from infra import calendars as generator
from infra.packaging import ROOT
from redress.domain import calendars

IDS = [place.id for place in generator.PLACES]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the pinned calendars, each as if at its seventh version and made by this library."""
    copy = Path(shutil.copytree(generator.PINNED, tmp_path / "calendars"))
    for path in copy.iterdir():
        text = generator.EDITION.sub('version = "2026.7"', path.read_text(encoding="utf-8"))
        text = re.sub(r"library holidays [0-9.]+", f"library holidays {holidays.version.__version__}", text)
        path.write_text(text, encoding="utf-8")
    return copy


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_pinned_files_are_what_the_generator_makes_with_the_locked_library(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert generator.main([]) == 0, capsys.readouterr().out
    assert capsys.readouterr().out == ""
    assert {path.stem for path in generator.PINNED.iterdir()} == set(IDS)


def test_the_ids_and_versions_of_all_calendars_are_unique() -> None:
    assert Counter(IDS).most_common(1)[0][1] == 1
    names = [calendars.load(calendar_id).name for calendar_id in IDS]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[A-Z]{2}(-[A-Z]{2,3})? 2026\.\d+", name) for name in names)


@pytest.mark.parametrize("calendar_id", IDS)
def test_a_pinned_calendar_loads_and_is_complete_for_2024_to_2032(calendar_id: str) -> None:
    calendar = calendars.load(calendar_id)
    assert (calendar.first, calendar.last) == (date(2024, 1, 1), date(2032, 12, 31))
    per_year = Counter(day.year for day in calendar.holidays)
    assert sorted(per_year) == list(range(2024, 2033))
    assert min(per_year.values()) >= 8
    assert all(calendar.holidays.values())


@pytest.mark.parametrize("calendar_id", IDS)
def test_a_pinned_file_is_in_order_and_says_where_it_comes_from(calendar_id: str) -> None:
    text = (generator.PINNED / f"{calendar_id}.toml").read_text(encoding="utf-8")
    days = re.findall(r"^(\d{4}-\d{2}-\d{2}) = ", text, re.MULTILINE)
    assert days == sorted(set(days))
    assert generator.LIBRARY.search(text)
    assert len(re.findall(r"\n\n\d{4}-01-01 = ", text)) == 8  # an empty line before each year but the first


def test_nothing_is_written_unless_asked_for(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replace(folder / "DK.toml", "2026-05-14", "2026-05-15")
    (folder / "CW.toml").unlink()
    before = contents(folder)
    assert generator.main([], folder) == 1
    assert contents(folder) == before
    shown = capsys.readouterr().out
    assert "+++ proposed/DK.toml" in shown
    assert "+++ proposed/CW.toml" in shown


def test_what_would_change_is_shown_line_by_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replace(folder / "DK.toml", '2026-05-14 = "Ascension Day"\n', "")
    assert generator.main(["DK"], folder) == 1
    law = next(place.law for place in generator.PLACES if place.id == "DK")
    assert capsys.readouterr().out.splitlines() == [
        "--- pinned/DK.toml",
        "+++ proposed/DK.toml",
        "@@ -3,3 +3,3 @@",
        ' id = "DK"',
        '-version = "2026.7"',
        '+version = "2026.8"',
        f' source = "{law}; library holidays {holidays.version.__version__}"',
        "@@ -36,2 +36,3 @@",
        ' 2026-04-06 = "Easter Monday"',
        '+2026-05-14 = "Ascension Day"',
        ' 2026-05-24 = "Pentecost"',
    ]


def test_a_changed_holiday_raises_the_version_of_its_calendar_and_of_no_other(folder: Path) -> None:
    before = contents(folder)
    replace(folder / "GB-ENG.toml", '2026-04-06 = "Easter Monday"', '2026-04-07 = "Easter Tuesday"')
    replace(folder / "GB-ENG.toml", 'version = "2026.7"', 'version = "2026.9"')
    assert generator.main(["--write"], folder) == 0
    expected = before["GB-ENG.toml"].replace(b'version = "2026.7"', b'version = "2026.10"')
    assert contents(folder) == {**before, "GB-ENG.toml": expected}
    assert generator.main([], folder) == 0


def test_a_new_calendar_starts_with_the_first_version(folder: Path) -> None:
    before = contents(folder)
    (folder / "EE.toml").unlink()
    assert generator.main(["--write"], folder) == 0
    expected = before["EE.toml"].replace(b'version = "2026.7"', b'version = "2026.1"')
    assert contents(folder) == {**before, "EE.toml": expected}


def test_a_calendar_of_part_of_a_year_holds_no_day_outside_it() -> None:
    denmark = next(place for place in generator.PLACES if place.id == "DK")
    easter = denmark._replace(first=date(2026, 4, 3), last=date(2026, 4, 6))
    assert [day.day for day in generator.days(easter)] == [3, 5, 6]


def test_an_id_restricts_what_is_looked_at(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    replace(folder / "DK.toml", "2026-05-14", "2026-05-15")
    replace(folder / "PT.toml", "2026-06-04", "2026-06-05")
    assert generator.main(["EE", "FR"], folder) == 0
    assert generator.main(["--write", "PT"], folder) == 0
    assert "DK" not in capsys.readouterr().out
    assert generator.main([], folder) == 1


def test_an_upgraded_library_with_the_same_holidays_changes_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holidays.version, "__version__", "9.9")
    before = contents(folder)
    assert generator.main(["--write"], folder) == 0
    assert contents(folder) == before


def test_an_upgraded_library_is_named_where_holidays_changed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holidays.version, "__version__", "9.9")
    replace(folder / "PL.toml", "2026-06-04", "2026-06-05")
    assert generator.main(["--write"], folder) == 0
    assert 'library holidays 9.9"\n' in (folder / "PL.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["XX"], "no calendar XX: use one of GB-ENG, ES"), (["GB-ENG"], "GB-ENG.toml has no line like version")],
)
def test_a_request_that_cannot_be_met_ends_with_one_clear_line(
    arguments: list[str], words: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replace(folder / "GB-ENG.toml", 'version = "2026.7"', 'version = "two"')
    with pytest.raises(SystemExit) as caught:
        generator.main([*arguments, "--write"], folder)
    assert caught.value.code == 2
    assert words in capsys.readouterr().err.splitlines()[-1]


def test_names_are_english_and_read_back_as_they_were_quoted() -> None:
    names = {name for calendar_id in IDS for name in calendars.load(calendar_id).holidays.values()}
    assert {"Isra' and Mi'raj (estimated)", "Curaçao Day", "Midsummer Day", "Freedom Day"} <= names


def test_nothing_that_runs_in_a_function_imports_the_library() -> None:
    sources = [*(ROOT / "layers").rglob("*.py"), *(ROOT / "functions").rglob("*.py")]
    imports = re.compile(r"^\s*(import|from) holidays\b", re.MULTILINE)
    assert len(sources) > 50
    assert [path.name for path in sources if imports.search(path.read_text(encoding="utf-8"))] == []
