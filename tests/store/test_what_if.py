"""`redress what-if`: which stored complaints another pack or calendar would move."""

import json
from collections.abc import Callable, Iterator
from copy import replace
from pathlib import Path
from typing import Any

import pytest

from infra.ops import cli, what_if
from redress.domain import calendars
from redress.domain.reading import FOLDER
from redress.store.table import Table
from tests.support.complaints import REGION, submit
from tests.support.desks import DAY, Office
from tests.support.races import calls_of

REGION_FILE = Path(cli.__file__).parent.parent / "regions" / "local.toml"
EIGHT = 'amount = 8\nunit = "weeks"'

type Ask = Callable[..., tuple[int, str, str]]


@pytest.fixture
def ask(table: Table, capsys: pytest.CaptureFixture[str]) -> Ask:
    """The command, about the table and the local region."""

    def run(*arguments: str) -> tuple[int, str, str]:
        deployment = ["--table", table.name, "--region-file", str(REGION_FILE)]
        status = cli.main(["what-if", *deployment, *arguments])
        told = capsys.readouterr()
        return status, told.out, told.err

    return run


@pytest.fixture
def weeks(tmp_path: Path) -> Callable[[int], str]:
    """A file with the British pack, its final response due after other weeks."""

    def write(amount: int) -> str:
        text = (FOLDER / "gb-ukgc.toml").read_text(encoding="utf-8")
        assert text.count(EIGHT) == 1
        file = tmp_path / f"weeks-{amount}.toml"
        file.write_text(text.replace(EIGHT, f'amount = {amount}\nunit = "weeks"'), encoding="utf-8")
        return str(file)

    return write


@pytest.fixture
def received(office: Office) -> Callable[[float], str]:
    """A British complaint that came in some days ago."""
    keys: Iterator[int] = iter(range(1, 1000))

    def receive(days: float, **changed: Any) -> str:
        now = office.clock.at
        office.clock.at = now - days * DAY
        number = office.receive(replace(submit("gb-ukgc"), **changed), key=f"request-{next(keys)}")
        office.clock.at = now
        return number

    return receive


def test_what_would_move_is_told_with_both_dates_and_the_difference(
    ask: Ask, weeks: Callable[[int], str], received: Callable[[float], str]
) -> None:
    number = received(1)
    status, told, _ = ask("--pack", weeks(6))
    assert status == 0
    assert number in told
    assert "final (gb-ukgc)" in told
    assert "earlier" in told
    assert "Complaints that would move: 1; in breach: 0; no longer in breach: 0" in told


def test_a_complaint_that_would_be_in_breach_comes_first_and_is_the_status(
    ask: Ask, weeks: Callable[[int], str], received: Callable[[float], str]
) -> None:
    in_breach_anyway, fresh, old = received(70), received(1), received(50)
    status, told, _ = ask("--pack", weeks(6))
    assert status == 1
    assert told.index(old) < told.index(in_breach_anyway) < told.index(fresh)
    assert told.count("WOULD BREACH") == 1
    status, told, _ = ask("--pack", weeks(6), "--json")
    found = json.loads(told)
    assert status == 1
    assert found["registers"] == ["gb-ukgc", "sandbox"]
    first, _, second = found["moves"]
    assert (first["number"], first["clock"], first["would_breach"]) == (old, "final", True)
    assert (second["number"], second["would_breach"]) == (fresh, False)
    assert first["before"]["due_at"] > first["after"]["due_at"]
    assert abs(first["by_seconds"] + 14 * 86400) <= 3600  # an hour of summer time lies between, or not


def test_a_breach_that_would_end_is_told(
    ask: Ask, weeks: Callable[[int], str], received: Callable[[float], str]
) -> None:
    received(60)
    status, told, _ = ask("--pack", weeks(12))
    assert status == 0
    assert "breach would end" in told
    assert "no longer in breach: 1" in told


def test_nothing_that_would_move_is_said_in_a_line(
    ask: Ask, weeks: Callable[[int], str], received: Callable[[float], str]
) -> None:
    received(1)
    assert ask("--pack", weeks(8))[:2] == (0, "No date of an open complaint would move.\n")


