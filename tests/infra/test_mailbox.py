"""Mail that comes in, as deployed: SES alone writes it, one function reads it, and none of it is lost."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App

from infra.constructs.queue import KEPT_DAYS
from infra.packaging import Assets
from infra.region_faults import RECEIVES_MAIL
from infra.settings import FUNCTIONS, REGIONS, SettingsError, load
from infra.stack import RedressStack
from tests.infra.conftest import cdk_context
from tests.infra.template import Template

PRODUCTION = (REGIONS / "eu-west-2.toml").read_text(encoding="utf-8")
SES = {"Service": "ses.amazonaws.com"}
OURS = {
    "StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}},
    "ArnLike": {
        "aws:SourceArn": {
            "Fn::Join": [
                "",
                [
                    "arn:aws:ses:eu-west-2:",
                    {"Ref": "AWS::AccountId"},
                    ":receipt-rule-set/redress:receipt-rule/*",
                ],
            ]
        }
    },
}


@pytest.fixture(scope="module", params=["production", "local"])
def deployed(request: pytest.FixtureRequest) -> Template:
    """Both deployments."""
    template: Template = request.getfixturevalue(request.param)
    return template


def bucket(template: Template) -> Mapping[str, Any]:
    """The bucket of mails."""
    properties: Mapping[str, Any] = template.named("S3::Bucket", "MailboxBucket")["Properties"]
    return properties


def statements(template: Template, kind: str, label: str) -> list[Mapping[str, Any]]:
    """Of the policy of a resource."""
    found: list[Mapping[str, Any]] = template.named(kind, label)["Properties"]["PolicyDocument"]["Statement"]
    return found


def allowing(policy: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The statements that allow anything."""
    return [one for one in policy if one["Effect"] == "Allow"]


# --- The receipt rule ----------------------------------------------------------------------------------


def test_mail_to_the_domain_is_scanned_and_put_into_the_bucket(production: Template) -> None:
    made = production.only("SES::ReceiptRule")
    rule = made["Rule"]
    assert made["RuleSetName"] == "redress"
    assert (rule["Enabled"], rule["ScanEnabled"], rule["TlsPolicy"]) == (True, True, "Require")
    assert rule["Recipients"] == ["mail.example.com"]
    [action] = rule["Actions"]
    into = action["S3Action"]
    assert production.target(into["BucketName"]) == "MailboxBucket"
    assert into["ObjectKeyPrefix"] == "received/"
    assert production.target(into["TopicArn"]) == "MailboxTopic"


def test_the_rule_is_made_when_ses_may_write_already(production: Template) -> None:
    [rule] = production.of_type("SES::ReceiptRule").values()
    before = {production.label(name) for name in rule["DependsOn"]}
    assert {"MailboxBucketPolicy", "MailboxTopicPolicy", "AlarmsKey"} <= before


def test_ses_writes_for_rules_of_this_account_and_set_alone(production: Template) -> None:
    [writing] = allowing(statements(production, "S3::BucketPolicy", "MailboxBucketPolicy"))
    assert (writing["Principal"], writing["Action"], writing["Condition"]) == (SES, "s3:PutObject", OURS)
    assert production.target(writing["Resource"]) == "MailboxBucket/received/*"
    [publishing] = allowing(statements(production, "SNS::TopicPolicy", "MailboxTopicPolicy"))
    assert (publishing["Principal"], publishing["Action"]) == (SES, "sns:Publish")
    assert publishing["Condition"] == OURS


def test_the_topic_is_encrypted_under_a_key_that_ses_may_use_for_nothing_else(production: Template) -> None:
    topic = production.named("SNS::Topic", "MailboxTopic")["Properties"]
    assert production.target(topic["KmsMasterKeyId"]) == "AlarmsKey"
    key = production.named("KMS::Key", "AlarmsKey")["Properties"]["KeyPolicy"]["Statement"]
    [using] = [one for one in key if one["Principal"] == SES]
    assert set(using["Action"]) == {"kms:Decrypt", "kms:GenerateDataKey*"}
    assert using["Condition"] == OURS


