"""Who may do what. An action that is not listed here is one too many, and one that is missing fails, too."""

import pytest

from infra.settings import REGIONS, load
from tests.infra.template import Template

APPEND = {f"dynamodb:{action}" for action in ("Query", "PutItem", "UpdateItem")}
READ_AND_APPEND = APPEND | {"dynamodb:GetItem"}
LOG = {"logs:CreateLogStream", "logs:PutLogEvents"}
TRACE = {"xray:PutTelemetryRecords", "xray:PutTraceSegments"}
READ_SECRET = {"secretsmanager:GetSecretValue"}
TAKE = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}
SES = "arn:aws:ses:eu-west-2::"

EXPECTED = {
    "Portal": {
        "PortalLogs": LOG,
        "Complaints": READ_AND_APPEND,
        "LinkSecret": READ_SECRET,
        "PlayerIndexSecret": READ_SECRET,
        "PrefillSecret": READ_SECRET,
        "EvidenceBucket/incoming/*": {"s3:PutObject"},
    },
    "OperatorApi": {
        "OperatorApiLogs": LOG,
        "*": TRACE,
        "Complaints": READ_AND_APPEND | {"dynamodb:BatchGetItem"},
        "Complaints/index/by_queue": {"dynamodb:Query"},
        "Complaints/index/by_register": {"dynamodb:Query"},
        "Complaints/index/by_player": {"dynamodb:Query"},
        "LinkSecret": READ_SECRET,
        "PlayerIndexSecret": READ_SECRET,
        "WebhookSecret": READ_SECRET,
        "WebhooksWebhookDeliveries": {"sqs:SendMessage"},
        "EvidenceBucket/incoming/*": {"s3:PutObject"},
        "EvidenceBucket/kept/*": {"s3:GetObject"},
    },
    "Webhooks": {
        "WebhooksLogs": LOG,
        "*": TRACE,
        "Complaints": {"dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:UpdateItem"},
        "WebhookSecret": READ_SECRET,
        "WebhooksWebhookEvents": TAKE,
        "WebhooksWebhookDeliveries": TAKE | {"sqs:SendMessage", "sqs:ChangeMessageVisibility"},
    },
    "Outcomes": {
        "OutcomesLogs": LOG,
        "*": TRACE,
        "Complaints": APPEND,
        "EvidenceBucket": {"s3:ListBucket"},
        "EvidenceBucket/incoming/*": {"s3:GetObject", "s3:DeleteObject"},
        "EvidenceBucket/kept/*": {"s3:PutObject", "s3:DeleteObject"},
        "OutcomesQueue": TAKE,
    },
    "Mailbox": {
        "MailboxLogs": LOG,
        "*": TRACE,
        "Complaints": READ_AND_APPEND,
        "LinkSecret": READ_SECRET,
        "PlayerIndexSecret": READ_SECRET,
        "EvidenceBucket/incoming/*": {"s3:PutObject"},
        "MailboxBucket": {"s3:ListBucket", "s3:ListBucketVersions"},
        "MailboxBucket/received/*": {"s3:GetObject", "s3:DeleteObject"},
        "MailboxBucket/held/*": {"s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"},
        "MailboxNotices": {"sqs:SendMessage"},
        "MailboxQueue": TAKE,
    },
    "Plan": {
        "PlanLogs": LOG,
        "*": TRACE,
        "Complaints": APPEND,
        "Complaints/index/by_player": {"dynamodb:Query"},
    },
    "Letters": {
        "LettersLogs": LOG,
        "*": TRACE,
        "Complaints": READ_AND_APPEND,
        "LinkSecret": READ_SECRET,
        "MailboxNotices": TAKE,
        f"{SES}identity/MailIdentity": {"ses:SendEmail"},
        f"{SES}configuration-set/MailConfigurationSet": {"ses:SendEmail"},
    },
    "Relay": {
        "RelayLogs": LOG,
        "*": TRACE | {"dynamodb:ListStreams"},
        "Complaints": {"dynamodb:GetItem"},
        "Complaints stream": {
            "dynamodb:DescribeStream",
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
        },
        "WorkflowMachine": {"states:StartExecution", "states:SendTaskSuccess"},
        "EventsBus": {"events:PutEvents"},
        "RelayEffects": {
            "sqs:SendMessage",
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
        },
        "RelayDeadLetters": {"sqs:SendMessage"},
    },
    "Journal": {
        "JournalLogs": LOG,
        "*": TRACE | {"dynamodb:ListStreams"},
        "Complaints stream": {
            "dynamodb:DescribeStream",
            "dynamodb:GetRecords",
            "dynamodb:GetShardIterator",
        },
        "JournalBucket": {"s3:ListBucket"},
        "JournalBucket/events/*": {"s3:PutObject", "s3:GetObject"},
        "JournalBucket/digests/*": {"s3:PutObject", "s3:GetObject"},
        "JournalDeadLetters": {"sqs:SendMessage"},
    },
    "Reports": {
        "ReportsLogs": LOG,
        "*": TRACE,
        "Complaints": {"dynamodb:Query"},
        "Complaints/index/by_attention": {"dynamodb:Query"},
        "Complaints/index/by_register": {"dynamodb:Query"},
        "ReportsKey": {"kms:Sign", "kms:GetPublicKey"},
        "JournalBucket": {"s3:ListBucket"},
        "JournalBucket/digests/*": {"s3:GetObject"},
        "JournalBucket/proofs/*": {"s3:PutObject", "s3:GetObject"},
    },
    "Insight": {
        "InsightLogs": LOG,
        "*": TRACE,
        "Complaints": READ_AND_APPEND,
        "Complaints/index/by_register": {"dynamodb:Query"},
        "InsightQueue": TAKE,
        f"{SES}identity/MailIdentity": {"ses:SendEmail"},
        f"{SES}configuration-set/MailConfigurationSet": {"ses:SendEmail"},
    },
    "Erasure": {
        "ErasureLogs": LOG,
        "*": TRACE,
        "Complaints": READ_AND_APPEND | {"dynamodb:DeleteItem"},
        "Complaints/index/by_queue": {"dynamodb:Query"},
        "EvidenceBucket": {"s3:ListBucketVersions"},
        "EvidenceBucket/incoming/*": {"s3:DeleteObject", "s3:DeleteObjectVersion"},
        "EvidenceBucket/kept/*": {"s3:DeleteObject", "s3:DeleteObjectVersion"},
        "MailboxBucket": {"s3:ListBucketVersions"},
        "MailboxBucket/received/*": {"s3:DeleteObject", "s3:DeleteObjectVersion"},
        "MailboxBucket/held/*": {"s3:DeleteObject", "s3:DeleteObjectVersion"},
        "ErasureQueue": TAKE,
    },
    "Sweep": {
        "SweepLogs": LOG,
        "*": TRACE,
        "Complaints": {"dynamodb:GetItem", "dynamodb:UpdateItem"},
        "Complaints/index/by_attention": {"dynamodb:Query"},
        "WorkflowMachine": {"states:SendTaskSuccess"},
    },
}

