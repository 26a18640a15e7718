"""Evidence on S3: what the bucket holds a sender to, and what the function does with what comes in."""

import base64
import hashlib
import hmac
import importlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from botocore.exceptions import ClientError

from redress import region as regions
from redress.adapters import clients, evidence_wiring, s3, wiring
from redress.domain import commands as c
from redress.domain.evidence import LARGEST_BYTES
from redress.usecases.evidence_ports import Sent
from tests.support import tables
from tests.support.complaints import PLAYER, REGION, T0
from tests.support.desks import Office
from tests.support.evidence import BUCKET_URL, CREDENTIALS, DOOR, PDF, PROGRAM

BUCKET = "evidence"
NUMBER = "R7K3-9QXM-2"
_SESSION = boto3.Session()  # kept, because reading the description of S3 takes most of a test


@pytest.fixture
def bucket(aws: None) -> s3.Bucket:
    """An empty bucket."""
    del aws
    client = _SESSION.client("s3")
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
    return s3.Bucket(client, BUCKET)


def keys(bucket: s3.Bucket) -> list[str]:
    """What lies in the bucket."""
    return [one["Key"] for one in bucket.client.list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def arrive(bucket: s3.Bucket, number: str, evidence: str, content: bytes, by: str = PLAYER) -> None:
    """A file comes in, as a signed form brings it."""
    key = s3.key(s3.INCOMING, number, evidence)
    bucket.client.put_object(Bucket=BUCKET, Key=key, Body=content, Metadata={"by": by})


# --- The bucket --------------------------------------------------------------------------------------


def test_a_file_is_read_with_its_sender(bucket: s3.Bucket) -> None:
    arrive(bucket, NUMBER, "e1", PDF, "app:back-office/agent-1")
    assert bucket.sent(NUMBER, "e1") == Sent(by="app:back-office/agent-1", content=PDF)


def test_a_file_that_is_too_large_is_not_held_in_memory(bucket: s3.Bucket) -> None:
    arrive(bucket, NUMBER, "e1", bytes(LARGEST_BYTES + 1))
    assert bucket.sent(NUMBER, "e1") == Sent(by=PLAYER, content=None)


def test_a_file_that_is_gone_is_none(bucket: s3.Bucket) -> None:
    assert bucket.sent(NUMBER, "e1") is None


def test_what_is_kept_is_saved_by_browsers_and_never_shown(bucket: s3.Bucket) -> None:
    bucket.keep(NUMBER, "e1", PDF, "application/pdf")
    kept = bucket.client.get_object(Bucket=BUCKET, Key=f"kept/{NUMBER}/e1")
    assert kept["Body"].read() == PDF
    assert (kept["ContentType"], kept["ContentDisposition"]) == ("application/pdf", "attachment")
    assert kept["Metadata"] == {}


def test_what_goes_is_gone_and_may_go_twice(bucket: s3.Bucket) -> None:
    arrive(bucket, NUMBER, "e1", PDF)
    bucket.keep(NUMBER, "e1", PDF, "application/pdf")
    for _ in range(2):
        bucket.clear(NUMBER, "e1")
        bucket.remove(NUMBER, "e1")
    assert keys(bucket) == []


@pytest.mark.parametrize(
    "text", ["incoming/x", "incoming//x", "elsewhere/a/b", "malware-protection-resource-validation-object"]
)
def test_a_key_of_another_form_is_no_file_of_ours(text: str) -> None:
    assert s3.parse_key(text) is None


# --- The door ----------------------------------------------------------------------------------------


def test_a_form_is_signed_as_s3_checks_it() -> None:
    """The steps are those of "Calculating a signature" (AWS Signature Version 4), done again here."""
    fields = DOOR.upload(NUMBER, "e1", PLAYER, T0).fields
    day, region, service, ends = fields["x-amz-credential"].split("/")[1:]
    key = f"AWS4{CREDENTIALS.secret_key}".encode()
    for part in (day, region, service, ends):
        key = hmac.digest(key, part.encode(), "sha256")
    assert fields["x-amz-signature"] == hmac.digest(key, fields["policy"].encode(), "sha256").hex()
    assert (region, service) == ("eu-west-2", "s3")


def test_a_policy_names_bucket_key_size_sender_and_nothing_that_is_free() -> None:
    made = DOOR.upload(NUMBER, "e1", "app:back-office/agent-1", T0)
    policy = json.loads(base64.b64decode(made.fields["policy"]))
    assert policy["expiration"] == "2026-03-02T13:00:00.000Z"
    ranges = [one for one in policy["conditions"] if isinstance(one, list)]
    assert ranges == [["content-length-range", 1, LARGEST_BYTES]]
    exact = {
        name: value for one in policy["conditions"] if isinstance(one, dict) for name, value in one.items()
    }
    assert exact["bucket"] == BUCKET
    assert exact["key"] == f"incoming/{NUMBER}/e1"
    assert exact["x-amz-meta-by"] == "app:back-office/agent-1"
    assert exact["x-amz-security-token"] == CREDENTIALS.token
    assert "success_action_redirect" not in exact
    assert (
        exact.items()
        >= {n: v for n, v in made.fields.items() if n not in {"policy", "x-amz-signature"}}.items()
    )


def test_an_address_hands_out_one_kept_file_for_five_minutes_as_a_download() -> None:
    made = DOOR.download(NUMBER, "e1", "image/png", f"{NUMBER}-1.png", T0)
    parts = urlsplit(made.url)
    asked = {name: value for name, [value] in parse_qs(parts.query).items()}
    assert f"{parts.scheme}://{parts.netloc}" == BUCKET_URL == DOOR.origin
    assert parts.path == f"/kept/{NUMBER}/e1"
    assert asked["X-Amz-Expires"] == "300"
    assert asked["response-content-disposition"] == f'attachment; filename="{NUMBER}-1.png"'
    assert asked["response-content-type"] == "image/png"
    assert made.expires_at == T0 + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("variables", "url"),
    [
        ({}, "https://evidence.s3.eu-west-2.amazonaws.com"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:4650/"}, "http://127.0.0.1:4650/evidence"),
    ],
)
def test_the_bucket_is_where_the_sdk_would_find_it(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], url: str
) -> None:
    own = {"EVIDENCE_BUCKET": BUCKET, "EVIDENCE_DOMAIN": "evidence.s3.eu-west-2.amazonaws.com"}
    for name, value in {**own, **variables}.items():
        monkeypatch.setenv(name, value)
    evidence_wiring.door.cache_clear()
    assert evidence_wiring.door().url == url
    evidence_wiring.door.cache_clear()


