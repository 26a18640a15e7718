"""The bucket of evidence as deployed: closed, written to by signed forms, handed out by signed addresses."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from infra.constructs.queue import KEPT_DAYS
from infra.settings import REGIONS, SettingsError, load
from tests.infra.template import Template

SCANNER = "malware-protection-plan.guardduty.amazonaws.com"


@pytest.fixture(scope="module", params=["production", "local"])
def deployed(request: pytest.FixtureRequest) -> Template:
    """Both deployments."""
    template: Template = request.getfixturevalue(request.param)
    return template


def bucket(template: Template) -> Mapping[str, Any]:
    """The bucket of evidence."""
    properties: Mapping[str, Any] = template.named("S3::Bucket", "EvidenceBucket")["Properties"]
    return properties


def rules(template: Template) -> dict[str, Mapping[str, Any]]:
    """The patterns of the rules on the account's own bus, by the source of their events."""
    found = (one["Properties"] for one in template.of_type("Events::Rule").values())
    own = [one for one in found if "EventPattern" in one and "EventBusName" not in one]
    return {one["EventPattern"]["source"][0]: one for one in own}


def test_nothing_in_the_bucket_is_public(deployed: Template) -> None:
    blocked = bucket(deployed)["PublicAccessBlockConfiguration"]
    assert set(blocked.values()) == {True}
    assert len(blocked) == 4
    owned = bucket(deployed)["OwnershipControls"]["Rules"]
    assert owned == [{"ObjectOwnership": "BucketOwnerEnforced"}]


def test_the_bucket_refuses_plain_http_and_old_tls(deployed: Template) -> None:
    statements = deployed.named("S3::BucketPolicy", "EvidenceBucketPolicy")["Properties"]["PolicyDocument"][
        "Statement"
    ]
    assert {one["Effect"] for one in statements} == {"Deny"}
    conditions = [one["Condition"] for one in statements]
    assert {"Bool": {"aws:SecureTransport": "false"}} in conditions
    assert {"NumericLessThan": {"s3:TlsVersion": 1.2}} in conditions


