"""`redress mail-in`: what SES does with a mail, done on the local stack."""

import io
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest

from infra.local import describe
from infra.local.describe import LocalStack
from infra.ops import cli, mail_in
from redress.adapters import mail_queue
from redress.usecases.mail_ports import Arrived
from tests.support.mail import PASSED
from tests.support.redress_command import Answer, refused

BUCKET = "mails"
MAIL = (
    b"From: Player Example <player@example.com>\r\n"
    b"To: Complaints <complaints@mail.example.test>, somebody@example.com\r\n"
    b"Subject: My money\r\n\r\nWhere is it?\r\n"
)
_SESSION = boto3.Session()

type Play = Callable[..., Answer]


@pytest.fixture
def stack(aws: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalStack:
    """A stack in memory, described where the command looks."""
    del aws
    storage, queues = _SESSION.client("s3"), _SESSION.client("sqs")
    topics: Any = _SESSION.client("sns")  # its types are not installed
    storage.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
    topic = topics.create_topic(Name="mail")["TopicArn"]
    queue = queues.create_queue(QueueName="mail")["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topics.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    monkeypatch.setattr(describe, "client_of", lambda _endpoint, _region, name: _SESSION.client(name))
    made = LocalStack(
        **dict.fromkeys(("portal_url", "api_url", "token_url", "client_id", "client_secret"), ""),
        **dict.fromkeys(("mail_url", "endpoint_url", "region", "table_name", "state_machine_arn"), ""),
        mail_bucket=BUCKET,
        mail_topic_arn=topic,
    )
    made.save(tmp_path / "local.json")
    monkeypatch.setattr(mail_in, "FILE", tmp_path / "local.json")
    return made


@pytest.fixture
def play(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Play:
    """The command, on a mail in a file."""

    def run(*options: str, raw: bytes = MAIL) -> Answer:
        file = tmp_path / "mail.eml"
        file.write_bytes(raw)
        status = cli.main(["mail-in", str(file), *options])
        told = capsys.readouterr()
        return Answer(status, told.out, told.err)

    return run


def arrived() -> Arrived:
    """What the function would be told."""
    queues = _SESSION.client("sqs")
    url = queues.get_queue_url(QueueName="mail")["QueueUrl"]
    [message] = queues.receive_message(QueueUrl=url)["Messages"]
    told = mail_queue.read(message["Body"])
    assert isinstance(told, Arrived)
    return told


def stored(mail: str) -> bytes:
    """The mail in the bucket."""
    body: bytes = _SESSION.client("s3").get_object(Bucket=BUCKET, Key=f"received/{mail}")["Body"].read()
    return body


@pytest.mark.usefixtures("stack")
def test_a_mail_is_put_where_ses_puts_it_and_told_as_ses_tells(play: Play) -> None:
    answer = play()
    told = arrived()
    assert (answer.status, answer.err) == (0, "")
    assert answer.out == f"{told.mail} came for complaints@mail.example.test\n"
    assert told.recipients == ("complaints@mail.example.test",)
    assert told.source == "player@example.com"
    assert told.verdicts == PASSED
    assert stored(told.mail) == b"Return-Path: <player@example.com>\r\n" + MAIL


@pytest.mark.usefixtures("stack")
def test_a_mail_that_was_saved_with_other_line_ends_comes_as_smtp_brings_it(play: Play) -> None:
    assert play(raw=MAIL.replace(b"\r\n", b"\n")).status == 0
    assert stored(arrived().mail) == b"Return-Path: <player@example.com>\r\n" + MAIL


@pytest.mark.usefixtures("stack")
def test_recipients_sender_and_verdicts_are_those_that_are_asked_for(play: Play) -> None:
    to = "c+0123456789.abc@mail.example.test"
    answer = play("--to", to, "--from", "", "--dmarc", "fail", "--virus", "PROCESSING_FAILED")
    assert answer.status == 0
    told = arrived()
    assert (told.recipients, told.source) == ((to,), "")
    assert (told.verdicts.dmarc, told.verdicts.virus) == ("fail", "processing_failed")
    assert stored(told.mail).startswith(b"Return-Path: <>\r\n")


@pytest.mark.usefixtures("stack")
def test_a_mail_can_come_from_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(MAIL)))
    assert cli.main(["mail-in", "-"]) == 0
    assert stored(arrived().mail).endswith(b"Where is it?\r\n")


@pytest.mark.usefixtures("stack")
def test_each_time_it_is_another_mail(play: Play) -> None:
    assert play().out != play().out


REFUSED = {
    "nobody at our domain": ([], MAIL.replace(b"mail.example.test", b"example.org"), "--to ADDRESS"),
    "no recipient at all": ([], b"From: a@example.com\r\n\r\nHello\r\n", "the mail has no To"),
    "an address of another domain": (["--to", "a@example.org"], MAIL, "mail.example.test alone"),
    "two addresses in one": (["--to", "a@b@mail.example.test"], MAIL, "mail.example.test alone"),
    "a sender that is none": (["--from", "Player <player@example.com>"], MAIL, "bare address"),
    "a sender with a header in it": (["--from", "a@example.com\r\nX: y"], MAIL, "bare address"),
    "a verdict that is none": (["--spf", "MAYBE"], MAIL, "PROCESSING_FAILED"),
    "an empty file": ([], b" \r\n", "holds no mail"),
    "more than SES takes": ([], MAIL + bytes(mail_in.LARGEST), "SES takes in"),
}


@pytest.mark.usefixtures("stack")
@pytest.mark.parametrize("fault", REFUSED)
def test_what_ses_would_not_take_is_refused_with_a_remedy(play: Play, fault: str) -> None:
    options, raw, said = REFUSED[fault]
    refused(play(*options, raw=raw), said)


@pytest.mark.usefixtures("stack")
def test_a_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["mail-in", "/nowhere/mail.eml"]) == 2
    assert "/nowhere/mail.eml: cannot be read" in capsys.readouterr().err


def test_without_a_stack_the_command_says_how_to_start_one(
    play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_in, "FILE", tmp_path / "nothing.json")
    refused(play(), "make up")


def test_a_stack_that_reads_no_mail_says_so(play: Play, stack: LocalStack, tmp_path: Path) -> None:
    replace(stack, mail_bucket="", mail_topic_arn="").save(tmp_path / "local.json")
    refused(play(), "mail.inbound")


def test_a_description_of_another_version_is_not_guessed_at(
    play: Play, stack: LocalStack, tmp_path: Path
) -> None:
    del stack
    (tmp_path / "local.json").write_text(json.dumps({"portal": "x"}), encoding="utf-8")
    refused(play(), "make down")


def test_a_stack_that_does_not_take_it_says_so(play: Play, stack: LocalStack, tmp_path: Path) -> None:
    replace(stack, mail_bucket="no-such-bucket").save(tmp_path / "local.json")
    refused(play(), "make up")
