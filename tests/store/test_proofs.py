"""The daily proof on AWS: every day that is over is signed once, whatever fails, and nothing replaces it."""

import base64
import json
from collections.abc import Iterator, Mapping
from copy import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ConnectionClosedError, ConnectTimeoutError, ReadTimeoutError
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from moto.core.botocore_stubber import MockRawResponse

from redress.adapters.signing import ProofShelf
from redress.domain import commands as c
from redress.domain import journal
from redress.domain.correspondence import LetterKind
from redress.proofs import document
from redress.store import keys
from redress.store.table import Table
from tests.support.complaints import PERSONAL, SYSTEM, TRIAGE, submit
from tests.support.desks import Clock, Office
from tests.support.journals import MemoryObjects, chain
from tests.support.proofs import BUCKET, NOON, Fault, Press, press

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KINDS = ("csv", "html", "json", "sig.json")
URL = "https://aws.example.test"


@pytest.fixture
def clock() -> Clock:
    """Noon of Monday 2 March 2026, in London, too."""
    return Clock(NOON)


@pytest.fixture
def world(table: Table, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Press]:
    """The function, over the table."""
    monkeypatch.setattr("tests.support.proofs.BUCKET", BUCKET)
    with press(clock, monkeypatch) as made:
        monkeypatch.setenv("TABLE_NAME", table.name)
        yield made


def british(office: Office, key: str = "key-1") -> str:
    """A British complaint, acknowledged in time."""
    number = office.receive(submit("gb-ukgc"), key=key)
    office.clock.move(60)
    office.send(number, LetterKind.ACKNOWLEDGEMENT)
    office.do(number, TRIAGE, SYSTEM)
    return number


def names(*days: str) -> set[str]:
    return {f"{day}.{kind}" for day in days for kind in KINDS}


