"""The functions of the workflow, called as AWS calls them: plan, relay and sweep."""

import io
import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from boto3.dynamodb.types import TypeSerializer
from botocore.exceptions import ClientError

from functions.plan import handler as plan
from functions.relay import handler as relay
from functions.sweep import handler as sweep
from redress import region as regions
from redress.adapters import clients, wiring
from redress.domain import commands as c
from redress.domain import instants
from redress.store import keys
from redress.store.table import Table
from redress.usecases import consultations
from redress.usecases.wake import Effect
from tests.support import tables
from tests.support.complaints import PLAYER, REGION
from tests.support.desks import Clock, Office
from tests.support.races import calls_of

MACHINE = "arn:aws:states:eu-west-2:123456789012:stateMachine:complaint"
CACHES = (wiring.region, wiring.table, wiring.desk, regions.load)

STATE = {"pk": {"S": "COMPLAINT#A"}, "sk": {"S": "STATE"}}

type Effects = list[dict[str, Any]]


class Phone:
    """A Step Functions client that writes down its calls, and fails where it is told to."""

    def __init__(self) -> None:
        real = boto3.client("stepfunctions")
        self.exceptions, self.meta = real.exceptions, real.meta
        self.calls: list[tuple[str, str]] = []
        self.broken: set[str] = set()
        self.dead_tokens: set[str] = set()

    def start_execution(self, **sent: str) -> None:
        """Start, or fail."""
        assert sent["stateMachineArn"] == MACHINE
        self._call("start", sent["name"])

    def send_task_success(self, **sent: str) -> None:
        """Wake, or fail."""
        if sent["taskToken"] in self.dead_tokens:
            raise self.exceptions.TaskTimedOut({"Error": {"Code": "TaskTimedOut"}}, "SendTaskSuccess")
        self._call("wake", sent["taskToken"])

    def _call(self, what: str, about: str) -> None:
        if about in self.broken:
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, what)
        self.calls.append((what, about))


@pytest.fixture
def queue(aws: None) -> str:  # noqa: ARG001 - the order of fixtures
    return boto3.client("sqs").create_queue(QueueName="effects")["QueueUrl"]


@pytest.fixture
def phone(monkeypatch: pytest.MonkeyPatch, queue: str, tmp_path: Path) -> Iterator[Phone]:
    """The environment of the functions; everything is moto's, but the calls to Step Functions are kept."""
    region = tmp_path / "region.json"
    region.write_text(json.dumps(asdict(REGION)), encoding="utf-8")
    for name, value in {
        "TABLE_NAME": tables.NAME,
        "REGION_FILE": str(region),
        "STATE_MACHINE_ARN": MACHINE,
        "EFFECTS_QUEUE_URL": queue,
        "DEFINITION_DIGEST": "digest",
    }.items():
        monkeypatch.setenv(name, value)
    phone = Phone()
    for handler in (relay, sweep):
        monkeypatch.setattr(
            handler,
            "client",
            lambda service: phone if service == "stepfunctions" else clients.client(service),
        )
    for cached in CACHES:
        cached.cache_clear()
    yield phone
    for cached in CACHES:
        cached.cache_clear()


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What the functions write to their logs."""
    written = io.StringIO()
    for handler in (plan, relay, sweep):
        monkeypatch.setattr(handler.logger.registered_handler, "stream", written)
    return written


def image(number: str, version: int = 1, generation: int = 1, token: str | None = None) -> dict[str, Any]:
    plain = {"number": number, "version": version, "generation": generation}
    values = plain | ({"token": token} if token else {})
    return {name: TypeSerializer().serialize(value) for name, value in values.items()}


def written(place: int, old: dict[str, Any] | None, new: dict[str, Any]) -> dict[str, Any]:
    """The stream's record of a write of STATE."""
    change: dict[str, Any] = {"SequenceNumber": str(place), "Keys": STATE, "NewImage": new}
    if old:
        change["OldImage"] = old
    return {"eventSource": "aws:dynamodb", "eventName": "MODIFY" if old else "INSERT", "dynamodb": change}


def queued(effect: Effect, message: str = "m-1") -> dict[str, Any]:
    """A message of the effects queue."""
    return {"eventSource": "aws:sqs", "messageId": message, "body": json.dumps(vars(effect))}


def call(*records: dict[str, Any]) -> list[str]:
    """The places that the relay reports as failed."""
    failures = relay.handler({"Records": list(records)}, None)["batchItemFailures"]
    return [one["itemIdentifier"] for one in failures]


def left_to_do(queue: str) -> Effects:
    found = boto3.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
    return [json.loads(one["Body"]) for one in found]


