"""Every dead letter, made for real of a complaint whose texts carry a mark: none of them holds the mark.

Which queues there are, and whose messages do hold personal data, is said in `tests/infra/test_queues.py`.
"""

import importlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from functions.relay import handler as relay
from infra.ops.mail_in import CHECKS, notification
from redress import region as regions
from redress.adapters import clients, evidence_wiring, mail_wiring, stuck, wiring
from redress.adapters.effects import EffectsQueue
from redress.adapters.events import EventBus
from redress.adapters.webhook_queue import DeliveriesQueue
from redress.domain import commands as c
from redress.domain.actors import PLAYER
from redress.domain.correspondence import LetterKind
from redress.published import envelope
from redress.store import keys
from redress.store.table import Table
from redress.usecases.wake import Effect
from redress.usecases.webhook_ports import Delivery
from tests.store.test_relay_publishing import appended, stored
from tests.store.test_workflow_handlers import MACHINE, Phone, call
from tests.support import tables
from tests.support.complaints import HANDLER, PERSONAL, REGION, SYSTEM, TRIAGE, personal
from tests.support.desks import Office

BUS = "complaints"
EVERYTHING = json.dumps({"source": ["redress"]})
ADDRESS, HEADER, NETWORK = "mark@example.com", "HEADER-MARK", "192.0.2.77"
MARKS = (PERSONAL, ADDRESS, HEADER, NETWORK, "smtp-MARK")
FUNCTIONS = ("outcomes", "mailbox", "letters")


@dataclass
class Queue:
    """A queue whose messages become dead letters after one try."""

    url: str
    arn: str
    dead: str

    def dead_letters(self) -> list[str]:
        """What lies there once everything was tried and has failed."""
        sqs = boto3.client("sqs")
        for _ in range(2):
            while sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10, VisibilityTimeout=0).get(
                "Messages"
            ):
                pass
        return bodies(self.dead)


@pytest.fixture
def queue(aws: None) -> Queue:
    """An empty one."""
    del aws
    sqs = boto3.client("sqs")
    dead = sqs.create_queue(QueueName="dead-letters")["QueueUrl"]
    redrive = json.dumps({"deadLetterTargetArn": _arn(dead), "maxReceiveCount": 1})
    url = sqs.create_queue(QueueName="work", Attributes={"RedrivePolicy": redrive})["QueueUrl"]
    return Queue(url=url, arn=_arn(url), dead=dead)


def _arn(url: str) -> str:
    found = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return found["Attributes"]["QueueArn"]


def bodies(url: str) -> list[str]:
    """Everything that lies in a queue, message attributes included."""
    sqs, found = boto3.client("sqs"), []
    while messages := sqs.receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
    ).get("Messages"):
        found += [one["Body"] + json.dumps(one.get("MessageAttributes", {})) for one in messages]
    return found


@pytest.fixture
def number(office: Office) -> str:
    """A complaint in which every text of a person carries the mark."""
    number = office.receive()
    office.do(number, TRIAGE, SYSTEM)
    office.do(number, c.AddNote(visibility="player", content=personal("note")), HANDLER)
    office.do(number, c.Reply(content=personal("reply")), PLAYER)
    office.send(number, LetterKind.ACKNOWLEDGEMENT)
    assert PERSONAL in str(office.store.load(number).contents)
    return number


def unmarked(found: list[str]) -> None:
    """There are dead letters, and no mark in them."""
    assert found
    assert not [one for one in found for mark in MARKS if mark in one]


def test_an_effect_that_is_never_done_tells_number_seq_and_effect(queue: Queue, number: str) -> None:
    effect = Effect(number=number, seq=2, effect="publish")
    EffectsQueue(boto3.client("sqs"), queue.url).put(effect)
    found = queue.dead_letters()
    unmarked(found)
    assert number in found[0]


