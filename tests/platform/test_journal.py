"""The journal of the deployed stack: every event of a life is in it, and a copy of it proves itself.

The platform has no Object Lock, and no day ends while tests run, so the one digest here is that of yesterday,
which is empty. What digests hold is shown by the tiers `store` and `property`, the lock by `infra`.
"""

import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from infra.local import demo
from infra.local.describe import LocalStack, outputs_of
from infra.ops import cli
from redress.adapters.journal import JournalBucket
from redress.domain import journal
from redress.store import keys
from redress.store.table import Table
from tests.platform.faults import Faults

SECONDS = 60.0
NAMES = {"JOURNAL_BUCKET", "DEAD_LETTERS_URL"}
"""What the journal's function alone is told."""


@pytest.fixture(scope="module")
def bucket(local: LocalStack) -> JournalBucket:
    """The bucket of the journal."""
    name = outputs_of(local.endpoint_url, local.region)["JournalBucket"]
    return JournalBucket(local.client("s3"), name)


def until[Seen](look: Callable[[], Seen], wanted: Callable[[Seen], bool]) -> Seen:
    """What is seen as soon as it is as wanted, or in the end."""
    deadline = time.monotonic() + SECONDS
    while not wanted(seen := look()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return seen


def complain(local: LocalStack) -> str:
    """A player sends the form; the number of the complaint."""
    with httpx.Client(timeout=30) as browser:
        return demo.number_of(demo.submit(browser, local.portal_url))


def texts(local: LocalStack, number: str) -> dict[str, str]:
    """The events of a complaint in the table: text by the place that each has in the journal."""
    records = Table(local.dynamodb, local.table_name).load(number).records
    return {journal.entry(record.text).key: record.text for record in records}


def journalled(bucket: JournalBucket, number: str) -> dict[str, str]:
    """The events of a complaint in the journal."""
    found = [one.key for one in bucket.written(journal.EVENTS) if f"/{number}/" in one.key]
    return {key: bucket.read(key).decode() for key in found}


def digest(local: LocalStack) -> None:
    """Run the function as the clock does."""
    functions = local.client("lambda").list_functions()["Functions"]
    [name] = [one["FunctionName"] for one in functions if one["Environment"]["Variables"].keys() >= NAMES]
    answer = local.client("lambda").invoke(FunctionName=name, Payload=b"{}")
    assert "FunctionError" not in answer, answer["Payload"].read()


def test_every_event_of_a_life_is_in_the_journal_as_it_is_in_the_table(
    local: LocalStack, bucket: JournalBucket
) -> None:
    number = complain(local)
    written = until(lambda: texts(local, number), lambda events: len(events) >= 4)
    found = until(lambda: journalled(bucket, number), lambda found: found.keys() >= written.keys())
    assert {key: found[key] for key in written} == written


def test_a_copy_of_the_journal_proves_itself(
    local: LocalStack, bucket: JournalBucket, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    number = complain(local)
    until(lambda: journalled(bucket, number), bool)
    for _ in range(2):
        digest(local)
    for one in [*bucket.written(journal.EVENTS), *bucket.written(journal.DIGESTS)]:
        path = tmp_path / one.key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bucket.read(one.key))
    assert cli.main(["verify", "--journal", str(tmp_path)]) == 0
    assert "all chains hold" in capsys.readouterr().out
    [key, *_] = journalled(bucket, number)
    (tmp_path / key).write_bytes(b"{}")
    assert cli.main(["verify", "--journal", str(tmp_path)]) == 1
    assert f"Complaint {number}, event 1: was changed" in capsys.readouterr().out


def test_a_store_that_takes_nothing_for_a_while_loses_no_event(
    local: LocalStack, bucket: JournalBucket, faults: Faults
) -> None:
    faults.inject("s3", "PutObject", error={"code": "SlowDown", "status": 503}, times=12)
    number = complain(local)
    written = until(lambda: texts(local, number), lambda events: len(events) >= 2)
    found = until(lambda: journalled(bucket, number), lambda found: found.keys() >= written.keys())
    assert {key: found[key] for key in written} == written
    assert ("s3", "PutObject") in faults.fired()


def test_an_event_that_is_changed_in_the_table_is_set_aside_and_replaces_nothing(
    local: LocalStack, bucket: JournalBucket
) -> None:
    number = complain(local)
    [(key, before), *_] = until(lambda: journalled(bucket, number), bool).items()
    try:
        rewrite(local, number, before.replace('"player"', '"system"'))
        told = until(lambda: [one for one in local.logs() if "set aside" in one and number in one], bool)
    finally:
        rewrite(local, number, before)
    assert told
    assert bucket.read(key).decode() == before


def rewrite(local: LocalStack, number: str, text: str) -> None:
    """What only an administrator can do: another text in the first event."""
    local.dynamodb.update_item(
        TableName=local.table_name,
        Key={"pk": {"S": keys.complaint(number)}, "sk": {"S": keys.event(1)}},
        UpdateExpression="SET #text = :text",
        ExpressionAttributeNames={"#text": "text"},
        ExpressionAttributeValues={":text": {"S": text}},
    )