@pytest.mark.usefixtures("phone", "table")
class TestRelayOfTheStream:
    def test_a_new_complaint_is_started(self, phone: Phone) -> None:
        assert call(written(1, None, image("A"))) == []
        assert phone.calls == [("start", "A_1")]

    def test_a_raised_generation_is_started(self, phone: Phone) -> None:
        call(written(1, image("A", 3, 1, "t"), image("A", 3, 2)))
        assert phone.calls == [("start", "A_2")]

    def test_a_change_wakes_the_wait_in_its_new_image_reading_nothing(self, phone: Phone) -> None:
        with calls_of(wiring.table().client) as sent:
            call(written(1, image("A", 3, 1, "old"), image("A", 4, 1, "new")))
        assert phone.calls == [("wake", "new")]
        assert sent == []

    def test_parking_and_resting_do_nothing(self, phone: Phone) -> None:
        call(written(1, image("A"), image("A", 1, 1, "t")), written(2, image("A", 1, 1, "t"), image("A")))
        assert phone.calls == []

    def test_a_used_token_is_no_failure(self, phone: Phone, queue: str) -> None:
        phone.dead_tokens.add("t")
        assert call(written(1, image("A", 3, 1, "t"), image("A", 4, 1, "t"))) == []
        assert left_to_do(queue) == []

    def test_records_are_taken_in_their_order(self, phone: Phone) -> None:
        call(written(1, None, image("A")), written(2, image("A", 1, 1, "t"), image("A", 2, 1, "t")))
        assert phone.calls == [("start", "A_1"), ("wake", "t")]

    def test_an_effect_that_fails_waits_in_the_queue_and_holds_up_nobody(
        self, phone: Phone, queue: str
    ) -> None:
        phone.broken.add("A_1")
        assert call(written(1, None, image("A")), written(2, None, image("B"))) == []
        assert phone.calls == [("start", "B_1")]
        assert left_to_do(queue) == [{"number": "A", "seq": 1, "effect": "start"}]

    def test_an_effect_that_cannot_even_be_queued_is_reported_alone(
        self, phone: Phone, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("EFFECTS_QUEUE_URL", "https://sqs.eu-west-2.amazonaws.com/123456789012/none")
        phone.broken.add("B_1")
        records = [written(place, None, image(name)) for place, name in enumerate("ABC", start=1)]
        assert call(*records) == ["2"]
        assert phone.calls == [("start", "A_1"), ("start", "C_1")]

    def test_a_record_it_cannot_read_fails_the_batch_to_be_bisected(self) -> None:
        poison = written(2, None, {"number": {"S": "B"}})
        with pytest.raises(KeyError):
            call(written(1, None, image("A")), poison)

    def test_a_state_that_was_removed_starts_nothing(self, phone: Phone) -> None:
        removed = {"eventSource": "aws:dynamodb", "eventName": "REMOVE"}
        change = {"SequenceNumber": "1", "Keys": STATE, "OldImage": image("A")}
        assert call({**removed, "dynamodb": change}) == []
        assert phone.calls == []

    def test_what_is_logged_names_the_complaint_and_no_token(self, phone: Phone, log: io.StringIO) -> None:
        phone.broken.add("secret-token")
        call(written(1, image("A", 1, 1, "secret-token"), image("A", 2, 1, "secret-token")))
        logged = log.getvalue()
        assert '"number":"A"' in logged
        assert "secret-token" not in logged


@pytest.mark.usefixtures("phone", "table")
class TestRelayOfTheQueue:
    def test_an_effect_left_to_do_is_done_on_what_the_table_says_now(
        self, phone: Phone, office: Office, table: Table, clock: Clock
    ) -> None:
        number = office.receive()
        table.raise_generation(number, 1, clock())
        assert call(queued(Effect(number=number, seq=1, effect="start"))) == []
        assert phone.calls == [("start", f"{number}_2")]

    def test_a_wake_left_to_do_takes_the_token_of_now_or_has_become_needless(
        self, phone: Phone, office: Office, table: Table
    ) -> None:
        number = office.receive()
        wake = Effect(number=number, seq=1, effect="wake")
        call(queued(wake))
        set_token(table, number, "now")
        call(queued(wake))
        assert phone.calls == [("wake", "now")]

    def test_an_effect_of_a_complaint_that_is_gone_is_done(self, phone: Phone) -> None:
        assert call(queued(Effect(number="A", seq=1, effect="start"))) == []
        assert phone.calls == []

    def test_an_effect_that_fails_again_stays_in_the_queue(self, phone: Phone, office: Office) -> None:
        first, second = office.receive(key="a"), office.receive(key="b")
        phone.broken.add(f"{first}_1")
        failed = call(
            queued(Effect(number=first, seq=1, effect="start"), "m-1"),
            queued(Effect(number=second, seq=1, effect="start"), "m-2"),
        )
        assert failed == ["m-1"]
        assert phone.calls == [("start", f"{second}_1")]

    def test_a_message_it_cannot_read_fails(self) -> None:
        assert call({"eventSource": "aws:sqs", "messageId": "m-1", "body": "[]"}) == ["m-1"]


@pytest.mark.usefixtures("phone", "table")
class TestSweep:
    def lag(self, capsys: pytest.CaptureFixture[str], name: str = "SweepLag") -> float:
        """The metric as CloudWatch reads it from the log."""
        written = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
        [metric] = [one for one in written if name in one]
        [directive] = metric["_aws"]["CloudWatchMetrics"]
        assert directive["Namespace"] == "Redress"
        assert directive["Metrics"] == [{"Name": name, "Unit": "Seconds"}]
        assert metric["function"] == "sweep"
        return float(metric[name][0])

    def test_it_publishes_the_lag_even_when_nothing_was_overlooked(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        sweep.handler({}, None)
        assert self.lag(capsys) == 0

    def test_it_publishes_the_lag_of_what_was_overlooked_and_raises_its_generation(
        self,
        office: Office,
        table: Table,
        clock: Clock,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        clock.move(-300)
        number = office.receive()
        sweep.handler({}, None)
        assert 180 <= self.lag(capsys) < 240
        state = table.state(number)
        assert state
        assert state.generation == 2

    def test_it_publishes_by_how_much_the_answer_to_a_consultation_is_late(
        self, office: Office, clock: Clock, capsys: pytest.CaptureFixture[str]
    ) -> None:
        sweep.handler({}, None)
        assert self.lag(capsys, "ConsultationLag") == 0
        clock.move(-10 * 86_400)
        question = consultations.Question(brand="northlight", language="en", text="Why?")
        consultations.ask(office.intake, b"secret", question, "player", office.request())
        sweep.handler({}, None)
        late = timedelta(seconds=self.lag(capsys, "ConsultationLag"))
        assert timedelta(days=6) <= late <= timedelta(days=7)

    def test_it_wakes_a_wait_that_still_answers(
        self, phone: Phone, office: Office, table: Table, clock: Clock
    ) -> None:
        clock.move(-300)
        number = office.receive()
        set_token(table, number, "live")
        sweep.handler({}, None)
        assert phone.calls == [("wake", "live")]

    def test_one_that_cannot_be_woken_keeps_no_other_waiting_and_the_lag_is_told(
        self,
        phone: Phone,
        office: Office,
        table: Table,
        clock: Clock,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        clock.move(-300)
        for count in range(6):
            set_token(table, office.receive(key=f"key-{count}"), f"token-{count}")
        phone.broken |= {"token-0", "token-3"}
        sweep.handler({}, None)
        assert {about for _, about in phone.calls} == {"token-1", "token-2", "token-4", "token-5"}
        assert 180 <= self.lag(capsys) < 240

    def test_a_failing_table_fails_the_sweep_so_that_the_missing_lag_is_an_alarm(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("TABLE_NAME", "none")
        with pytest.raises(ClientError):
            sweep.handler({}, None)
        assert "SweepLag" not in capsys.readouterr().out


@pytest.mark.usefixtures("phone", "table")
class TestPlan:
    def ask(self, number: str, **more: object) -> dict[str, Any]:
        """A question as the state machine sends it."""
        return plan.handler(
            {
                "number": number,
                "generation": 1,
                "turns": 0,
                "started_at": instants.to_text(wiring.now()),
                "definition": "digest",
                **more,
            },
            None,
        )

    def test_the_plan_holds_what_the_machine_reads_and_nothing_empty(self, office: Office) -> None:
        assert self.ask(office.receive()) == {"next": "Acknowledge", "letter": "acknowledgement-1"}

    def test_a_wait_holds_what_parking_takes(self, office: Office) -> None:
        number = office.receive()
        office.do(number, c.ClaimLetter(letter="acknowledgement-1"), "system")
        answer = self.ask(number, perform="Triage")
        assert answer["next"] == "Investigate"
        assert set(answer) == {"next", "seconds", "version", "attention_at"}
        assert answer["version"] == 3
        assert 1 <= answer["seconds"] <= 12
        json.dumps(answer)

    def test_a_closed_complaint_is_done(self, office: Office) -> None:
        number = office.receive()
        office.do(number, c.Withdraw(), PLAYER)
        assert self.ask(number) == {"next": "Done"}

    def test_what_is_logged_names_the_complaint_and_nothing_personal(
        self, office: Office, log: io.StringIO
    ) -> None:
        number = office.receive()
        self.ask(number)
        logged = json.loads(log.getvalue())
        assert (logged["number"], logged["next"]) == (number, "Acknowledge")


def set_token(table: Table, number: str, token: str) -> None:
    table.client.update_item(
        TableName=table.name,
        Key={"pk": {"S": keys.complaint(number)}, "sk": {"S": keys.STATE}},
        UpdateExpression="SET #token = :token",
        ExpressionAttributeNames={"#token": "token"},
        ExpressionAttributeValues={":token": {"S": token}},
    )
