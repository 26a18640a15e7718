"""The journal as deployed: written by one function, replaced and deleted by nobody, missed by an alarm."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from infra.constructs.journal import EVENT_ITEMS
from infra.settings import REGIONS, SettingsError, load
from redress.store import keys
from tests.infra.template import Template

DAY = 86_400
STREAM_KEEPS = DAY
"""Seconds that a table's stream keeps a record."""


@pytest.fixture(scope="module", params=["production", "local"])
def deployed(request: pytest.FixtureRequest) -> Template:
    """Both deployments."""
    template: Template = request.getfixturevalue(request.param)
    return template


def bucket(template: Template) -> Mapping[str, Any]:
    """The bucket of the journal."""
    properties: Mapping[str, Any] = template.named("S3::Bucket", "JournalBucket")["Properties"]
    return properties


def policy(template: Template) -> list[Mapping[str, Any]]:
    """The statements about the bucket."""
    made = template.named("S3::BucketPolicy", "JournalBucketPolicy")["Properties"]
    statements: list[Mapping[str, Any]] = made["PolicyDocument"]["Statement"]
    return statements


def mapping(template: Template) -> Mapping[str, Any]:
    """How the function follows the table's stream."""
    [found] = [
        one["Properties"]
        for one in template.of_type("Lambda::EventSourceMapping").values()
        if template.target(one["Properties"]["FunctionName"]) == "Journal"
    ]
    return dict(found)


class TestTheLock:
    def test_production_locks_every_object_in_compliance_mode_for_five_years(
        self, production: Template
    ) -> None:
        assert bucket(production)["ObjectLockEnabled"] is True
        assert bucket(production)["ObjectLockConfiguration"] == {
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Years": 5}},
        }

    def test_the_embedded_platform_knows_no_lock(self, local: Template) -> None:
        assert not {"ObjectLockEnabled", "ObjectLockConfiguration"} & set(bucket(local))

    def test_versions_are_kept_and_nothing_expires(self, deployed: Template) -> None:
        assert bucket(deployed)["VersioningConfiguration"] == {"Status": "Enabled"}
        assert "LifecycleConfiguration" not in bucket(deployed)

    def test_the_bucket_outlives_the_stack_in_production(self, production: Template) -> None:
        made = production.named("S3::Bucket", "JournalBucket")
        assert (made["DeletionPolicy"], made["UpdateReplacePolicy"]) == ("Retain", "Retain")


