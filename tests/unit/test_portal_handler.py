"""The function itself: wired from its environment, over the real table (moto)."""

import importlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from urllib.parse import urlencode

import boto3
import pytest
from moto import mock_aws

from redress.adapters import clients, wiring
from redress.region import load
from tests.support import tables
from tests.support.complaints import REGION
from tests.support.consultations import QUESTION
from tests.support.portal import COMPLAINT, FORM_ADDRESS, Answer, answer, event


@dataclass
class Context:
    """What Lambda tells a function of its invocation."""

    function_name: str = "portal"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-west-2:111122223333:function:portal"
    aws_request_id: str = "request-1"


@pytest.fixture
def handler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ModuleType]:
    """The handler's module with table, secrets and region file."""
    region_file = tmp_path / "region.json"
    region_file.write_text(json.dumps(asdict(REGION)), encoding="utf-8")
    caches = (clients.client, wiring.region, wiring.table, wiring.desk, wiring.live_versions, load)
    with mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            monkeypatch.setenv(name, "test")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
        tables.make(boto3.client("dynamodb"))
        manager = boto3.client("secretsmanager")
        for name in ("LINK_SECRET_ARN", "PLAYER_INDEX_SECRET_ARN", "PREFILL_SECRET_ARN"):
            monkeypatch.setenv(name, manager.create_secret(Name=name, SecretString=name)["ARN"])
        monkeypatch.setenv("TABLE_NAME", tables.NAME)
        monkeypatch.setenv("REGION_FILE", str(region_file))
        monkeypatch.setenv("INBOUND_MAIL", "yes")
        monkeypatch.setenv("PORTAL_URL", "https://complaints.example.test")
        for cached in caches:
            cached.cache_clear()
        yield importlib.reload(importlib.import_module("functions.portal.handler"))
    for cached in caches:
        cached.cache_clear()


def ask(handler: ModuleType, method: str, path: str, body: str | None = None) -> Answer:
    """One request through the function."""
    return answer(path, handler.handler(event(method, path, body), Context()))


def test_a_complaint_goes_from_the_form_to_its_tracking_page(handler: ModuleType) -> None:
    fields = urlencode({**COMPLAINT, "nonce": ask(handler, "GET", FORM_ADDRESS).nonce()})
    first, second = (ask(handler, "POST", "/complaints", fields) for _ in range(2))
    assert first.status == 303
    assert first.location == second.location
    assert "We have your complaint" in ask(handler, "GET", first.location).text
    path = first.location.removesuffix("/received")
    nonce = ask(handler, "GET", path).nonce("reply")
    sent = ask(handler, "POST", f"{path}/reply", urlencode({"nonce": nonce, "text": "One more thing."}))
    assert "One more thing." in ask(handler, "GET", sent.location.partition("?")[0]).text


def test_another_complaint_under_a_used_nonce_is_refused_by_the_table(handler: ModuleType) -> None:
    nonce = ask(handler, "GET", FORM_ADDRESS).nonce()
    ask(handler, "POST", "/complaints", urlencode({**COMPLAINT, "nonce": nonce}))
    other = {**COMPLAINT, "nonce": nonce, "description": "Another matter."}
    assert ask(handler, "POST", "/complaints", urlencode(other)).status == 409


def test_no_key_of_a_player_and_no_secret_of_the_stack_is_in_the_table(handler: ModuleType) -> None:
    form = ask(handler, "GET", FORM_ADDRESS)
    sent = {**COMPLAINT, "nonce": form.nonce(), "form_token": form.value("form_token")}
    path = ask(handler, "POST", "/complaints", urlencode(sent)).location.removesuffix("/received")
    reply = ask(handler, "GET", path).nonce("reply")
    ask(handler, "POST", f"{path}/reply", urlencode({"nonce": reply, "text": "One more thing."}))
    question = ask(handler, "GET", "/consultations").nonce("consultations")
    asked = ask(handler, "POST", "/consultations", urlencode({**QUESTION, "nonce": question}))
    key_of_question = asked.location.split("/")[3]
    keys = [path.split("/")[3], key_of_question, key_of_question.replace("-", "")]
    keys += [sent["nonce"], sent["form_token"], reply, question]
    keys += ["LINK_SECRET_ARN", "PLAYER_INDEX_SECRET_ARN", "PREFILL_SECRET_ARN"]  # their values, too
    stored = str(boto3.client("dynamodb").scan(TableName=tables.NAME)["Items"])
    assert "One more thing." in stored
    assert [key for key in keys if key in stored] == []
