"""The events of SES, as EventBridge brings them: each becomes a fact of its letter, or nothing."""

import importlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from redress import region as regions
from redress.adapters import clients, wiring
from redress.domain import commands as c
from redress.domain.correspondence import Delivery, LetterKind
from redress.domain.errors import Conflict
from redress.store.table import Table
from tests.support import tables
from tests.support.complaints import REGION, SYSTEM
from tests.support.desks import Office

ACK = "acknowledgement-1"
ADDRESS, SUBJECT = "player@example.com", "SUBJECT-MARK"
DELIVERY = {"eventType": "Delivery", "delivery": {"recipients": [ADDRESS], "smtpResponse": "250 ok"}}


def bounce(kind: str = "Permanent", subtype: str = "General") -> dict[str, Any]:
    """What SES says of a bounce."""
    recipients = [{"emailAddress": ADDRESS, "diagnosticCode": f"550 no {ADDRESS} here"}]
    said = {"bounceType": kind, "bounceSubType": subtype, "bouncedRecipients": recipients}
    return {"eventType": "Bounce", "bounce": said}


def complaint(subtype: str | None = None) -> dict[str, Any]:
    """What SES says of somebody who marked a letter as spam."""
    said = {"complainedRecipients": [{"emailAddress": ADDRESS}], "complaintSubType": subtype}
    return {"eventType": "Complaint", "complaint": said}


def event(
    number: str, said: Mapping[str, Any], letter: str = ACK, message_id: str = "message-1"
) -> dict[str, Any]:
    """An event of SES about a letter."""
    tags = {"ses:configuration-set": ["letters"], "complaint": [number], "letter": [letter]}
    mail = {
        "messageId": message_id,
        "destination": [ADDRESS],
        "commonHeaders": {"to": [ADDRESS], "subject": SUBJECT},
        "tags": tags,
    }
    return {"source": "aws.ses", "detail-type": "Email", "detail": {**said, "mail": mail}}


def take(function: ModuleType, *events: Mapping[str, Any]) -> list[str]:
    """Give the function messages; the ids of those that are to come again."""
    tried = {"ApproximateReceiveCount": "1"}
    records = [
        {"messageId": str(place), "body": json.dumps(one), "attributes": tried}
        for place, one in enumerate(events)
    ]
    failures = function.handler({"Records": records}, None)["batchItemFailures"]
    return [one["itemIdentifier"] for one in failures]


def counted(capsys: pytest.CaptureFixture[str]) -> dict[str, float]:
    """The metrics that were written since, and who counted."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    found: dict[str, float] = {}
    for line in lines:
        [metrics] = line["_aws"]["CloudWatchMetrics"]
        assert (metrics["Namespace"], line["function"], line["service"]) == ("Redress", "outcomes", "redress")
        for metric in metrics["Metrics"]:
            found[metric["Name"]] = found.get(metric["Name"], 0) + sum(line[metric["Name"]])
    return found


def delivery(office: Office, number: str, letter: str = ACK) -> Delivery | None:
    return office.complaint(number).letters[letter].delivery


def last(office: Office, number: str, name: str) -> Any:
    """The last event of that name on record."""
    records = office.store.load(number).records
    return [one.event for one in records if type(one.event).__name__ == name][-1]


@pytest.fixture
def function(office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ModuleType]:
    """The handler's module, over the table."""
    del office
    region_file = tmp_path / "region.json"
    region_file.write_text(json.dumps(asdict(REGION)), encoding="utf-8")
    monkeypatch.setenv("TABLE_NAME", tables.NAME)
    monkeypatch.setenv("REGION_FILE", str(region_file))
    cached = (wiring.region, wiring.table, wiring.desk, clients.client, regions.load)
    for each in cached:
        each.cache_clear()
    yield importlib.import_module("functions.outcomes.handler")
    for each in cached:
        each.cache_clear()


@pytest.fixture
def number(office: Office) -> str:
    """A complaint whose acknowledgement has left."""
    number = office.receive()
    office.send(number, LetterKind.ACKNOWLEDGEMENT)
    return number


