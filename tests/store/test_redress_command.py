"""`redress explain` and `redress verify`: what they say of a stored complaint."""

import json
from pathlib import Path

import pytest
from moto import mock_aws

from infra.ops import cli
from redress.domain import commands as c
from redress.domain.correspondence import LetterKind
from redress.store import keys
from redress.store.table import Table
from tests.support.complaints import SYSTEM, TRIAGE, personal, submit
from tests.support.desks import Office

REGION_FILE = str(Path(cli.__file__).parent.parent / "regions" / "local.toml")


def test_the_dates_of_a_stored_complaint_are_explained(
    table: Table, office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    number = office.receive(submit("gb-ukgc"))
    assert cli.main(["explain", number.lower(), "--table", table.name, "--region-file", REGION_FILE]) == 0
    told = capsys.readouterr().out
    for words in (
        f"Complaint {number}, received",
        "Rule pack gb-ukgc, version 2026.1, zone Europe/London, GB-ENG",
        "final (duty): before",
        "in time: not met so far",
        "binding by law or licence; read in an official source",
        "LCCP social responsibility code 6.1.1.2",
        "8 weeks, the first day included",
        "What the workflow will do, and when:",
        "final due (a breach if still unmet)",
    ):
        assert words in told
    assert "Pauses:" not in told
    assert "--region-file" not in told


def test_without_the_region_file_it_says_what_it_leaves_out(
    table: Table, office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["explain", office.receive(), "--table", table.name]) == 0
    assert "Without --region-file" in capsys.readouterr().out


def test_pauses_extensions_and_what_was_met_are_told(
    table: Table, office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    number = office.receive(submit("sandbox"))
    office.clock.move(1)
    office.send(number, LetterKind.ACKNOWLEDGEMENT)
    office.do(number, TRIAGE, SYSTEM)
    office.do(number, c.PauseClock(reason="awaiting_player_info", content=personal("why")))
    office.do(number, c.ExtendDeadline(stage="final", content=personal("why")))
    arguments = ["explain", number, "--table", table.name, "--region-file", REGION_FILE]
    assert cli.main(arguments) == 0
    told = capsys.readouterr().out
    assert "in time: met at" in told
    assert "Pauses:\n  awaiting_player_info: from" in told
    assert "stopped sandbox:adr, sandbox:final" in told
    assert "Extensions:\n  final of sandbox by 20 seconds: holds once its letter is sent" in told

    assert cli.main([*arguments, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["number"], found["stage"]) == (number, "investigating")
    assert [pack["id"] for pack in found["packs"]] == ["sandbox"]
    ack = next(one for one in found["dates"] if one["clock"] == "ack")
    assert ack["met_at"]
    assert not ack["missed"]
    assert {"due_at", "last_day", "strength", "confidence", "calendar", "anchor_at"} <= ack.keys()
    assert ack["explain"]
    assert found["pauses"][0]["to"] is None
    assert found["extensions"][0]["amount"] == 20
    assert found["ahead"]


def test_a_date_that_was_missed_is_said_to_be(
    table: Table, office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    office.clock.move(-3600)
    assert cli.main(["explain", office.receive(), "--table", table.name]) == 0
    assert "MISSED: not met so far" in capsys.readouterr().out


def test_personal_data_is_not_shown(table: Table, office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    number = office.receive()
    for more in ([], ["--json"]):
        assert cli.main(["explain", number, "--table", table.name, *more]) == 0
        assert "PERSONAL" not in capsys.readouterr().out


@pytest.mark.parametrize("command", ["explain", "verify"])
def test_an_unknown_number_is_said_to_be_unknown(
    command: str, table: Table, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in ("R7K3-9QXM-3", "nonsense"):
        assert cli.main([command, number, "--table", table.name]) == 2
        told = capsys.readouterr().err
        assert f"no complaint {number}" in told
        assert told.count("\n") == 1


@pytest.mark.usefixtures("aws")
@pytest.mark.parametrize("command", ["explain", "verify"])
def test_a_table_that_is_not_there_is_said_in_one_line(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with mock_aws():
        assert cli.main([command, "R7K3-9QXM-3", "--table", "nowhere"]) == 2
    told = capsys.readouterr().err
    assert told.startswith("redress: AWS refuses, or cannot be reached: ")
    assert told.count("\n") == 1


def test_a_region_file_that_cannot_be_deployed_is_refused_in_one_line(
    table: Table, office: Office, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "broken.toml"
    text = Path(REGION_FILE).read_text(encoding="utf-8").replace("burst", "bursts")
    file.write_text(text, encoding="utf-8")
    number = office.receive()
    assert cli.main(["explain", number, "--table", table.name, "--region-file", str(file)]) == 2
    told = capsys.readouterr().err
    assert "portal.bursts: unknown key; did you mean burst?" in told
    assert told.count("\n") == 1


def test_an_untouched_chain_holds(table: Table, office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["verify", office.receive(), "--table", table.name]) == 0
    assert "the chain holds" in capsys.readouterr().out


def test_another_complaint_in_its_place_is_named(
    table: Table, office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    number, other = office.receive(key="1"), office.receive(key="2")
    for item in table.client.scan(TableName=table.name)["Items"]:
        if item["pk"]["S"] == keys.complaint(other):
            moved = {**item, "pk": {"S": keys.complaint(number)}}
            table.client.put_item(TableName=table.name, Item=moved)
    assert cli.main(["verify", number, "--table", table.name]) == 1
    assert f"BROKEN: in the place of complaint {number} lies {other}" in capsys.readouterr().out


def test_an_event_altered_in_the_table_breaks_the_chain(
    table: Table, office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    number = office.receive()
    key = {"pk": {"S": keys.complaint(number)}, "sk": {"S": keys.event(1)}}
    text = table.client.get_item(TableName=table.name, Key=key)["Item"]["text"]["S"]
    altered = text.replace('"channel":"form"', '"channel":"post"')
    assert altered != text
    table.client.put_item(TableName=table.name, Item={**key, "text": {"S": altered}})
    assert cli.main(["verify", number, "--table", table.name]) == 1
    assert "BROKEN" in capsys.readouterr().out
