"""The function that sends: wired from its environment, over the real table and SES in memory."""

import email
import email.policy
import importlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

from redress import region as regions
from redress.adapters import wiring
from redress.adapters.clients import client
from redress.domain import private_link
from redress.store.table import Table
from tests.support import tables
from tests.support.complaints import REGION
from tests.support.letters import WRITTEN, Story

LINK_SECRET = "the-link-secret"
CACHES = (wiring.region, wiring.table, wiring.desk, wiring.live_versions, regions.load)


@pytest.fixture
def story(table: Table) -> Story:
    """A complaint in the table."""
    return Story("sandbox", store=table)


@pytest.fixture
def handler(aws: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ModuleType]:  # noqa: ARG001
    """The handler's module, as Lambda would load it."""
    region_file = tmp_path / "region.json"
    region_file.write_text(json.dumps(asdict(REGION)), encoding="utf-8")
    secret = client("secretsmanager").create_secret(Name="link", SecretString=LINK_SECRET)["ARN"]
    client("sesv2", attempts=1).create_email_identity(EmailIdentity="mail.example.test")
    environment = {
        "TABLE_NAME": tables.NAME,
        "REGION_FILE": str(region_file),
        "LINK_SECRET_ARN": secret,
        "PORTAL_URL": "https://complaints.example.test",
        "CONFIGURATION_SET": "letters",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    for cached in CACHES:
        cached.cache_clear()
    yield importlib.reload(importlib.import_module("functions.letters.handler"))
    for cached in CACHES:
        cached.cache_clear()


def send(handler: ModuleType, story: Story, letter: str = "acknowledgement-1") -> object:
    return handler.handler({"number": story.number, "letter": letter}, None)


def test_the_letter_leaves_with_a_link_that_opens_the_complaint(handler: ModuleType, story: Story) -> None:
    assert send(handler, story) == {"outcome": "sent"}
    [sent] = ses_backends[DEFAULT_ACCOUNT_ID]["eu-west-2"].sent_messages
    text = email.message_from_string(sent.raw_data, policy=email.policy.default).get_body(("plain",))
    assert text is not None
    [line] = [line for line in text.get_content().splitlines() if "/complaints/" in line]
    prefix, _, key = line.rpartition("/")
    assert prefix == f"https://complaints.example.test/complaints/{story.number}"
    assert private_link.opens([LINK_SECRET.encode()], key, story.number, 1, datetime.now(UTC))


def test_the_outcome_is_in_the_answer_and_on_record(handler: ModuleType, story: Story) -> None:
    assert [send(handler, story), send(handler, story)] == [{"outcome": "sent"}, {"outcome": "not_owed"}]
    assert story.case.complaint.stage == "acknowledged"


def test_the_log_names_complaint_letter_and_outcome_and_nobody(
    handler: ModuleType, story: Story, caplog: pytest.LogCaptureFixture
) -> None:
    send(handler, story)
    [record] = [record for record in caplog.records if record.name == "redress"]
    logged = vars(record)
    assert (logged["number"], logged["letter"], logged["outcome"]) == (
        story.number,
        "acknowledgement-1",
        "sent",
    )
    told = str(logged)
    assert not any(private in told for private in (WRITTEN["name"], WRITTEN["email"], LINK_SECRET))