class TestTheDoor:
    def test_nobody_may_write_but_the_journals_role(self, production: Template) -> None:
        [role] = [name for name in production.of_type("IAM::Role") if production.label(name) == "Journal"]
        others = {"ArnNotEquals": {"aws:PrincipalArn": {"Fn::GetAtt": [role, "Arn"]}}}
        assert denied(production, others) == {"s3:PutObject"}

    def test_nobody_may_write_what_is_there_already(self, production: Template) -> None:
        assert denied(production, {"Null": {"s3:if-none-match": "true"}}) == {"s3:PutObject"}

    def test_nobody_may_delete(self, production: Template) -> None:
        assert denied(production, None) - {"s3:PutObject"} == {
            *("s3:DeleteObject", "s3:DeleteObjectVersion", "s3:BypassGovernanceRetention"),
        }

    def test_proofs_are_written_by_their_function_alone_and_nothing_else_by_anybody(
        self, production: Template
    ) -> None:
        writers = {
            frozenset(
                [*places(production, one, "Resource"), *places(production, one, "NotResource")]
            ): writer(production, one)
            for one in policy(production)
            if one["Action"] == "s3:PutObject" and "Null" not in one.get("Condition", {})
        }
        assert writers == {
            frozenset({"events/*", "digests/*"}): "Journal",
            frozenset({"proofs/*"}): "Reports",
            frozenset({"not events/*", "not digests/*", "not proofs/*"}): None,
        }

    def test_plain_http_and_old_tls_are_refused(self, deployed: Template) -> None:
        assert denied(deployed, {"Bool": {"aws:SecureTransport": "false"}}) == {"s3:*"}
        assert denied(deployed, {"NumericLessThan": {"s3:TlsVersion": 1.2}}) == {"s3:*"}

    def test_nothing_is_public_or_granted_by_the_bucket(self, deployed: Template) -> None:
        assert set(bucket(deployed)["PublicAccessBlockConfiguration"].values()) == {True}
        assert len(bucket(deployed)["PublicAccessBlockConfiguration"]) == 4
        assert bucket(deployed)["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
        assert {one["Effect"] for one in policy(deployed)} == {"Deny"}

    def test_the_bucket_is_encrypted_under_a_key_that_nobody_can_delete(self, deployed: Template) -> None:
        [rule] = bucket(deployed)["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}

    def test_no_other_role_may_touch_the_bucket(self, production: Template) -> None:
        owners = {
            production.label(owner["Ref"])
            for one in production.of_type("IAM::Policy").values()
            if "JournalBucket" in json.dumps(one["Properties"]["PolicyDocument"])
            for owner in one["Properties"]["Roles"]
        }
        assert owners == {"Journal", "Reports"}


def places(template: Template, statement: Mapping[str, Any], name: str) -> list[str]:
    """The objects that a statement is about, or leaves out."""
    found = statement.get(name, [])
    words = [template.target(one) for one in (found if isinstance(found, list) else [found])]
    return ["not " * (name == "NotResource") + one.removeprefix("JournalBucket/") for one in words]


def writer(template: Template, statement: Mapping[str, Any]) -> str | None:
    """The role that a statement leaves out."""
    if "Condition" not in statement:
        return None
    return template.target(statement["Condition"]["ArnNotEquals"]["aws:PrincipalArn"])


def denied(template: Template, condition: Mapping[str, Any] | None) -> set[str]:
    """What the bucket denies to everybody on a condition, or always."""
    found = [one for one in policy(template) if one.get("Condition") == condition]
    assert all(one["Principal"] == {"AWS": "*"} for one in found)
    actions = [one["Action"] for one in found]
    return {name for action in actions for name in ([action] if isinstance(action, str) else action)}


class TestTheStream:
    def test_it_is_followed_from_its_beginning_and_given_up_only_into_a_queue(
        self, deployed: Template
    ) -> None:
        stream = mapping(deployed)
        assert deployed.target(stream["EventSourceArn"]) == "Complaints stream"
        assert stream["StartingPosition"] == "TRIM_HORIZON"
        assert stream["BisectBatchOnFunctionError"] is True
        assert stream["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert (
            deployed.target(stream["DestinationConfig"]["OnFailure"]["Destination"]) == "JournalDeadLetters"
        )

    def test_an_outage_of_hours_costs_nothing_and_what_is_given_up_can_be_read_still(
        self, production: Template
    ) -> None:
        stream = mapping(production)
        assert DAY / 2 < stream["MaximumRecordAgeInSeconds"] < STREAM_KEEPS
        assert 0 < stream["MaximumRetryAttempts"] <= 10_000

    def test_whatever_happens_to_an_event_is_seen_and_nothing_else(self, production: Template) -> None:
        [one] = mapping(production)["FilterCriteria"]["Filters"]
        assert json.loads(one["Pattern"]) == EVENT_ITEMS
        assert {"dynamodb": {"Keys": {"sk": {"S": [{"prefix": keys.EVENT_PREFIX}]}}}} == EVENT_ITEMS

    def test_the_stream_has_no_more_readers_than_it_serves_at_once(self, production: Template) -> None:
        sources = [one["Properties"] for one in production.of_type("Lambda::EventSourceMapping").values()]
        readers = [production.target(one["FunctionName"]) for one in sources if "StartingPosition" in one]
        assert sorted(readers) == ["Journal", "Relay"]


class TestAlarms:
    def alarm(self, template: Template, name: str) -> Mapping[str, Any]:
        return dict(template.named("CloudWatch::Alarm", f"Alarms{name}")["Properties"])

    def test_one_rings_when_a_day_has_no_digest_or_nobody_looks(self, production: Template) -> None:
        alarm = self.alarm(production, "DigestAge")
        assert alarm["TreatMissingData"] == "breaching"
        assert DAY + 3600 < alarm["Threshold"] < 2 * DAY
        service = production.functions()["journal"]["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
        assert (alarm["Namespace"], alarm["MetricName"]) == ("Redress", "DigestAge")
        assert {one["Name"]: one["Value"] for one in alarm["Dimensions"]} == {
            "function": "journal",
            "service": service,
        }

    def test_digests_are_looked_for_more_often_than_the_alarm_asks(self, deployed: Template) -> None:
        schedule = deployed.named("Events::Rule", "JournalSchedule")["Properties"]
        assert schedule["ScheduleExpression"] == "rate(1 hour)"
        assert self.alarm(deployed, "DigestAge")["Period"] >= 2 * 3600

    def test_one_rings_at_the_first_event_that_was_set_aside(self, production: Template) -> None:
        alarm = self.alarm(production, "JournalDeadLetters")
        assert (alarm["MetricName"], alarm["Threshold"]) == ("ApproximateNumberOfMessagesVisible", 1)

    def test_one_rings_long_before_the_stream_forgets(self, production: Template) -> None:
        alarm = self.alarm(production, "JournalBehind")
        assert (alarm["MetricName"], alarm["Threshold"]) == ("IteratorAge", 300_000)
        assert self.alarm(production, "JournalErrors")["MetricName"] == "Errors"


PRODUCTION = (REGIONS / "eu-west-2.toml").read_text(encoding="utf-8")
LOCK = PRODUCTION[PRODUCTION.index("[journal]") : PRODUCTION.index("[alarms]")]


class TestTheRegionFile:
    @pytest.mark.parametrize(
        ("section", "key"),
        [
            ('[journal]\nlock = "off"\n', "journal.lock"),
            ("[journal]\n", "journal.lock"),
            ("", "journal"),
            ('[journal]\nlock = "Compliance"\n', "journal.lock"),
            ('[journal]\nlock = "compliance"\nretention_years = 0\n', "journal.retention_years"),
            ('[journal]\nlock = "compliance"\nretention_years = 101\n', "journal.retention_years"),
            ('[journal]\nlock = "compliance"\nretention_year = 5\n', "journal.retention_year"),
        ],
    )
    def test_production_does_not_do_without_a_lock(self, tmp_path: Path, section: str, key: str) -> None:
        with pytest.raises(SettingsError) as refused:
            self.settings(tmp_path, section)
        assert [fault.partition(":")[0] for fault in refused.value.faults] == [key]

    def test_governance_will_do_and_five_years_are_meant_where_nothing_is_said(self, tmp_path: Path) -> None:
        journal = self.settings(tmp_path, '[journal]\nlock = "governance"\n')
        assert (journal.lock, journal.retention_years) == ("governance", 5)

    def settings(self, folder: Path, section: str) -> Any:
        file = folder / "eu-west-2.toml"
        file.write_text(PRODUCTION.replace(LOCK, section), encoding="utf-8")
        return load(file).journal