class TestADay:
    def test_a_day_that_is_over_has_its_four_documents_an_hour_and_a_quarter_after_midnight(
        self, world: Press
    ) -> None:
        world.run(datetime(2026, 3, 3, 1, 14, 59, tzinfo=UTC))
        assert set(world.proofs()) == names("2026-03-01")
        world.run(datetime(2026, 3, 3, 1, 15, tzinfo=UTC))
        assert set(world.proofs()) == names("2026-03-01", "2026-03-02")

    def test_a_day_on_which_nothing_fell_due_is_proven_too(self, world: Press) -> None:
        world.run(NOON)
        proof = world.proof("2026-03-01")
        assert set(proof["totals"].values()) == {0}
        assert proof["gaps"] == proof["milestones"] == proof["open"] == []

    def test_it_tells_what_fell_due_by_which_event_and_letter_it_was_met(
        self, world: Press, office: Office
    ) -> None:
        number = british(office)
        world.run(NOON + 2 * DAY)
        world.run(NOON + 2 * DAY)
        assert world.proof("2026-03-03")["totals"] == {
            "received": 0,
            "closed": 0,
            "open": 1,
            "statutory_due": 1,
            "statutory_in_time": 1,
            "house_due": 0,
            "house_in_time": 0,
            "milestones_due": 0,
            "milestones_on_record": 0,
            "met_since": 0,
            "gaps": 0,
        }
        [line] = world.proof("2026-03-03")["milestones"]
        assert (line["number"], line["clock"], line["met_type"]) == (number, "ack", "Acknowledged")
        [letter] = line["letters"]
        assert (letter["key"], letter["fate"]) == ("acknowledgement-1", "sent")

    def test_a_complaint_that_another_closed_meanwhile_is_found_by_the_journal(
        self, world: Press, office: Office, table: Table
    ) -> None:
        """Received long before anything could be owed on the day, and neither open nor in those registers."""
        command = replace(submit("gb-ukgc"), received_at="2024-01-01T12:00:00.000Z")
        number = office.receive(command)
        office.send(number, LetterKind.ACKNOWLEDGEMENT)
        office.do(number, TRIAGE, SYSTEM)
        office.do(number, c.Withdraw(), "player")
        case = table.load(number)
        assert table.rest(number, case.complaint.version, case.generation)
        world.write_journal(table, number)
        world.run(NOON + DAY)
        assert [one["number"] for one in world.proof("2026-03-02")["received"]] == [number]

    def test_an_open_complaint_is_told_of_however_old_it_is(self, world: Press, office: Office) -> None:
        number = office.receive(replace(submit("gb-ukgc"), received_at="2024-01-01T12:00:00.000Z"))
        world.run(NOON + 3 * DAY)
        assert world.proof("2026-03-04")["open"] == [number]
        assert {gap["kind"] for gap in world.proof("2026-03-04")["gaps"]} >= {"missed", "unsent"}

    def test_practice_and_other_licences_count_in_none(self, world: Press, office: Office) -> None:
        office.receive(replace(submit("gb-ukgc"), training=True), key="practice")
        other = office.receive(submit("sandbox"), key="other")
        world.run(NOON + DAY)
        assert world.proof("2026-03-02")["open"] == []
        assert world.proof("2026-03-02", "sandbox")["open"] == [other]

    def test_an_event_that_was_changed_in_the_table_is_a_gap(
        self, world: Press, office: Office, table: Table
    ) -> None:
        number = british(office)
        assert len(table.load(number).records) >= 3  # what follows the second shows that it was changed
        key = {"pk": {"S": keys.complaint(number)}, "sk": {"S": keys.event(2)}}
        stored = table.client.get_item(TableName=table.name, Key=key)["Item"]["text"]["S"]
        for text, seq in ((stored.replace('"attempt":1', '"attempt":2'), 3), ("{}", 2)):
            assert text != stored
            item = {**key, "text": {"S": text}}
            table.client.put_item(TableName=table.name, Item=item)
            world.clock.move(86_400)
            world.run()
            last = max(name for name in world.proofs() if name.count(".") == 1 and name.endswith(".json"))
            [gap] = json.loads(world.proofs()[last])["gaps"]
            assert (gap["number"], gap["kind"], gap["seq"]) == (number, "chain", seq)

    def test_a_state_that_lost_its_head_is_a_gap_and_holds_up_no_other(
        self, world: Press, office: Office, table: Table
    ) -> None:
        numbers = [british(office, key) for key in ("1", "2")]
        key = {"pk": {"S": keys.complaint(numbers[0])}, "sk": {"S": keys.STATE}}
        table.client.update_item(
            TableName=table.name,
            Key=key,
            UpdateExpression="REMOVE #head",
            ExpressionAttributeNames={"#head": "head"},
        )
        world.run(NOON + DAY)
        proof = world.proof("2026-03-02")
        assert [(one["number"], one["kind"]) for one in proof["gaps"]] == [(numbers[0], "chain")]
        assert [one["number"] for one in proof["received"]] == [numbers[1]]

    def test_no_person_is_named_anywhere(self, world: Press, office: Office) -> None:
        british(office)
        world.run(NOON + DAY)
        assert all(PERSONAL.encode() not in body for body in world.proofs().values())
        assert PERSONAL not in world.log.getvalue()

    def test_content_is_never_read(self, world: Press, office: Office, table: Table) -> None:
        number = british(office)
        key = {"pk": {"S": keys.complaint(number)}, "sk": {"S": keys.content(1)}}
        table.client.put_item(TableName=table.name, Item={**key, "content": {"S": "no JSON"}})
        world.run(NOON + DAY)
        assert world.proof("2026-03-02")["gaps"] == []


class TestTheSignature:
    def test_it_is_over_the_hashes_of_all_documents_and_can_be_checked_with_the_public_key(
        self, world: Press
    ) -> None:
        world.run(NOON)
        signed = world.signature("2026-03-01")
        manifest = signed["manifest"]
        assert manifest["documents"] == {
            name: journal.sha256(body) for name, body in world.proofs().items() if "sig" not in name
        }
        public = serialization.load_pem_public_key(manifest["public_key"].encode())
        assert isinstance(public, ec.EllipticCurvePublicKey)
        signature = base64.b64decode(signed["signature"])
        public.verify(signature, document.to_bytes(manifest), ec.ECDSA(hashes.SHA256()))
        assert (manifest["algorithm"], manifest["key"]) == ("ECDSA_SHA_256", world.key)
        assert "arn:" not in json.dumps(signed)
        assert "123456789012" not in json.dumps(signed)

    def test_it_binds_the_day_to_the_last_digest_of_the_journal(self, world: Press) -> None:
        world.run(NOON)
        assert world.signature("2026-03-01")["manifest"]["journal"] is None
        objects = MemoryObjects()
        objects.write(chain("R7K3-9QXM-2", NOON))
        objects.digest(NOON + DAY)
        [digest] = objects.written(journal.DIGESTS)
        world.bucket.add(digest.key, objects.read(digest.key))
        world.run(NOON + DAY)
        assert world.signature("2026-03-02")["manifest"]["journal"] == {
            "digest": digest.key,
            "sha256": journal.sha256(objects.read(digest.key)),
        }