def test_the_embedded_platform_has_everything_but_the_rule(local: Template) -> None:
    assert local.of_type("SES::ReceiptRule") == {}
    assert allowing(statements(local, "S3::BucketPolicy", "MailboxBucketPolicy")) == []
    assert "mailbox" in local.functions()


def test_without_inbound_mail_there_is_nothing_of_it(tmp_path: Path) -> None:
    settings = load(REGIONS / "eu-west-2.toml")
    deaf = settings.model_copy(update={"mail": settings.mail.model_copy(update={"inbound": False})})
    empty = tmp_path / "asset"
    empty.mkdir()
    (empty / "handler.py").write_text("")
    stub = Assets(
        layers=dict.fromkeys(("dependencies", "redress", "region"), empty),
        functions=dict.fromkeys(FUNCTIONS, empty),
    )
    app = App(context=cdk_context(), outdir=str(tmp_path / "out"), analytics_reporting=False)
    RedressStack(app, "redress-deaf", settings=deaf, assets=stub)
    app.synth()
    made = Template.read(tmp_path / "out/redress-deaf.template.json")
    assert not [name for name in made.resources if name.startswith("Mailbox")]
    assert made.of_type("SES::ReceiptRule") == {}


# --- The bucket ----------------------------------------------------------------------------------------


