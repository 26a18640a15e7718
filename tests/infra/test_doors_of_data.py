"""Table, buckets, personal queues as deployed: opened by the stack's roles and the operators', by no other.

What their policies say is worked out for a request the way AWS does it, for the two conditions used here.
"""

import json
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from infra.settings import REGIONS, SettingsError, load
from tests.infra.template import Template
from tests.infra.test_queues import CONSUMERS, LAST_RESORT, PERSONAL

OPERATOR = "arn:aws:iam::111122223333:role/redress-operator"
STRANGERS = (
    "arn:aws:iam::111122223333:role/administrator",
    "arn:aws:iam::111122223333:role/redress-operator-of-another-team",
    "arn:aws:iam::111122223333:user/deploy",
    "arn:aws:iam::111122223333:root",
    "arn:aws:iam::999988887777:role/redress-operator",
)
READING = ("GetItem", "BatchGetItem", "Query", "Scan", "PartiQLSelect")
WRITING = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "PartiQLInsert", "PartiQLUpdate")
COPYING = (
    *("ExportTableToPointInTime", "RestoreTableToPointInTime", "CreateBackup"),
    "EnableKinesisStreamingDestination",
)
ADMINISTERING = (
    *("DescribeTable", "UpdateTable", "DeleteTable", "TagResource", "UpdateTimeToLive"),
    *("PutResourcePolicy", "GetResourcePolicy", "DeleteResourcePolicy", "UpdateContinuousBackups"),
    *("DescribeStream", "DescribeContinuousBackups"),
)
TOUCHING = (
    *("GetObject", "GetObjectVersion", "GetObjectTagging", "PutObject", "PutObjectTagging"),
    *("PutObjectRetention", "PutObjectLegalHold", "DeleteObject", "DeleteObjectVersion", "RestoreObject"),
)
KEEPING = (
    *("ListBucket", "GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy", "PutLifecycleConfiguration"),
    *("PutBucketVersioning", "PutBucketObjectLockConfiguration", "DeleteBucket", "GetBucketLocation"),
)
LARGEST = 20 * 1024
"""Bytes of a table's policy: "Resource-based policy considerations" of the DynamoDB developer guide."""

type Policy = list[Mapping[str, Any]]


def table_policy(template: Template) -> Policy:
    """What the table says."""
    statements: Policy = template.only("DynamoDB::Table")["ResourcePolicy"]["PolicyDocument"]["Statement"]
    return statements