def test_the_bucket_is_encrypted_and_keeps_no_versions_of_what_is_deleted(deployed: Template) -> None:
    [rule] = bucket(deployed)["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    assert "VersioningConfiguration" not in bucket(deployed)


def test_no_page_of_another_site_reads_the_bucket(deployed: Template) -> None:
    assert "CorsConfiguration" not in bucket(deployed)


def test_the_bucket_outlives_the_stack_in_production(production: Template) -> None:
    made = production.named("S3::Bucket", "EvidenceBucket")
    assert (made["DeletionPolicy"], made["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_what_nobody_worked_on_goes_but_not_before_its_message(deployed: Template) -> None:
    by_id = {one["Id"]: one for one in bucket(deployed)["LifecycleConfiguration"]["Rules"]}
    assert (by_id["unclaimed"]["Prefix"], by_id["unclaimed"]["Status"]) == ("incoming/", "Enabled")
    assert by_id["unclaimed"]["ExpirationInDays"] > KEPT_DAYS
    assert not [one for one in by_id.values() if "ExpirationInDays" in one and one["Id"] != "unclaimed"]


def test_every_file_that_comes_in_is_told_to_the_queue(deployed: Template) -> None:
    assert bucket(deployed)["NotificationConfiguration"] == {
        "EventBridgeConfiguration": {"EventBridgeEnabled": True}
    }
    rule = rules(deployed)["aws.s3"]
    assert rule["EventPattern"]["detail-type"] == ["Object Created"]
    assert rule["EventPattern"]["detail"]["object"] == {"key": [{"prefix": "incoming/"}]}
    [target] = rule["Targets"]
    assert deployed.target(target["Arn"]) == "OutcomesQueue"
    assert "DeadLetterConfig" in target


def test_what_fails_is_tried_again_then_kept_and_told_to_a_person(production: Template) -> None:
    [queue] = [
        item["Properties"]
        for name, item in production.of_type("SQS::Queue").items()
        if production.label(name) == "OutcomesQueue"
    ]
    assert queue["VisibilityTimeout"] >= 6 * production.functions()["outcomes"]["Timeout"]
    alarms = {production.label(name) for name in production.of_type("CloudWatch::Alarm")}
    assert {"AlarmsOutcomesStuck", "AlarmsOutcomesErrors"} <= alarms


def test_production_scans_what_is_kept_and_marks_it(production: Template) -> None:
    plan = production.only("GuardDuty::MalwareProtectionPlan")
    scanned = plan["ProtectedResource"]["S3Bucket"]
    assert production.target(scanned["BucketName"]) == "EvidenceBucket"
    assert scanned["ObjectPrefixes"] == ["kept/"]
    assert plan["Actions"] == {"Tagging": {"Status": "ENABLED"}}
    rule = rules(production)["aws.guardduty"]
    assert rule["EventPattern"]["detail-type"] == ["GuardDuty Malware Protection Object Scan Result"]
    assert production.functions()["outcomes"]["Environment"]["Variables"]["EVIDENCE_MALWARE_SCAN"] == "yes"


def test_the_scanner_reads_and_marks_and_deletes_nothing(production: Template) -> None:
    [role] = [
        one["Properties"]
        for name, one in production.of_type("IAM::Role").items()
        if production.label(name).startswith("EvidenceScanner")
    ]
    [trusted] = role["AssumeRolePolicyDocument"]["Statement"]
    assert trusted["Principal"] == {"Service": SCANNER}
    grants = production.grants("EvidenceScanner")
    assert grants["EvidenceBucket/kept/*"] == {
        *("s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging", "s3:GetObjectVersionTagging"),
        *("s3:PutObjectTagging", "s3:PutObjectVersionTagging"),
    }
    assert "EvidenceBucket/incoming/*" not in grants
    assert not any("Delete" in action for action in set().union(*grants.values()) if action.startswith("s3:"))


def test_only_a_file_that_the_scan_marked_as_clean_can_be_handed_out(
    production: Template, local: Template
) -> None:
    def condition(template: Template) -> object:
        [reading] = [s for s in template.statements("OperatorApi") if s["Action"] == "s3:GetObject"]
        return reading.get("Condition")

    marked = {"s3:ExistingObjectTag/GuardDutyMalwareScanStatus": "NO_THREATS_FOUND"}
    assert condition(production) == {"StringEquals": marked}
    assert condition(local) is None


def test_nobody_but_the_scanner_can_mark_a_file(production: Template) -> None:
    tagging = [
        production.label(name)
        for name, policy in production.of_type("IAM::Policy").items()
        if "Tagging" in str(policy)
    ]
    assert tagging == ["EvidenceScannerPolicy"]


def test_the_embedded_platform_scans_nothing_and_says_so(local: Template) -> None:
    assert local.of_type("GuardDuty::MalwareProtectionPlan") == {}
    assert "aws.guardduty" not in rules(local)
    assert local.functions()["outcomes"]["Environment"]["Variables"]["EVIDENCE_MALWARE_SCAN"] == "no"


@pytest.mark.parametrize(
    ("section", "key"),
    [
        ("[evidence]\nmalware_scan = false\n", "evidence.malware_scan"),
        ("[evidence]\n", "evidence.malware_scan"),
        ("[evidence]\nmalware_scan = true\nmalware_scans = true\n", "evidence.malware_scans"),
    ],
)
def test_production_does_not_do_without_the_scan(tmp_path: Path, section: str, key: str) -> None:
    file = tmp_path / "eu-west-2.toml"
    lines = (REGIONS / "eu-west-2.toml").read_text(encoding="utf-8").splitlines(keepends=True)
    start = lines.index("[evidence]\n")
    file.write_text("".join([*lines[:start], section, *lines[start + 2 :]]), encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        load(file)
    assert [fault.partition(":")[0] for fault in refused.value.faults] == [key]