class TestCatchingUp:
    def test_days_that_were_missed_are_caught_up_with_and_tell_what_was_known_then(
        self, world: Press, office: Office
    ) -> None:
        british(office)
        world.run(NOON + DAY)
        alone = world.proof("2026-03-02")
        world.run(NOON + 4 * DAY)
        assert set(world.proofs()) == names("2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05")
        assert world.proof("2026-03-02") == alone

    def test_a_day_told_late_is_told_in_the_same_bytes(
        self, world: Press, office: Office, table: Table
    ) -> None:
        number = british(office)
        world.run(NOON + DAY)
        in_time = world.proofs()["2026-03-02.json"]
        world.clock.at = NOON + 9 * DAY
        office.do(number, c.Withdraw(), "player")
        world.write_journal(table, number)
        for name in world.proofs():
            for version in world.bucket.client.list_object_versions(
                Bucket=BUCKET, Prefix=f"proofs/gb-ukgc/{name}"
            )["Versions"]:
                world.bucket.client.delete_object(
                    Bucket=BUCKET, Key=version["Key"], VersionId=version["VersionId"]
                )
        shelf = ProofShelf(world.bucket, date(2026, 3, 11))
        shelf.keep("proofs/gb-ukgc/2026-03-01.sig.json", b"{}", "application/json")
        world.run()
        assert world.proofs()["2026-03-02.json"] == in_time

    def test_a_run_too_many_writes_and_signs_nothing(self, world: Press) -> None:
        world.run(NOON)
        before = world.proofs()
        world.calls.clear()
        world.run(NOON + HOUR)
        assert world.proofs() == before
        assert not {"PutObject", "Sign"} & set(world.calls)

    def test_the_last_proof_is_found_however_long_ago_it_was(self, world: Press) -> None:
        world.run(NOON)
        shelf = ProofShelf(world.bucket, date(2026, 12, 1))
        assert shelf.last("gb-ukgc") == date(2026, 3, 1)
        assert shelf.last("mt") is None


class TestMetrics:
    def test_gaps_and_the_age_of_the_last_proof_are_told(
        self, world: Press, office: Office, capsys: pytest.CaptureFixture[str]
    ) -> None:
        office.receive(submit("gb-ukgc"))
        world.run(NOON + 2 * DAY)
        told = metrics(capsys.readouterr().out)
        assert next(one["GapsFound"] for one in told if "GapsFound" in one) >= [1.0]
        assert [one["ProofAge"] for one in told if "ProofAge" in one] == [[12 * 3600.0]]
        assert {(one["function"], one["service"]) for one in told} == {("reports", "redress")}

    def test_a_day_without_gap_tells_zero(self, world: Press, capsys: pytest.CaptureFixture[str]) -> None:
        world.run(NOON)
        told = metrics(capsys.readouterr().out)
        assert [one["GapsFound"] for one in told if "GapsFound" in one] == [[0.0], [0.0]]

    def test_a_pack_that_fails_is_an_error_in_the_end_and_holds_up_no_other(
        self, world: Press, capsys: pytest.CaptureFixture[str]
    ) -> None:
        world.faults["Sign"] = [failing("KMSInternalException", 500)] * 4
        with pytest.raises(world.function.Unproven, match="gb-ukgc"):
            world.run(NOON)
        assert set(world.proofs("sandbox")) == names("2026-03-01")
        assert not [one for one in metrics(capsys.readouterr().out) if "ProofAge" in one]


def metrics(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines() if line.startswith("{")]


def failing(code: str, status: int) -> Fault:
    """An answer that is an error."""
    parsed = {
        "Error": {"Code": code, "Message": PERSONAL},
        "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": {}},
    }
    answer = AWSResponse(URL, status, HTTPHeaders(), MockRawResponse(b""))
    return lambda _send: ((answer, parsed), None)