# What a role may write in these partitions of the table alone; `*` is any text.
COMPLAINT = {"COMPLAINT#*"}
WITHIN = {
    "Workflow": {"dynamodb:UpdateItem": COMPLAINT},
    "Sweep": {"dynamodb:UpdateItem": COMPLAINT},
    "Webhooks": {"dynamodb:PutItem": {"WEBHOOK#*"}, "dynamodb:UpdateItem": {"WEBHOOKS"}},
    "Insight": {
        "dynamodb:PutItem": {"COUNTED#*", "ALARMS"},
        "dynamodb:UpdateItem": {"COUNTS#*#*", "ALARMS"},
    },
    "Erasure": {"dynamodb:DeleteItem": COMPLAINT | {"CONSULTATION#*"}},
}


@pytest.mark.parametrize("role", EXPECTED)
def test_each_function_may_do_exactly_what_it_needs(production: Template, role: str) -> None:
    assert production.grants(role) == EXPECTED[role]


def test_permissions_are_the_same_on_the_embedded_platform(production: Template, local: Template) -> None:
    assert {role: local.grants(role) for role in EXPECTED} == {
        role: production.grants(role) for role in EXPECTED
    }


def test_the_state_machine_may_invoke_two_functions_and_park_on_the_table(production: Template) -> None:
    grants = production.grants("Workflow")
    unscoped = grants.pop("*")
    assert grants == {
        "Plan": {"lambda:InvokeFunction"},
        "Letters": {"lambda:InvokeFunction"},
        "Complaints": {"dynamodb:UpdateItem"},
    }
    assert {action.split(":")[0] for action in unscoped} == {"logs", "xray"}