def test_a_letter_that_arrived_is_on_record_as_delivered(
    function: ModuleType, office: Office, number: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert take(function, event(number, DELIVERY)) == []
    assert delivery(office, number) is Delivery.DELIVERED
    assert counted(capsys) == {}


def test_a_letter_that_has_to_wait_is_on_record_with_the_reason(
    function: ModuleType, office: Office, number: str
) -> None:
    waits = {"eventType": "DeliveryDelay", "deliveryDelay": {"delayType": "MailboxFull"}}
    take(function, event(number, waits))
    assert last(office, number, "LetterDelayed").reason == "MailboxFull"


@pytest.mark.parametrize(
    ("said", "reason", "permanent"),
    [
        (bounce("Permanent", "General"), "bounce", True),
        (bounce("Permanent", "NoEmail"), "bounce", True),
        (bounce("Permanent", "Suppressed"), "suppressed", True),
        (bounce("Permanent", "OnAccountSuppressionList"), "suppressed", True),
        (bounce("Transient", "MailboxFull"), "bounce", False),
        (bounce("Undetermined", "Undetermined"), "bounce", False),
        ({"eventType": "Reject", "reject": {"reason": "Bad content"}}, "rejected", False),
        (complaint("OnAccountSuppressionList"), "suppressed", True),
    ],
)
def test_a_letter_that_did_not_arrive_is_on_record_with_why_and_whether_for_good(
    function: ModuleType, office: Office, number: str, said: dict[str, Any], reason: str, *, permanent: bool
) -> None:
    take(function, event(number, said))
    fact = last(office, number, "LetterBounced")
    assert (fact.letter, fact.reason, fact.permanent) == (ACK, reason, permanent)


def test_a_letter_marked_as_spam_is_on_record_and_its_address_is_left_alone(
    function: ModuleType, office: Office, number: str
) -> None:
    take(function, event(number, DELIVERY), event(number, complaint()))
    assert delivery(office, number) is Delivery.SPAM
    assert office.complaint(number).failed_contacts == {0}


def test_what_failed_is_counted_once_however_often_it_is_told(
    function: ModuleType, number: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert take(function, *[event(number, bounce())] * 3) == []
    assert counted(capsys) == {"LettersBounced": 1}


def test_a_notice_to_staff_that_bounced_is_counted_for_itself(
    function: ModuleType, office: Office, number: str, capsys: pytest.CaptureFixture[str]
) -> None:
    office.do(number, c.Escalate(content={"reason": "The player has written to the press."}))
    office.send(number, LetterKind.ESCALATION)
    [letter] = [key for key in office.complaint(number).letters if key.startswith("escalation")]
    take(function, event(number, bounce(), letter))
    assert counted(capsys) == {"StaffLettersBounced": 1}


@pytest.mark.parametrize(("said", "times"), [(bounce(), 1), (complaint(), 1), (DELIVERY, 0)])
def test_a_notice_of_a_rise_that_did_not_arrive_is_counted_as_one_to_staff(
    function: ModuleType, capsys: pytest.CaptureFixture[str], said: dict[str, Any], times: int
) -> None:
    """It is of no complaint, and so on no record of one."""
    assert take(function, event("rise-50ee9a9f2d6a491d", said, "rise")) == []
    assert counted(capsys) == ({"StaffLettersBounced": times} if times else {})


def test_what_is_told_before_our_own_record_puts_the_letter_on_record(
    function: ModuleType, office: Office
) -> None:
    number = office.receive()
    office.do(number, c.ClaimLetter(letter=ACK), SYSTEM)
    assert take(function, event(number, DELIVERY, message_id="message-7")) == []
    assert office.complaint(number).letters[ACK].message_id == "message-7"
    assert office.complaint(number).acknowledged_at is not None


@pytest.mark.parametrize("tags", [{}, {"complaint": ["x"]}, {"letter": [ACK]}, None])
def test_mail_that_is_no_letter_of_ours_is_passed_over(
    function: ModuleType, office: Office, number: str, tags: object
) -> None:
    before = office.complaint(number).version
    strange = event(number, bounce())
    strange["detail"]["mail"]["tags"] = tags
    assert take(function, strange) == []
    assert office.complaint(number).version == before


def test_a_complaint_or_letter_that_nobody_knows_is_logged_and_done(
    function: ModuleType, number: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert take(function, event("0000-0000-0", bounce()), event(number, bounce(), "pause-99")) == []
    assert [vars(one)["came"] for one in caplog.records if one.message == "delivery"] == ["no_letter"] * 2


def test_what_we_do_not_keep_changes_nothing(function: ModuleType, office: Office, number: str) -> None:
    before = office.complaint(number).version
    assert take(function, event(number, {"eventType": "Open", "open": {"ipAddress": "192.0.2.1"}})) == []
    assert office.complaint(number).version == before


def test_an_event_that_nobody_understands_is_an_error_each_time(function: ModuleType, number: str) -> None:
    with pytest.raises(KeyError):
        take(function, event(number, {"eventType": "Bounce"}))


@pytest.mark.parametrize(
    "fault",
    [
        ClientError({"Error": {"Code": "ProvisionedThroughputExceededException"}}, "TransactWriteItems"),
        EndpointConnectionError(endpoint_url="https://dynamodb.eu-west-2.amazonaws.com"),
        Conflict("R7K3-9QXM-2"),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_where_the_table_fails_that_message_alone_comes_again_and_is_then_done(
    function: ModuleType, office: Office, number: str, fault: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = office.receive(key="key-2")
    office.send(other, LetterKind.ACKNOWLEDGEMENT)
    append, failing = Table.append, [fault]

    def fail_once(table: Table, batch: Any) -> None:
        if failing:
            raise failing.pop()
        append(table, batch)

    monkeypatch.setattr(Table, "append", fail_once)
    assert take(function, event(number, DELIVERY), event(other, DELIVERY)) == ["0"]
    assert (delivery(office, number), delivery(office, other)) == (None, Delivery.DELIVERED)
    assert take(function, event(number, DELIVERY)) == []
    assert delivery(office, number) is Delivery.DELIVERED


def test_nothing_of_a_person_or_of_a_mail_is_logged(
    function: ModuleType,
    number: str,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    take(function, event(number, bounce()), event(number, complaint()), event("0000-0000-0", DELIVERY))
    logged = " ".join(str(vars(one)) for one in caplog.records) + capsys.readouterr().out
    assert number in logged
    assert not any(private in logged for private in (ADDRESS, SUBJECT, "message-1", "550"))
