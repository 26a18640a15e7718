"""The bus of published events: kept for replay, open to nobody, written to by the relay alone."""

import json

import pytest

from infra.constructs.relay import NEW_EVENTS, STATE_CHANGES
from infra.settings import REGIONS, SettingsError, load
from redress.store import keys
from tests.infra.template import Template

PRODUCTION = (REGIONS / "eu-west-2.toml").read_text()


def bus(template: Template) -> str:
    """The logical id of the one bus."""
    [name] = template.of_type("Events::EventBus")
    return name


def test_the_archive_keeps_everything_on_the_bus_for_the_days_of_the_region_file(
    production: Template, local: Template
) -> None:
    for template, days in ((production, 90), (local, 1)):
        archive = template.only("Events::Archive")
        assert archive["SourceArn"] == {"Fn::GetAtt": [bus(template), "Arn"]}
        assert archive["RetentionDays"] == days
        assert "EventPattern" not in archive


@pytest.mark.parametrize("days", ["0", "-1", '"90"'])
def test_an_archive_that_would_keep_nothing_is_refused(
    days: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = tmp_path_factory.mktemp("regions") / "wrong.toml"
    file.write_text(PRODUCTION.replace("archive_days = 90", f"archive_days = {days}"))
    with pytest.raises(SettingsError, match=r"events\.archive_days"):
        load(file)


def test_nobody_may_put_events_on_the_bus_but_the_relay(production: Template) -> None:
    assert not production.of_type("Events::EventBusPolicy")
    writers = {
        production.label(owner["Ref"])
        for policy in production.of_type("IAM::Policy").values()
        if "events:PutEvents" in json.dumps(policy["Properties"]["PolicyDocument"])
        for owner in policy["Properties"]["Roles"]
    }
    assert writers == {"Relay"}


def test_the_relay_is_told_the_name_of_the_bus(production: Template) -> None:
    variables = production.functions()["relay"]["Environment"]["Variables"]
    assert variables["EVENT_BUS_NAME"] == {"Ref": bus(production)}


def test_who_reads_or_replays_events_finds_bus_and_archive_among_the_outputs(production: Template) -> None:
    outputs = production.document["Outputs"]
    [archive] = production.of_type("Events::Archive")
    assert outputs["EventBusName"]["Value"] == {"Ref": bus(production)}
    assert outputs["EventArchiveArn"]["Value"] == {"Fn::GetAtt": [archive, "Arn"]}


def test_the_stream_lets_through_the_keys_that_the_store_writes() -> None:
    [prefix] = [one["prefix"] for one in NEW_EVENTS["dynamodb"]["Keys"]["sk"]["S"]]
    assert prefix == keys.EVENT_PREFIX
    assert STATE_CHANGES["dynamodb"]["Keys"]["sk"]["S"] == [keys.STATE]