@pytest.mark.parametrize("role", WITHIN)
def test_who_needs_few_partitions_writes_to_no_other(production: Template, role: str) -> None:
    """DynamoDB names the partitions of every request to an item, so the condition never goes unasked."""
    bounds = production.bounds(role, "Complaints", "dynamodb:LeadingKeys")
    assert {action: bounds[action] for action in WITHIN[role]} == {
        action: [partitions] for action, partitions in WITHIN[role].items()
    }


def test_there_is_no_role_beside_those_of_functions_workflow_scanner_and_gateway(
    production: Template,
) -> None:
    roles = {production.label(name) for name in production.of_type("IAM::Role")}
    assert roles == {*EXPECTED, "Workflow", "EvidenceScanner", "PortalApiCloudWatch"}
    assert not production.of_type("IAM::User")
    assert not production.of_type("IAM::ManagedPolicy")


def test_no_function_has_an_address_of_its_own(production: Template) -> None:
    assert not production.of_type("Lambda::Url")


def test_no_role_but_the_gateways_own_carries_a_managed_policy(production: Template) -> None:
    managed = [
        production.label(name)
        for name, role in production.of_type("IAM::Role").items()
        if role["Properties"].get("ManagedPolicyArns")
    ]
    assert managed == ["PortalApiCloudWatch"]


def test_each_function_has_a_role_of_its_own(production: Template) -> None:
    roles = [function["Role"]["Fn::GetAtt"][0] for function in production.functions().values()]
    assert len(set(roles)) == len(roles)


def test_letters_leave_from_the_brands_addresses_only(production: Template) -> None:
    [sending] = [s for s in production.statements("Letters") if s["Action"] == "ses:SendEmail"]
    assert sending["Condition"] == {"StringEquals": {"ses:FromAddress": ["complaints@mail.example.com"]}}


def test_who_looks_for_rises_may_write_to_the_teams_and_to_no_player(production: Template) -> None:
    [sending] = [s for s in production.statements("Insight") if s["Action"] == "ses:SendEmail"]
    mailboxes = sorted({team.email for team in load(REGIONS / "eu-west-2.toml").operator.teams})
    assert sending["Condition"] == {
        "StringEquals": {"ses:FromAddress": ["complaints@mail.example.com"]},
        "ForAllValues:StringEquals": {"ses:Recipients": mailboxes},
    }


def test_functions_are_invoked_only_by_the_door_or_schedule_they_belong_to(production: Template) -> None:
    permissions = production.of_type("Lambda::Permission").values()
    invokers = {
        (production.target(p["Properties"]["FunctionName"]), p["Properties"]["Principal"])
        for p in permissions
    }
    assert invokers == {
        ("Portal", "apigateway.amazonaws.com"),
        ("OperatorApi", "apigateway.amazonaws.com"),
        ("Sweep", "events.amazonaws.com"),
        ("Journal", "events.amazonaws.com"),
        ("Reports", "events.amazonaws.com"),
        ("Erasure", "events.amazonaws.com"),
        ("Insight", "events.amazonaws.com"),
    }
    assert all("SourceArn" in permission["Properties"] for permission in permissions)


def test_each_topic_takes_word_from_one_service_and_for_this_account_alone(production: Template) -> None:
    """A policy of its own takes the place of the one SNS gives a topic: who is not named here is refused."""
    senders = {}
    for policy in production.of_type("SNS::TopicPolicy").values():
        document = policy["Properties"]["PolicyDocument"]
        [allowed] = [one for one in document["Statement"] if one["Effect"] == "Allow"]
        topic = production.target(allowed["Resource"])
        assert allowed["Action"] == "sns:Publish"
        assert {"Ref": "AWS::AccountId"} in allowed["Condition"]["ArnLike"]["aws:SourceArn"]["Fn::Join"][1]
        origin = production.target(allowed["Condition"]["ArnLike"]["aws:SourceArn"])
        senders[topic] = (allowed["Principal"], origin)
    assert senders == {
        "AlarmsTopic": (
            {"Service": "cloudwatch.amazonaws.com"},
            "arn:aws:cloudwatch:eu-west-2::alarm:*",
        ),
        "MailboxTopic": (
            {"Service": "ses.amazonaws.com"},
            "arn:aws:ses:eu-west-2::receipt-rule-set/redress:receipt-rule/*",
        ),
    }