# --- The function ------------------------------------------------------------------------------------


@pytest.fixture
def function(
    office: Office, bucket: s3.Bucket, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Iterator[ModuleType]:
    """The handler's module, over the table and the bucket; files are scanned."""
    del office, bucket
    region_file = tmp_path / "region.json"
    region_file.write_text(json.dumps(asdict(REGION)), encoding="utf-8")
    for name, value in {
        "TABLE_NAME": tables.NAME,
        "REGION_FILE": str(region_file),
        "EVIDENCE_BUCKET": BUCKET,
        "EVIDENCE_MALWARE_SCAN": "yes",
    }.items():
        monkeypatch.setenv(name, value)
    cached = (
        wiring.region,
        wiring.table,
        wiring.desk,
        clients.client,
        regions.load,
        evidence_wiring.collector,
    )
    for each in cached:
        each.cache_clear()
    yield importlib.import_module("functions.outcomes.handler")
    for each in cached:
        each.cache_clear()


def came(number: str, evidence: str, *, part: str = "incoming") -> dict[str, Any]:
    """The event of an object that was created, as EventBridge tells it."""
    detail = {"bucket": {"name": BUCKET}, "object": {"key": f"{part}/{number}/{evidence}", "size": 1}}
    return {"source": "aws.s3", "detail-type": "Object Created", "detail": detail}


def scanned(number: str, evidence: str, status: str | None) -> dict[str, Any]:
    """The event of a scan, as the user guide of GuardDuty shows it."""
    result = {"scanResultStatus": status} if status else None
    detail = {
        "schemaVersion": "1.0",
        "scanStatus": "COMPLETED" if status else "SKIPPED",
        "resourceType": "S3_OBJECT",
        "s3ObjectDetails": {"bucketName": BUCKET, "objectKey": f"kept/{number}/{evidence}"},
        "scanResultDetails": result,
    }
    return {
        "source": "aws.guardduty",
        "detail-type": "GuardDuty Malware Protection Object Scan Result",
        "detail": detail,
    }


def take(function: ModuleType, *events: dict[str, Any]) -> list[str]:
    """Hand events to the function; the messages that are to come again."""
    tried = {"ApproximateReceiveCount": "1"}
    records = [
        {"messageId": str(place), "body": json.dumps(one), "attributes": tried}
        for place, one in enumerate(events)
    ]
    answer = function.handler({"Records": records}, None)
    return [one["itemIdentifier"] for one in answer["batchItemFailures"]]


def states(office: Office, number: str) -> dict[str, str | None]:
    """The verdict or the reason of each file."""
    known = office.store.load(number).complaint.evidence
    return {name: one.refused or one.verdict for name, one in known.items()}


def test_a_file_goes_from_the_door_to_the_record_and_its_verdict_follows(
    function: ModuleType, office: Office, bucket: s3.Bucket
) -> None:
    number = office.receive()
    arrive(bucket, number, "e1", PDF)
    assert take(function, came(number, "e1")) == []
    assert keys(bucket) == [f"kept/{number}/e1"]
    assert states(office, number) == {"e1": None}
    case = office.store.load(number)
    assert case.contents[case.complaint.version] == {"sha256": hashlib.sha256(PDF).hexdigest()}
    assert take(function, scanned(number, "e1", "NO_THREATS_FOUND")) == []
    assert states(office, number) == {"e1": "clean"}


@pytest.mark.parametrize("status", ["UNSUPPORTED", "ACCESS_DENIED", "FAILED", "SOMETHING_NEW", None])
def test_whatever_is_not_clearly_clean_stays_closed(
    function: ModuleType, office: Office, bucket: s3.Bucket, status: str | None
) -> None:
    number = office.receive()
    arrive(bucket, number, "e1", PDF)
    take(function, came(number, "e1"), scanned(number, "e1", status))
    assert states(office, number) == {"e1": "unscannable"}
    assert keys(bucket) == [f"kept/{number}/e1"]


def test_an_infected_file_leaves_the_bucket(function: ModuleType, office: Office, bucket: s3.Bucket) -> None:
    number = office.receive()
    arrive(bucket, number, "e1", PDF)
    take(function, came(number, "e1"), scanned(number, "e1", "THREATS_FOUND"))
    assert states(office, number) == {"e1": "infected"}
    assert keys(bucket) == []


def test_a_program_leaves_the_bucket_at_once(function: ModuleType, office: Office, bucket: s3.Bucket) -> None:
    number = office.receive()
    arrive(bucket, number, "e1", PROGRAM)
    assert take(function, came(number, "e1")) == []
    assert states(office, number) == {"e1": "kind_not_taken"}
    assert keys(bucket) == []


def test_messages_that_come_twice_change_nothing(
    function: ModuleType, office: Office, bucket: s3.Bucket
) -> None:
    number = office.receive()
    arrive(bucket, number, "e1", PDF)
    both = (came(number, "e1"), scanned(number, "e1", "NO_THREATS_FOUND"))
    take(function, *both)
    version = office.store.load(number).complaint.version
    assert take(function, *both) == []
    assert office.store.load(number).complaint.version == version


def test_a_verdict_before_its_file_comes_again_and_the_others_do_not(
    function: ModuleType, office: Office, bucket: s3.Bucket
) -> None:
    number = office.receive()
    arrive(bucket, number, "e2", PDF)
    assert take(function, scanned(number, "e1", "NO_THREATS_FOUND"), came(number, "e2")) == ["0"]


def test_what_is_no_file_of_ours_is_left_alone(function: ModuleType, bucket: s3.Bucket) -> None:
    other = {"bucket": {"name": BUCKET}, "object": {"key": "malware-protection-resource-validation-object"}}
    kept = came(NUMBER, "e1", part="kept")
    assert take(function, {"source": "aws.s3", "detail": other}, kept) == []
    assert keys(bucket) == []


def test_a_bucket_that_does_not_answer_has_the_message_come_again(
    function: ModuleType, office: Office, bucket: s3.Bucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = office.receive()
    arrive(bucket, number, "e1", PDF)

    def refuse(*_: object, **__: object) -> None:
        raise ClientError({"Error": {"Code": "SlowDown"}}, "PutObject")

    with monkeypatch.context() as patch:
        patch.setattr(s3.Bucket, "keep", refuse)
        assert take(function, came(number, "e1")) == ["0"]
    assert states(office, number) == {}
    assert take(function, came(number, "e1")) == []
    assert keys(bucket) == [f"kept/{number}/e1"]


def test_nothing_of_a_file_or_of_a_person_is_logged(
    function: ModuleType, office: Office, bucket: s3.Bucket, caplog: pytest.LogCaptureFixture
) -> None:
    number = office.receive()
    arrive(bucket, number, "e1", PDF, "app:back-office/PERSON-MARK")
    take(function, came(number, "e1"))
    written = str([vars(record) for record in caplog.records if record.name == "redress"])
    assert number in written
    assert "PERSON-MARK" not in written


def test_a_closed_complaint_keeps_no_file(function: ModuleType, office: Office, bucket: s3.Bucket) -> None:
    number = office.receive()
    office.do(number, c.Withdraw(), PLAYER)
    arrive(bucket, number, "e1", PDF)
    take(function, came(number, "e1"))
    assert states(office, number) == {"e1": "complaint_closed"}
    assert keys(bucket) == []