def breaking(problem: Exception) -> Fault:
    """A line that breaks before anything is sent."""
    return lambda _send: (None, problem)


def losing(problem: Exception) -> Fault:
    """A line that breaks when all is done."""

    def answer(send: Any) -> Any:
        send()
        return None, problem

    return answer


FAULTS: Mapping[str, Fault] = {
    "throttled": failing("ThrottlingException", 400),
    "failed": failing("InternalError", 500),
    "never reached": breaking(ConnectTimeoutError(endpoint_url=URL)),
    "hung": breaking(ReadTimeoutError(endpoint_url=URL)),
    "reset": breaking(ConnectionClosedError(endpoint_url=URL)),
    "done, and the answer lost": losing(ReadTimeoutError(endpoint_url=URL)),
}
CALLS = ("Query", "ListObjectsV2", "GetObject", "PutObject", "GetPublicKey", "Sign")


class TestFaults:
    def test_these_are_all_the_calls_that_it_makes(self, world: Press, office: Office) -> None:
        british(office)
        world.run(NOON + DAY)
        world.bucket.add("digests/2026-03-01.json", b"{}")
        world.run(NOON + 2 * DAY)
        assert set(world.calls) == set(CALLS)

    @pytest.mark.parametrize("call", CALLS)
    @pytest.mark.parametrize("fault", FAULTS)
    def test_one_fault_of_any_call_costs_nothing(
        self, world: Press, office: Office, call: str, fault: str
    ) -> None:
        british(office)
        world.bucket.add("digests/2026-03-01.json", b"{}")
        world.faults[call] = [FAULTS[fault]]
        world.run(NOON + DAY)
        assert set(world.proofs()) == names("2026-03-02")
        assert world.faults[call] == []
        whole(world)

    @pytest.mark.parametrize("call", CALLS)
    @pytest.mark.parametrize("fault", ["failed", "done, and the answer lost"])
    def test_what_lasts_is_an_error_and_the_next_run_does_what_is_left(
        self, world: Press, office: Office, call: str, fault: str
    ) -> None:
        british(office)
        world.bucket.add("digests/2026-03-01.json", b"{}")
        world.faults[call] = [FAULTS[fault]] * 40
        with pytest.raises(world.function.Unproven, match="gb-ukgc, sandbox"):
            world.run(NOON + DAY)
        left = world.proofs()
        world.faults.clear()
        world.run(NOON + DAY + HOUR)
        assert set(world.proofs()) == names("2026-03-02")
        assert {name: world.proofs()[name] for name in left} == left
        whole(world)

    @pytest.mark.parametrize("written", range(1, 5))
    def test_a_run_that_ends_between_two_documents_is_continued(self, world: Press, written: int) -> None:
        """The worker is killed: of the four objects so many are there."""
        passes: list[Fault] = [lambda send: send()] * written
        world.faults["PutObject"] = [*passes, *[FAULTS["hung"]] * 40]
        with pytest.raises(world.function.Unproven):
            world.run(NOON)
        first = world.proofs()
        assert len(first) == written
        world.faults.clear()
        world.run(NOON)
        assert set(world.proofs()) == names("2026-03-01")
        assert {name: world.proofs()[name] for name in first} == first
        whole(world)

    def test_of_two_runs_at_once_the_first_signature_stands(self, world: Press) -> None:
        """The other run signs while this one does: no two ECDSA signatures are alike."""
        world.faults["Sign"] = [lambda send: _after(world, send)]
        world.run(NOON)
        assert set(world.versions().values()) == {1}
        whole(world)


def _after(world: Press, send: Any) -> Any:
    world.run()
    return send()


def whole(world: Press) -> None:
    """Each object was written once, and the signature is over what stands."""
    assert set(world.versions().values()) == {1}
    [name] = [one for one in world.proofs() if one.endswith(".sig.json")]
    signed = json.loads(world.proofs()[name])
    listed = {one: journal.sha256(body) for one, body in world.proofs().items() if "sig" not in one}
    assert signed["manifest"]["documents"] == listed
    public = serialization.load_pem_public_key(signed["manifest"]["public_key"].encode())
    assert isinstance(public, ec.EllipticCurvePublicKey)
    statement = document.to_bytes(signed["manifest"])
    public.verify(base64.b64decode(signed["signature"]), statement, ec.ECDSA(hashes.SHA256()))
