"""`redress explain` and `redress verify`: what they say of a stored complaint."""

import pytest

from infra.ops import cli
from redress.store import keys
from redress.store.table import Table
from tests.support.desks import Office


def test_the_dates_of_a_stored_complaint_are_explained(
    table: Table, office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    number = office.receive()
    assert cli.main(["explain", number.lower(), "--table", table.name]) == 0
    told = capsys.readouterr().out
    assert f"Complaint {number}, received" in told
    assert "final (duty): before" in told


@pytest.mark.parametrize("command", ["explain", "verify"])
def test_an_unknown_number_is_said_to_be_unknown(
    command: str, table: Table, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in ("R7K3-9QXM-3", "nonsense"):
        assert cli.main([command, number, "--table", table.name]) == 2
        assert f"no complaint {number}" in capsys.readouterr().err


def test_an_untouched_chain_holds(table: Table, office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["verify", office.receive(), "--table", table.name]) == 0
    assert "the chain holds" in capsys.readouterr().out


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
