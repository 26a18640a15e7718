"""The proofs of the deployed stack: signed by its key with its own permissions, and checked without AWS."""

from pathlib import Path

import pytest

from infra.local.describe import LocalStack, outputs_of
from infra.ops import cli
from redress.adapters.journal import JournalBucket

KINDS = ("csv", "html", "json", "sig.json")
NAMES = {"JOURNAL_BUCKET", "SIGNING_KEY"}
"""What the function of the reports alone is told."""


@pytest.fixture(scope="module")
def bucket(local: LocalStack) -> JournalBucket:
    """The bucket of the journal."""
    name = outputs_of(local.endpoint_url, local.region)["JournalBucket"]
    return JournalBucket(local.client("s3"), name)


def prove(local: LocalStack) -> None:
    """Run the function as the clock does."""
    functions = local.client("lambda").list_functions()["Functions"]
    [name] = [one["FunctionName"] for one in functions if one["Environment"]["Variables"].keys() >= NAMES]
    answer = local.client("lambda").invoke(FunctionName=name, Payload=b"{}")
    assert "FunctionError" not in answer, answer["Payload"].read()


def proofs(bucket: JournalBucket) -> dict[str, bytes]:
    """All proofs by key."""
    return {one.key: bucket.read(one.key) for one in bucket.written("proofs/")}


def test_the_last_day_of_each_licence_is_proven_once_and_its_proof_holds(
    local: LocalStack, bucket: JournalBucket, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    prove(local)
    written = proofs(bucket)
    prove(local)
    assert proofs(bucket).items() >= written.items()
    packs = {key.split("/")[1] for key in written}
    assert packs == {"gb-ukgc", "sandbox"}
    for pack in packs:
        of_pack = {key.rpartition("/")[2]: body for key, body in written.items() if f"/{pack}/" in key}
        folder = tmp_path / pack
        folder.mkdir()
        for name, body in of_pack.items():
            (folder / name).write_bytes(body)
        assert {name.partition(".")[2] for name in of_pack} == set(KINDS)
        [signature, *_] = sorted(folder.glob("*.sig.json"))
        assert cli.main(["verify", str(signature)]) == 0
        assert "the documents are those that were signed" in capsys.readouterr().out