def test_a_record_that_cannot_be_read_is_told_by_its_place(
    queue: Queue, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "TABLE_NAME": tables.NAME,
        "STATE_MACHINE_ARN": MACHINE,
        "DEAD_LETTERS_URL": queue.dead,
        "EFFECTS_QUEUE_URL": queue.url,
        "EVENT_BUS_NAME": "default",
    }.items():
        monkeypatch.setenv(name, value)
    phone = Phone()
    monkeypatch.setattr(
        relay, "client", lambda name: phone if name == "stepfunctions" else clients.client(name)
    )
    spoilt = {**stored(number)[0], "text": {"S": f"{{{PERSONAL}"}}
    assert call(appended(1, spoilt)) == []
    found = bodies(queue.dead)
    unmarked(found)
    assert keys.complaint(number) in found[0]


def test_an_event_that_the_journal_cannot_write_is_told_by_its_place(
    queue: Queue, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOURNAL_BUCKET", "journal")
    monkeypatch.setenv("DEAD_LETTERS_URL", queue.dead)
    journal = importlib.import_module("functions.journal.handler")
    spoilt = {**stored(number)[0], "text": {"S": f"{{{PERSONAL}"}}
    answer = journal.handler({"Records": [appended(1, spoilt)]}, None)
    assert answer["batchItemFailures"] == []
    unmarked(bodies(queue.dead))


def test_what_came_over_the_bus_holds_facts_alone(queue: Queue, number: str) -> None:
    """As the queues of webhooks, of erasures and of accepted mails get it."""
    bus = boto3.client("events")
    bus.create_event_bus(Name=BUS)
    bus.put_rule(Name="all", EventBusName=BUS, EventPattern=EVERYTHING)
    bus.put_targets(Rule="all", EventBusName=BUS, Targets=[{"Id": "queue", "Arn": queue.arn}])
    told = [envelope(one["text"]["S"], "northlight", "sandbox", training=False) for one in stored(number)]
    published = [one for one in told if one]
    assert EventBus(bus, BUS).publish(published) == {}
    found = queue.dead_letters()
    unmarked(found)
    assert len(found) == len(published) > 3


def test_a_delivery_names_an_endpoint_and_an_event(queue: Queue, number: str, office: Office) -> None:
    delivery = Delivery(endpoint="wh-1", since=office.clock(), number=number, seq=3)
    DeliveriesQueue(boto3.client("sqs"), queue.url).put([delivery])
    unmarked(queue.dead_letters())


# --- Queues whose messages do hold personal data: nothing of it leaves them ------------------------------


def of_ses(number: str) -> Mapping[str, Any]:
    """A bounce, as SES tells of it."""
    mail = {
        "messageId": "message-1",
        "destination": [ADDRESS],
        "commonHeaders": {"to": [ADDRESS], "subject": HEADER},
        "tags": {"complaint": [number], "letter": ["acknowledgement-1"]},
    }
    bounce = {
        "bounceType": "Permanent",
        "bounceSubType": "General",
        "bouncedRecipients": [{"emailAddress": ADDRESS, "diagnosticCode": "550 smtp-MARK"}],
    }
    return {"source": "aws.ses", "detail": {"eventType": "Bounce", "bounce": bounce, "mail": mail}}


def of_s3(number: str) -> Mapping[str, Any]:
    """A file that came, as S3 tells of it through EventBridge."""
    stored_as = {"key": f"incoming/{number}/evidence-1", "size": 1}
    detail = {"bucket": {"name": "evidence"}, "object": stored_as, "source-ip-address": NETWORK}
    return {"source": "aws.s3", "detail": detail}


def of_a_mail(_number: str) -> Mapping[str, Any]:
    """A mail that came, as SES tells of it with its headers."""
    verdicts = dict.fromkeys(CHECKS, "PASS")
    told = notification("mail-1", ADDRESS, ("complaints@mail.example.test",), verdicts, "mails", "topic")
    return {**told, "mail": {**told["mail"], "commonHeaders": {"subject": HEADER}}}  # type: ignore[dict-item]


def of_a_notice(number: str) -> Mapping[str, Any]:
    """A notice to who asked, of a brand that is gone."""
    about = {"kind": "consultation", "brand": "closed", "language": "en", "number": number}
    return {**about, "to": ADDRESS, "key": HEADER, "in_reply_to": f"<{HEADER}@example.com>"}


FAILING: Mapping[str, tuple[str, Callable[[str], Mapping[str, Any]], int]] = {
    "the fate of a letter": ("outcomes", of_ses, stuck.TRIES),
    "a file": ("outcomes", of_s3, stuck.TRIES),
    "a mail": ("mailbox", of_a_mail, stuck.TRIES),
    "a notice": ("letters", of_a_notice, 50),
}


@pytest.fixture
def broken(
    queue: Queue, number: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[dict[str, ModuleType]]:
    """The three functions, when nothing can be written into the table any more, and there is no bucket."""
    del number
    region_file = tmp_path / "region.json"
    region_file.write_text(json.dumps(asdict(REGION)), encoding="utf-8")
    for name, value in {
        "TABLE_NAME": tables.NAME,
        "REGION_FILE": str(region_file),
        "EVIDENCE_BUCKET": "none",
        "EVIDENCE_MALWARE_SCAN": "no",
        "MAIL_BUCKET": "none",
        "NOTICES_URL": queue.url,
        "PORTAL_URL": "https://portal.example.test",
    }.items():
        monkeypatch.setenv(name, value)

    def refuse(*_: object) -> None:
        raise ClientError({"Error": {"Code": "InternalServerError", "Message": ADDRESS}}, "Transact")

    monkeypatch.setattr(Table, "append", refuse)
    forget()
    yield {name: importlib.import_module(f"functions.{name}.handler") for name in FUNCTIONS}
    forget()


def forget() -> None:
    """Every process is a new one."""
    for module in (wiring, regions, mail_wiring, evidence_wiring):
        for part in vars(module).values():
            if hasattr(part, "cache_clear") and part is not clients.client:
                part.cache_clear()


def fail(function: ModuleType, told: Mapping[str, Any], tried: int) -> list[str]:
    """Hand over a message for the n-th time; the ids of those that are to come again."""
    attributes = {"ApproximateReceiveCount": str(tried), "SentTimestamp": "1777903500000"}
    record = {"messageId": "message-1", "body": json.dumps(told), "attributes": attributes}
    answer = function.handler({"Records": [record]}, None)
    return [one["itemIdentifier"] for one in answer["batchItemFailures"]]


def counted(written: str) -> list[tuple[str, str]]:
    """The metrics of what was written: name and function."""
    lines = [json.loads(line) for line in written.splitlines() if "_aws" in line]
    return [
        (metric["Name"], line["function"])
        for line in lines
        for metrics in line["_aws"]["CloudWatchMetrics"]
        for metric in metrics["Metrics"]
    ]


@pytest.mark.parametrize("what", FAILING)
def test_what_fails_stays_where_it_is_however_often_and_is_counted_in_the_end(
    broken: dict[str, ModuleType], number: str, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    name, told, tries = FAILING[what]
    message = told(number)
    for tried in (1, tries - 1):
        assert fail(broken[name], message, tried) == ["message-1"]
    assert counted(capsys.readouterr().out) == []
    for tried in (tries, 1000):
        assert fail(broken[name], message, tried) == ["message-1"]
        assert counted(capsys.readouterr().out) == [(stuck.METRIC, name)]


@pytest.mark.parametrize("what", FAILING)
def test_what_fails_puts_nothing_of_a_person_into_a_queue_a_log_or_a_metric(
    broken: dict[str, ModuleType],
    number: str,
    queue: Queue,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
    what: str,
) -> None:
    name, told, tries = FAILING[what]
    message = told(number)
    assert any(mark in json.dumps(message) for mark in MARKS)
    fail(broken[name], message, tries)
    written = capsys.readouterr().out + str([vars(one) for one in caplog.records if one.name == "redress"])
    assert "failed here" in written
    assert not [mark for mark in MARKS if mark in written]
    assert bodies(queue.url) + bodies(queue.dead) == []