def test_nothing_in_the_bucket_is_public_or_read_without_tls(deployed: Template) -> None:
    blocked = bucket(deployed)["PublicAccessBlockConfiguration"]
    assert (set(blocked.values()), len(blocked)) == ({True}, 4)
    assert bucket(deployed)["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    policy = statements(deployed, "S3::BucketPolicy", "MailboxBucketPolicy")
    refused = [one["Condition"] for one in policy if one["Effect"] == "Deny"]
    assert {"Bool": {"aws:SecureTransport": "false"}} in refused
    assert {"NumericLessThan": {"s3:TlsVersion": 1.2}} in refused


def test_mails_are_encrypted_and_what_is_deleted_is_gone(deployed: Template) -> None:
    [rule] = bucket(deployed)["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule == {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    assert "VersioningConfiguration" not in bucket(deployed)


def test_a_mail_goes_when_the_region_file_says_and_never_before_its_message(production: Template) -> None:
    by_id = {one["Id"]: one for one in bucket(production)["LifecycleConfiguration"]["Rules"]}
    assert by_id["kept"]["ExpirationInDays"] == 730 > 2 * KEPT_DAYS
    assert by_id["kept"]["Prefix"] == "received/"


def test_no_time_ends_a_mail_that_is_kept_under_a_legal_hold(production: Template) -> None:
    rules = bucket(production)["LifecycleConfiguration"]["Rules"]
    assert [one["Prefix"] for one in rules if "ExpirationInDays" in one] == ["received/"]


def test_mails_outlive_the_stack_in_production(production: Template) -> None:
    made = production.named("S3::Bucket", "MailboxBucket")
    assert (made["DeletionPolicy"], made["UpdateReplacePolicy"]) == ("Retain", "Retain")


# --- The queues ----------------------------------------------------------------------------------------


def test_a_mail_that_came_and_what_was_decided_about_mails_come_to_one_queue(deployed: Template) -> None:
    [subscription] = [
        one["Properties"]
        for one in deployed.of_type("SNS::Subscription").values()
        if one["Properties"]["Protocol"] == "sqs"
    ]
    assert deployed.target(subscription["Endpoint"]) == "MailboxQueue"
    assert subscription["RawMessageDelivery"] is True
    assert deployed.target(subscription["RedrivePolicy"]["deadLetterTargetArn"]) == "MailboxUndelivered"
    rule = deployed.named("Events::Rule", "MailboxDecided")["Properties"]
    assert rule["EventPattern"] == {
        "source": ["redress"],
        "detail-type": ["MailAccepted", "LegalHoldPlaced", "LegalHoldLifted", "DuplicateLinked"],
    }
    assert deployed.target(rule["EventBusName"]) == "EventsBus"
    [target] = rule["Targets"]
    assert deployed.target(target["Arn"]) == "MailboxQueue"
    assert deployed.target(target["DeadLetterConfig"]["Arn"]) == "MailboxUndelivered"


@pytest.mark.parametrize(("queue", "function"), [("MailboxQueue", "mailbox"), ("MailboxNotices", "letters")])
def test_what_fails_is_tried_again_alone_until_it_is_done(
    deployed: Template, queue: str, function: str
) -> None:
    made = deployed.named("SQS::Queue", queue)["Properties"]
    assert made["SqsManagedSseEnabled"] is True
    assert "RedrivePolicy" not in made
    assert made["VisibilityTimeout"] >= 6 * deployed.functions()[function]["Timeout"]
    [source] = [
        one["Properties"]
        for one in deployed.of_type("Lambda::EventSourceMapping").values()
        if deployed.target(one["Properties"]["EventSourceArn"]) == queue
    ]
    assert source["BatchSize"] == 1
    assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_a_person_is_told_of_mail_that_is_on_no_complaint(production: Template) -> None:
    alarms = {production.label(name) for name in production.of_type("CloudWatch::Alarm")}
    assert {"AlarmsMailStuck", "AlarmsNoticesStuck", "AlarmsMailUndelivered", "AlarmsMailboxErrors"} <= alarms


def test_a_mail_of_forty_megabytes_has_room_and_time(production: Template) -> None:
    made = production.functions()["mailbox"]
    assert made["MemorySize"] >= 40 * 10
    assert made["Timeout"] >= 60


# --- The region file -----------------------------------------------------------------------------------

QUESTIONS = 'sender = "complaints@mail.example.com"\nquestions = "{}"'
FAULTS = {
    "no rule set": ('rule_set = "redress"', "", "mail.rule_set", "name the set"),
    "a region where SES takes no mail in": (
        'region = "eu-west-2"',
        'region = "eu-central-2"',
        "mail.inbound",
        "SES receives no mail in eu-central-2",
    ),
    "a mail that would go before its message": (
        'rule_set = "redress"',
        'rule_set = "redress"\nkept_days = 7',
        "mail.kept_days",
        "30",
    ),
    "no letters at all": ("[operator]", "[operator]\nletters_per_day = 0", "operator.letters_per_day", "1"),
    "questions of another domain": (
        'sender = "complaints@mail.example.com"',
        QUESTIONS.format("questions@example.org"),
        "operator.brands.northlight.questions",
        "outside mail.domain",
    ),
    "questions to the address for complaints": (
        'sender = "complaints@mail.example.com"',
        QUESTIONS.format("Complaints@mail.example.com"),
        "operator.brands.northlight.questions",
        "the sender of brand 'northlight' already",
    ),
    "questions to no mailbox": (
        'sender = "complaints@mail.example.com"',
        QUESTIONS.format("Questions <questions@mail.example.com>"),
        "operator.brands.northlight.questions",
        "is no mailbox",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_region_file_that_would_lose_mail_is_refused(tmp_path: Path, fault: str) -> None:
    before, after, key, remedy = FAULTS[fault]
    assert PRODUCTION.count(before) == 1
    file = tmp_path / "eu-west-2.toml"
    file.write_text(PRODUCTION.replace(before, after), encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        load(file)
    told = [one for one in refused.value.faults if one.startswith(f"{key}:")]
    assert remedy in " ".join(told)


def test_questions_that_nobody_reads_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "eu-west-2.toml"
    text = PRODUCTION.replace("inbound = true", "inbound = false").replace(
        'sender = "complaints@mail.example.com"', QUESTIONS.format("questions@mail.example.com")
    )
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        load(file)
    assert [one.partition(":")[0] for one in refused.value.faults] == ["operator.brands.northlight.questions"]


def test_the_regions_of_the_region_files_take_mail_in() -> None:
    assert {load(path).stack.region for path in REGIONS.glob("*.toml")} <= RECEIVES_MAIL