def stream_policy(template: Template) -> Policy:
    """What its stream says."""
    stream = template.only("DynamoDB::Table")["StreamSpecification"]
    assert stream["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    statements: Policy = stream["ResourcePolicy"]["PolicyDocument"]["Statement"]
    return statements


def bucket_policies(template: Template) -> dict[str, Policy]:
    """What each bucket says, by the bucket's label."""
    return {
        template.target(one["Properties"]["Bucket"]): one["Properties"]["PolicyDocument"]["Statement"]
        for one in template.of_type("S3::BucketPolicy").values()
    }


def denied(template: Template, policy: Policy, action: str, by: str | None) -> bool:
    """Whether a policy denies an action to whom `by` names: an ARN, a role's label, or None for a service."""
    return any(_applies(template, one, action, by) for one in policy if one["Effect"] == "Deny")


def _applies(template: Template, statement: Mapping[str, Any], action: str, by: str | None) -> bool:
    if not any(fnmatchcase(action, pattern) for pattern in _list(statement["Action"])):
        return False
    assert statement["Principal"] == {"AWS": "*"}
    return all(
        _holds(template, operator, key, wanted, by)
        for operator, asked in statement.get("Condition", {}).items()
        for key, wanted in asked.items()
    )


def _holds(template: Template, operator: str, key: str, wanted: Any, by: str | None) -> bool:
    match operator, key:
        case "ArnNotEquals", "aws:PrincipalArn":
            return by not in {template.target(one) for one in _list(wanted)}  # also of who has none
        case "BoolIfExists", "aws:PrincipalIsAWSService":
            return bool((by is None) == (wanted == "true"))
        case ("Bool", "aws:SecureTransport") | ("NumericLessThan", "s3:TlsVersion"):
            return False  # everybody here comes over TLS
        case "Null", "s3:if-none-match":
            return False  # and writes what is not there yet
        case _:
            raise AssertionError(f"a condition nobody expected: {operator} {key}")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def roles_that_may(template: Template, service: str) -> Iterator[str]:
    """Labels of roles that a policy of the stack grants an action of a service."""
    for one in template.of_type("IAM::Policy").values():
        if f'"{service}:' in json.dumps(one["Properties"]["PolicyDocument"]):
            yield from (template.label(owner["Ref"]) for owner in one["Properties"]["Roles"])


def queue_policies(template: Template) -> dict[str, Policy]:
    """What each queue says in which personal data lies, by the queue's label."""
    policies = {
        template.target(one["Properties"]["Queues"][0]): one["Properties"]["PolicyDocument"]["Statement"]
        for one in template.of_type("SQS::QueuePolicy").values()
    }
    return {name: policies[name] for name in (*PERSONAL, *LAST_RESORT)}


class TestStrangers:
    @pytest.mark.parametrize("who", STRANGERS)
    @pytest.mark.parametrize("action", [*READING, *WRITING, *COPYING])
    def test_nobody_else_reads_writes_or_copies_the_table(
        self, production: Template, who: str, action: str
    ) -> None:
        assert denied(production, table_policy(production), f"dynamodb:{action}", who)

    @pytest.mark.parametrize("who", STRANGERS)
    @pytest.mark.parametrize("action", ["GetRecords", "GetShardIterator"])
    def test_nobody_else_follows_its_stream(self, production: Template, who: str, action: str) -> None:
        assert denied(production, stream_policy(production), f"dynamodb:{action}", who)

    @pytest.mark.parametrize("who", STRANGERS)
    @pytest.mark.parametrize("action", TOUCHING)
    def test_nobody_else_touches_an_object(self, production: Template, who: str, action: str) -> None:
        policies = bucket_policies(production)
        assert {
            bucket
            for bucket, policy in policies.items()
            if not denied(production, policy, f"s3:{action}", who)
        } == set()

    @pytest.mark.parametrize("who", STRANGERS)
    def test_nobody_else_reads_what_a_personal_queue_holds(self, production: Template, who: str) -> None:
        for queue, policy in queue_policies(production).items():
            assert denied(production, policy, "sqs:ReceiveMessage", who), queue

    def test_every_bucket_has_a_policy(self, production: Template) -> None:
        buckets = {production.label(name) for name in production.of_type("S3::Bucket")}
        assert buckets == set(bucket_policies(production))
        assert buckets >= {"EvidenceBucket", "MailboxBucket", "JournalBucket"}

    def test_the_index_is_part_of_the_table(self, production: Template) -> None:
        [statement] = table_policy(production)
        assert statement["Resource"] == "*"


class TestThoseWhoMay:
    def test_each_role_that_is_granted_items_is_let_through(self, production: Template) -> None:
        roles = set(roles_that_may(production, "dynamodb"))
        assert roles >= {"Portal", "OperatorApi", "Plan", "Letters", "Relay", "Sweep", "Workflow"}
        refused = {
            (role, action)
            for role in roles
            for action in (*READING, *WRITING)
            if denied(production, table_policy(production), f"dynamodb:{action}", role)
        }
        assert refused == set()

    def test_each_reader_of_the_stream_is_let_through(self, production: Template) -> None:
        mappings = production.of_type("Lambda::EventSourceMapping").values()
        readers = {
            production.target(one["Properties"]["FunctionName"])
            for one in mappings
            if "StartingPosition" in one["Properties"]
        }
        assert readers
        for reader in readers:
            assert not denied(production, stream_policy(production), "dynamodb:GetRecords", reader)

    def test_each_role_that_is_granted_objects_is_let_through(self, production: Template) -> None:
        """The journal's bucket says beside this who of them may write there: `test_journal.py`."""
        policies = bucket_policies(production)
        roles = set(roles_that_may(production, "s3"))
        assert roles >= {"Portal", "OperatorApi", "Outcomes", "Mailbox", "Journal", "EvidenceScanner"}
        refused = {
            (role, bucket, action)
            for role in roles
            for bucket, policy in policies.items()
            for action in ("GetObject", "GetObjectTagging", "PutObjectTagging")
            if denied(production, policy, f"s3:{action}", role)
        }
        assert refused == set()

    def test_a_queue_is_worked_on_by_its_function_and_fed_by_whoever_may(self, production: Template) -> None:
        policies = queue_policies(production)
        for queue, function in CONSUMERS.items():
            assert not denied(production, policies[queue], "sqs:ReceiveMessage", function.title())
        for queue, policy in policies.items():
            assert not denied(production, policy, "sqs:ReceiveMessage", OPERATOR), queue
            for sender in (None, "Mailbox"):
                assert not denied(production, policy, "sqs:SendMessage", sender), queue

    def test_ses_still_brings_mail_and_nobody_elses_service_is_granted_anything(
        self, production: Template
    ) -> None:
        policy = bucket_policies(production)["MailboxBucket"]
        assert not denied(production, policy, "s3:PutObject", None)
        assert [one["Principal"] for one in policy if one["Effect"] == "Allow"] == [
            {"Service": "ses.amazonaws.com"}
        ]

    def test_the_operators_of_the_region_file_reach_data_in_need(self, production: Template) -> None:
        for action in (*READING, *WRITING, *COPYING):
            assert not denied(production, table_policy(production), f"dynamodb:{action}", OPERATOR)
        assert not denied(production, stream_policy(production), "dynamodb:GetRecords", OPERATOR)
        for policy in bucket_policies(production).values():
            assert not denied(production, policy, "s3:GetObject", OPERATOR)


class TestAdministration:
    @pytest.mark.parametrize("action", ADMINISTERING)
    def test_the_table_can_still_be_administered(self, production: Template, action: str) -> None:
        assert not denied(production, table_policy(production), f"dynamodb:{action}", STRANGERS[0])
        assert not denied(production, stream_policy(production), f"dynamodb:{action}", STRANGERS[0])

    @pytest.mark.parametrize("action", KEEPING)
    def test_the_buckets_can_still_be_administered(self, production: Template, action: str) -> None:
        for bucket, policy in bucket_policies(production).items():
            assert not denied(production, policy, f"s3:{action}", STRANGERS[0]), bucket

    def test_the_policies_only_deny(self, production: Template) -> None:
        for policy in (table_policy(production), stream_policy(production)):
            assert {one["Effect"] for one in policy} == {"Deny"}

    def test_the_policy_of_the_table_is_far_below_what_dynamodb_takes(self, production: Template) -> None:
        assert len(json.dumps(table_policy(production))) < LARGEST / 2


class TestTheRegionFile:
    def test_production_does_not_do_without_the_guard(self, tmp_path: Path) -> None:
        with pytest.raises(SettingsError) as refused:
            self.settings(tmp_path, "guard = true", "guard = false")
        assert [fault.partition(":")[0] for fault in refused.value.faults] == ["stack.guard"]

    @pytest.mark.parametrize(
        "operator",
        [
            "redress-operator",
            "arn:aws:iam::111122223333:role/*",
            "arn:aws:iam::111122223333:user/player.example",
            "arn:aws:iam::*:role/redress-operator",
        ],
    )
    def test_an_operator_is_one_role(self, tmp_path: Path, operator: str) -> None:
        with pytest.raises(SettingsError) as refused:
            self.settings(tmp_path, OPERATOR, operator)
        assert refused.value.faults[0].startswith("stack.operators.0:")

    def test_nobody_is_an_operator_where_none_is_named(self, tmp_path: Path) -> None:
        assert self.settings(tmp_path, f'operators = ["{OPERATOR}"]\n', "").stack.operators == ()

    def test_the_embedded_platform_does_without(self, local: Template) -> None:
        assert "ResourcePolicy" not in local.only("DynamoDB::Table")
        assert "aws:PrincipalArn" not in json.dumps(bucket_policies(local))

    def settings(self, folder: Path, old: str, new: str) -> Any:
        text = (REGIONS / "eu-west-2.toml").read_text(encoding="utf-8")
        assert old in text
        file = folder / "eu-west-2.toml"
        file.write_text(text.replace(old, new), encoding="utf-8")
        return load(file)
