"""The function of the mailbox, wired from its environment over a table, buckets and queues in memory."""

import importlib
import json
from collections.abc import Iterator
from copy import replace
from dataclasses import asdict
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.ops.mail_in import CHECKS, notification
from redress import region as regions
from redress.adapters import clients, mail_queue, mail_wiring, wiring
from redress.adapters.mail_store import EvidenceQuarantine, MailBucket
from redress.domain import commands as c
from redress.domain import reply_address
from redress.usecases.mail_ports import Arrived, Notice
from tests.support import tables
from tests.support.complaints import submit
from tests.support.desks import Office
from tests.support.evidence import PDF
from tests.support.mail import COMPLAINTS, DOMAIN, MAILED_REGION, QUESTIONS

BUCKET, EVIDENCE = "mails", "evidence"
LINK_SECRET = "the-link-secret"
CACHES = (
    *(wiring.region, wiring.table, wiring.desk, wiring.live_versions, regions.load),
    *(clients.client, mail_wiring.mailroom),
)
MAIL = (
    b"From: Player Example <player@example.com>\r\nTo: complaints@mail.example.test\r\n"
    b"Subject: PERSONAL-MARK money\r\nMessage-ID: <PERSONAL-MARK@example.com>\r\n"
    b"Date: Mon, 2 Mar 2026 12:00:00 +0000\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n\r\nPERSONAL-MARK Where is my money?\r\n"
)
PASS = dict.fromkeys(CHECKS, "PASS")
_SESSION = boto3.Session()  # kept, because reading the description of a service takes most of a test


@pytest.fixture
def queue(aws: None) -> str:
    """The address of the queue of notices."""
    del aws
    return str(_SESSION.client("sqs").create_queue(QueueName="notices")["QueueUrl"])