def test_registers_are_read_through_their_index_and_never_by_a_scan(
    ask: Ask,
    weeks: Callable[[int], str],
    received: Callable[[float], str],
    table: Table,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(what_if, "PAGE", 2)
    numbers = {received(1) for _ in range(5)}
    monkeypatch.setattr("infra.ops.stored.client", lambda _: table.client)
    with calls_of(table.client) as sent:
        _, told, _ = ask("--pack", weeks(6), "--json")
    assert {move["number"] for move in json.loads(told)["moves"]} == numbers
    assert set(sent) == {"Query"}


def test_only_the_months_since_are_read(
    ask: Ask, weeks: Callable[[int], str], received: Callable[[float], str], office: Office
) -> None:
    received(100)
    month = f"{office.clock.at - 40 * DAY:%Y-%m}"
    assert ask("--pack", weeks(16), "--since", month)[1].startswith("No date")
    assert "final (gb-ukgc)" in ask("--pack", weeks(16))[1]


def calendar(tmp_path: Path, name: str, change: Callable[[str], str]) -> str:
    file = tmp_path / "calendar.toml"
    text = (FOLDER / "calendars" / f"{name}.toml").read_text(encoding="utf-8")
    file.write_text(change(text), encoding="utf-8")
    return str(file)


def test_a_changed_calendar_moves_the_complaints_whose_packs_count_by_it(
    ask: Ask, received: Callable[..., str], office: Office, tmp_path: Path
) -> None:
    portuguese, _ = received(0, residence_packs=("pt@2026.1",)), received(0)
    holiday = calendars.load("PT").step(office.clock.at.date() + DAY, 1)  # wherever the day ends

    def with_holiday(text: str) -> str:
        assert f"\n{holiday} " not in text
        return text.replace("[holidays]", f'[holidays]\n{holiday} = "A new holiday"')

    status, told, _ = ask("--calendar", calendar(tmp_path, "PT", with_holiday), "--json")
    assert status == 0
    moves = json.loads(told)["moves"]
    assert {move["number"] for move in moves} == {portuguese}
    assert {(move["pack"], move["clock"]) for move in moves} >= {("pt", "final")}
    assert all(move["by_seconds"] > 0 for move in moves)


def test_the_pinned_calendar_moves_nothing(ask: Ask, received: Callable[..., str], tmp_path: Path) -> None:
    received(0, residence_packs=("pt@2026.1",))
    assert ask("--calendar", calendar(tmp_path, "PT", str))[:2] == (
        0,
        "No date of an open complaint would move.\n",
    )


def test_a_question_that_cannot_be_answered_is_refused_in_one_line(
    ask: Ask, weeks: Callable[[int], str], tmp_path: Path
) -> None:
    def spoiled(old: str, new: str, name: str = "gb-ukgc.toml") -> str:
        file = tmp_path / f"spoiled-{abs(hash((old, new)))}.toml"
        text = (FOLDER / name).read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new), encoding="utf-8")
        return str(file)

    gb_eng = "calendars/GB-ENG.toml"
    for arguments, said in [
        ([], "Give --pack FILE or --calendar FILE"),
        (["--pack", str(tmp_path / "none.toml")], "cannot be read as TOML"),
        (["--pack", str(REGION_FILE)], "--pack"),
        (["--pack", spoiled("[taxonomy]", "[taxonomy")], "cannot be read as TOML"),
        (["--pack", spoiled('id = "gb-ukgc"', 'id = "gb-new"')], "no complaint runs by 'gb-new'"),
        (["--pack", spoiled("amount = 24", "amount = 0")], "0 is not between 1 and 10000"),
        (["--pack", spoiled("[house]", "[home]")], "Rule pack gb-ukgc home: unknown key"),
        (["--calendar", spoiled('id = "GB-ENG"', 'id = "GB-NIR"', gb_eng)], "no pack counts by 'GB-NIR'"),
        (
            ["--calendar", spoiled('last = "2032', 'last = "2023', gb_eng)],
            "the calendar ends before it starts",
        ),
        (["--calendar", spoiled("[holidays]", "[days]", gb_eng)], "days: unknown key"),
        (["--pack", weeks(6), "--since", "lately"], "'lately' is no month: write it as 2026-03"),
        (["--pack", weeks(6), "--since", "9999-01"], "--since is a month to come"),
    ]:
        status, told, refusal = ask(*arguments)
        assert (status, told) == (2, ""), arguments
        assert said in refusal
        assert refusal.startswith("redress: ")
        assert refusal.count("\n") == 1


def test_a_pack_loads_with_the_settings_that_the_operator_has_for_it(
    ask: Ask, office: Office, tmp_path: Path, table: Table, capsys: pytest.CaptureFixture[str]
) -> None:
    own = {"mt": {"final": {"amount": 10, "unit": "calendar_days"}}}
    office.desk = replace(office.desk, region=replace(REGION, rules=own))
    office.intake = replace(office.intake, desk=office.desk)
    number = office.receive(replace(submit("gb-ukgc"), residence_packs=("mt@2026.1",)))
    region = tmp_path / "region.toml"
    british, maltese = (f"[operator.brands.jurisdictions.{pack}]" for pack in ("gb-ukgc", "mt"))
    local = REGION_FILE.read_text(encoding="utf-8")
    body = local.partition(british)[2].partition("[[")[0]
    setting = '[operator.rules.mt.final]\namount = 10\nunit = "calendar_days"\n'
    region.write_text(f"{local.replace(british, f'{maltese}{body}{british}')}\n{setting}", encoding="utf-8")
    candidate = tmp_path / "mt.toml"
    text = (FOLDER / "mt.toml").read_text(encoding="utf-8")
    assert "amount = 24" in text
    candidate.write_text(text.replace("amount = 24", "amount = 48"), encoding="utf-8")
    deployment = ["--table", table.name, "--region-file", str(region)]
    assert cli.main(["what-if", *deployment, "--pack", str(candidate), "--json"]) == 0
    (move,) = json.loads(capsys.readouterr().out)["moves"]
    assert (move["number"], move["clock"], move["by_seconds"]) == (number, "ack", 86400)
    status, _, refusal = ask("--pack", str(candidate))
    assert status == 2
    assert "Set [operator.rules.mt.final]" in refusal