@pytest.fixture
def function(
    office: Office, queue: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[ModuleType]:
    """The handler's module, as Lambda would load it."""
    del office
    region_file = tmp_path / "region.json"
    region_file.write_text(json.dumps(asdict(MAILED_REGION)), encoding="utf-8")
    storage, secrets = _SESSION.client("s3"), _SESSION.client("secretsmanager")
    for name in (BUCKET, EVIDENCE):
        storage.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
    for name, value in {
        "TABLE_NAME": tables.NAME,
        "REGION_FILE": str(region_file),
        "MAIL_BUCKET": BUCKET,
        "EVIDENCE_BUCKET": EVIDENCE,
        "NOTICES_URL": queue,
        "LINK_SECRET_ARN": secrets.create_secret(Name="link", SecretString=LINK_SECRET)["ARN"],
        "PLAYER_INDEX_SECRET_ARN": secrets.create_secret(Name="player", SecretString="player")["ARN"],
    }.items():
        monkeypatch.setenv(name, value)
    for each in CACHES:
        each.cache_clear()
    yield importlib.import_module("functions.mailbox.handler")
    for each in CACHES:
        each.cache_clear()


def put(mail: str, raw: bytes = MAIL) -> None:
    """SES puts a mail into the bucket."""
    _SESSION.client("s3").put_object(Bucket=BUCKET, Key=f"received/{mail}", Body=raw)


def told(mail: str, *to: str, **verdicts: str) -> dict[str, Any]:
    """What SES says of it."""
    return notification(mail, "player@example.com", to or (COMPLAINTS,), PASS | verdicts, BUCKET, "topic")


def take(function: ModuleType, *messages: dict[str, Any]) -> list[str]:
    """Hand messages to the function; those that are to come again."""
    tried = {"ApproximateReceiveCount": "1"}
    records = [
        {"messageId": str(place), "body": json.dumps(one), "attributes": tried}
        for place, one in enumerate(messages)
    ]
    answer = function.handler({"Records": records}, None)
    return [one["itemIdentifier"] for one in answer["batchItemFailures"]]


def signed(number: str) -> str:
    """The address that is about a complaint."""
    return f"{reply_address.make(LINK_SECRET.encode(), number)}@{DOMAIN}"


def complaint_of(office: Office, caplog: pytest.LogCaptureFixture) -> str:
    """The number of the complaint that the log names last."""
    number = str(vars([one for one in caplog.records if one.getMessage() == "mail"][-1])["number"])
    office.store.load(number)
    return number


def test_a_mail_becomes_a_complaint_and_an_answer_to_it_a_reply(
    function: ModuleType, office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    put("one")
    assert take(function, told("one")) == []
    number = complaint_of(office, caplog)
    first = office.store.load(number)
    assert vars(first.records[0].event)["channel"] == "email"
    assert first.contents[1]["email"] == "player@example.com"
    put("two")
    assert take(function, told("two", signed(number))) == []
    assert [type(one.event).__name__ for one in office.store.load(number).records[-2:]] == [
        "MailReceived",
        "PlayerReplied",
    ]


def test_messages_that_come_twice_change_nothing(
    function: ModuleType, office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    put("one")
    take(function, told("one"), told("one"))
    number = complaint_of(office, caplog)
    put("two")
    take(function, told("two", signed(number)))
    version = office.store.load(number).complaint.version
    assert take(function, told("one"), told("two", signed(number))) == []
    assert office.store.load(number).complaint.version == version


def test_the_same_words_by_another_mail_make_no_second_complaint(
    function: ModuleType, office: Office, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    put("one")
    put("two")
    take(function, told("one"))
    complaint_of(office, caplog)
    assert "MailSetAside" not in capsys.readouterr().out
    assert take(function, told("two")) == []
    last = vars([one for one in caplog.records if one.getMessage() == "mail"][-1])
    assert (last["taken_as"], last["number"]) == ("sent_before", None)
    assert "MailSetAside" in capsys.readouterr().out


def test_a_mail_that_is_one_too_many_for_its_complaint_is_counted_as_set_aside(
    function: ModuleType, office: Office, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("redress.domain.mail_decisions.MOST_HELD", 1)
    number = office.receive()
    put("one")
    put("two")
    assert take(function, told("one", signed(number), dmarc="FAIL")) == []
    assert "MailSetAside" not in capsys.readouterr().out
    assert take(function, told("two", signed(number), dmarc="FAIL")) == []
    assert "MailSetAside" in capsys.readouterr().out
    assert [one.mail for one in office.complaint(number).held_mails] == ["one"]


def test_files_of_a_held_mail_come_when_the_bus_says_that_it_was_accepted(
    function: ModuleType, office: Office
) -> None:
    number = office.receive()
    boundary = (
        b'Content-Type: multipart/mixed; boundary="x"\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nHere.\r\n'
    )
    file = (
        b"--x\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment\r\n\r\n"
        + PDF
        + b"\r\n--x--\r\n"
    )
    put("one", MAIL.partition(b"Content-Type")[0] + boundary + file)
    assert take(function, told("one", signed(number), dmarc="FAIL")) == []
    assert evidence() == []
    [held] = office.complaint(number).held_mails
    office.do(number, c.AcceptMail(received=held.seq, content={"text": "Here."}))
    accepted = {
        "source": "redress",
        "detail-type": "MailAccepted",
        "detail": {"number": number, "data": {"received": held.seq, "mail": "one"}},
    }
    assert take(function, accepted, accepted) == []
    [key] = evidence()
    assert key.startswith(f"incoming/{number}/")
    stored = _SESSION.client("s3").get_object(Bucket=EVIDENCE, Key=key)
    assert stored["Metadata"] == {"by": "player"}
    assert b"%PDF" in stored["Body"].read()


def test_what_the_bus_says_of_a_mail_that_its_complaint_does_not_know_is_logged_and_done(
    function: ModuleType, office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    for number in (office.receive(submit()), "R7K3-9QXM-3", ""):
        said = {"detail-type": "MailAccepted", "detail": {"number": number, "data": {"mail": "one"}}}
        assert take(function, said) == []  # there is no such mail in the bucket: it was not looked for
        assert vars(caplog.records[-1])["taken_as"] == "not_accepted"
    assert evidence() == []


def held(*numbers: str, kind: str = "LegalHoldPlaced") -> list[dict[str, Any]]:
    """What the bus says of complaints under a hold, or no longer."""
    return [{"source": "redress", "detail-type": kind, "detail": {"number": one}} for one in numbers]


def test_mails_as_they_came_are_kept_under_a_legal_hold_and_go_with_it(
    function: ModuleType, office: Office
) -> None:
    number, other, storage = office.receive(), office.receive(submit(), key="other"), _SESSION.client("s3")
    put("one")
    put("two")
    put("three")
    take(function, told("one", signed(number)), told("two", signed(number)), told("three", signed(other)))
    storage.delete_object(Bucket=BUCKET, Key="received/two")
    for one in (number, other):
        office.do(one, c.PlaceLegalHold(content={"reason": "why"}))
    assert take(function, *held(number, other)) == []
    copies = [f"held/{number}/one", f"held/{other}/three"]
    assert mails() == sorted([*copies, "received/one", "received/three"])
    storage.delete_object(Bucket=BUCKET, Key="received/one")  # its time is over
    assert storage.get_object(Bucket=BUCKET, Key=copies[0])["Body"].read() == MAIL
    office.do(number, c.LiftLegalHold(content={"reason": "why"}))
    assert take(function, *held(number, number, kind="LegalHoldLifted")) == []
    assert mails() == sorted([copies[1], "received/three"])


def test_a_mail_that_comes_under_a_hold_is_kept(function: ModuleType, office: Office) -> None:
    number = office.receive()
    office.do(number, c.PlaceLegalHold(content={"reason": "why"}))
    put("one")
    assert take(function, told("one", signed(number)), told("one", signed(number))) == []
    assert mails() == [f"held/{number}/one", "received/one"]


def test_a_copy_that_cannot_be_made_or_removed_is_tried_again(
    function: ModuleType, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = office.receive()
    put("one")
    take(function, told("one", signed(number)))

    def refuse(*_: object, **__: object) -> None:
        raise ClientError({"Error": {"Code": "SlowDown"}}, "CopyObject")

    for turn, call, left in (
        (c.PlaceLegalHold, "keep", [f"held/{number}/one", "received/one"]),
        (c.LiftLegalHold, "release", ["received/one"]),
    ):
        office.do(number, turn(content={"reason": "why"}))
        with monkeypatch.context() as patch:
            patch.setattr(MailBucket, call, refuse)
            assert take(function, *held(number)) == ["0"]
        assert take(function, *held(number)) == []
        assert mails() == left


def test_a_hold_on_a_complaint_that_is_not_there_yet_is_looked_at_again(function: ModuleType) -> None:
    """A table that was restored has it once it is rebuilt."""
    assert take(function, *held("R7K3-9QXM-3")) == ["0"]


def evidence() -> list[str]:
    """What lies in the bucket of evidence."""
    listed = _SESSION.client("s3").list_objects_v2(Bucket=EVIDENCE).get("Contents", [])
    return [one["Key"] for one in listed]


def test_a_question_has_its_number_and_key_queued_for_the_letters(function: ModuleType, queue: str) -> None:
    put("one")
    assert take(function, told("one", QUESTIONS)) == []
    [message] = _SESSION.client("sqs").receive_message(QueueUrl=queue)["Messages"]
    notice = json.loads(message["Body"])
    assert set(notice) == {"kind", "brand", "language", "to", "number", "key", "in_reply_to"}
    assert (notice["kind"], notice["brand"], notice["to"]) == (
        "consultation",
        "northlight",
        "player@example.com",
    )
    assert notice["in_reply_to"] == "<PERSONAL-MARK@example.com>"
    assert Notice(**notice).number.startswith("Q-")


def test_a_question_by_mail_leaves_no_mail_behind(function: ModuleType, queue: str) -> None:
    """Nor does a mail that is told again bring it back, or ask for another key."""
    put("one")
    put("two")
    assert take(function, told("one", QUESTIONS)) == []
    assert mails() == ["received/two"]
    assert take(function, told("one", QUESTIONS)) == []
    told_of = _SESSION.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    assert len(told_of) == 1


def test_a_question_that_nobody_is_told_the_key_of_keeps_its_mail(function: ModuleType, queue: str) -> None:
    put("one")
    assert take(function, told("one", QUESTIONS, dmarc="FAIL")) == []
    assert mails() == ["received/one"]
    assert "Messages" not in _SESSION.client("sqs").receive_message(QueueUrl=queue)


def mails() -> list[str]:
    """What lies in the bucket of mails."""
    return [one["Key"] for one in _SESSION.client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def test_a_forger_whose_own_server_passes_spf_is_not_the_player(function: ModuleType, office: Office) -> None:
    """SPF and DKIM vouch for the server that sent it; without DMARC nobody compared that with the From."""
    number = office.receive(submit(content={"email": "player@example.com", "description": "My bonus."}))
    put("one")
    put("two")
    said = PASS | {"dmarc": "GRAY", "dkim": "GRAY"}
    forged, genuine = (
        notification(mail, source, (signed(number),), said, BUCKET, "topic")
        for mail, source in (("one", "forger@attacker.example.test"), ("two", "bounces@example.com"))
    )
    assert take(function, forged, genuine) == []
    assert [one.taken_as for one in office.complaint(number).mails.values()] == ["held", "reply"]


def test_a_mail_that_is_not_there_comes_again_and_holds_up_no_other(
    function: ModuleType, office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    put("two")
    assert take(function, told("one"), told("two")) == ["0"]
    complaint_of(office, caplog)


@pytest.mark.parametrize("part", ["quarantine", "notices", "store"])
def test_a_part_that_does_not_answer_has_the_message_come_again_and_nothing_is_doubled(
    function: ModuleType,
    office: Office,
    queue: str,
    monkeypatch: pytest.MonkeyPatch,
    part: str,
) -> None:
    number = office.receive()
    place = {
        "quarantine": (EvidenceQuarantine, "put", signed(number)),
        "notices": (mail_queue.NoticesQueue, "put", QUESTIONS),
        "store": (type(office.store), "append", signed(number)),
    }
    owner, name, to = place[part]
    attached = (
        MAIL.replace(b"text/plain; charset=utf-8", b"application/pdf") if part == "quarantine" else MAIL
    )
    put("one", attached)

    def refuse(*_: object, **__: object) -> None:
        raise ClientError({"Error": {"Code": "SlowDown"}}, "Put")

    with monkeypatch.context() as patch:
        patch.setattr(owner, name, refuse)
        assert take(function, told("one", to)) == ["0"]
    assert take(function, told("one", to)) == []
    assert take(function, told("one", to)) == []
    if part == "notices":
        messages = _SESSION.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
        assert len({json.loads(one["Body"])["number"] for one in messages}) == 1
    else:
        replies = [
            one for one in office.store.load(number).records if type(one.event).__name__ == "PlayerReplied"
        ]
        assert len(replies) == 1


def test_what_is_no_notification_of_a_mail_is_left_alone(function: ModuleType) -> None:
    subscribed = {"notificationType": "AmazonSnsSubscriptionSucceeded", "message": "You have subscribed."}
    assert take(function, subscribed) == []


@pytest.mark.parametrize("body", ["{}", '{"notificationType": "Received"}', "no JSON"])
def test_a_message_that_ses_does_not_write_is_nothing_or_an_error_each_time(
    function: ModuleType, body: str
) -> None:
    event = {"Records": [{"messageId": "0", "body": body}]}
    if body == "{}":
        assert function.handler(event, None) == {"batchItemFailures": []}
    else:
        with pytest.raises((KeyError, ValueError)):
            function.handler(event, None)


def test_verdicts_that_ses_leaves_out_count_as_not_looked_for() -> None:
    document = told("one")
    del document["receipt"]["dmarcVerdict"]
    arrived = mail_queue.read(json.dumps(document))
    assert isinstance(arrived, Arrived)
    assert (arrived.verdicts.dmarc, arrived.verdicts.spf) == ("disabled", "pass")


@pytest.mark.parametrize(
    ("source", "read"),
    [("player@example.com", "player@example.com"), ("", ""), ("<>", ""), (None, "")],
)
def test_the_sender_of_the_envelope_is_that_of_the_mail_service(source: str | None, read: str) -> None:
    document = told("one")
    document["mail"]["source"] = source
    arrived = mail_queue.read(json.dumps(document))
    assert isinstance(arrived, Arrived)
    assert arrived.source == read


def test_what_the_mail_says_of_itself_is_not_believed() -> None:
    document = told("one", signed("R7K3-9QXM-3"))
    document["mail"]["headers"] = [{"name": "X-SES-Spam-Verdict", "value": "PASS"}]
    document["mail"]["destination"] = ["somebody@else.example.test"]
    arrived = mail_queue.read(json.dumps(document))
    assert isinstance(arrived, Arrived)
    assert arrived == replace(arrived, recipients=(signed("R7K3-9QXM-3"),))


def test_nothing_of_a_mail_or_of_a_person_is_logged(
    function: ModuleType, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    put("one")
    put("two", MAIL.replace(b"MIME-Version", b"Auto-Submitted: auto-replied\r\nMIME-Version"))
    take(function, told("one"), told("two"), told("gone"))
    written = str([vars(one) for one in caplog.records if one.name == "redress"]) + capsys.readouterr().out
    assert "'taken_as': 'complaint'" in written
    assert "MailSetAside" in written
    assert "PERSONAL-MARK" not in written
    assert "player@example.com" not in written
