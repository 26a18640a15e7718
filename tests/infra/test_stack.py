"""Properties of the deployed system that matter to its promises, read from the synthesised template."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from infra.constructs.operator_api import ACCESS_LOG as API_ACCESS_LOG
from infra.constructs.portal import ACCESS_LOG as PORTAL_ACCESS_LOG
from infra.constructs.table import INDEXES
from infra.constructs.web_acl import COUNTED
from infra.constructs.workflow import definition_digest
from infra.settings import FUNCTIONS
from tests.infra.template import Template

GATEWAY_SECONDS = 29
"""An HTTP API waits 30 seconds for its function, a REST API 29."""
DAY = 86_400
BODY_RULES = {
    *("SizeRestrictions_BODY", "EC2MetaDataSSRF_BODY", "GenericLFI_BODY", "GenericRFI_BODY"),
    *("CrossSiteScripting_BODY", "JavaDeserializationRCE_BODY", "Log4JRCE_BODY", "ReactJSRCE_BODY"),
}
"""Of both groups, as AWS has them: a new one blocks until it stands in `COUNTED`."""
SHARED_ENVIRONMENT = {
    *("TABLE_NAME", "REGION_FILE", "PYTHONTZPATH", "POWERTOOLS_SERVICE_NAME", "POWERTOOLS_LOG_LEVEL"),
    "INBOUND_MAIL",
}
ENVIRONMENT = {
    "portal": {
        *("LINK_SECRET_ARN", "PLAYER_INDEX_SECRET_ARN", "PREFILL_SECRET_ARN", "PORTAL_URL"),
        *("EVIDENCE_BUCKET", "EVIDENCE_DOMAIN"),
    },
    "operator_api": {
        *("PLAYER_INDEX_SECRET_ARN", "LINK_SECRET_ARN", "TOKENS"),
        *("WEBHOOK_SECRET_ARN", "WEBHOOK_DELIVERIES_URL"),
        *("EVIDENCE_BUCKET", "EVIDENCE_DOMAIN"),
    },
    "plan": {"DEFINITION_DIGEST"},
    "letters": {"PORTAL_URL", "LINK_SECRET_ARN", "CONFIGURATION_SET"},
    "mailbox": {
        *("MAIL_BUCKET", "NOTICES_URL", "LINK_SECRET_ARN", "PLAYER_INDEX_SECRET_ARN"),
        *("EVIDENCE_BUCKET", "EVIDENCE_DOMAIN"),
    },
    "relay": {"STATE_MACHINE_ARN", "EFFECTS_QUEUE_URL", "DEAD_LETTERS_URL", "EVENT_BUS_NAME"},
    "sweep": set(),
    "journal": {"JOURNAL_BUCKET", "DEAD_LETTERS_URL"},
    "reports": {"JOURNAL_BUCKET", "SIGNING_KEY"},
    "erasure": {"EVIDENCE_BUCKET", "MAIL_BUCKET"},
    "insight": {"CONFIGURATION_SET"},
    "outcomes": {"EVIDENCE_BUCKET", "EVIDENCE_MALWARE_SCAN"},
    "webhooks": {
        *("WEBHOOK_SECRET_ARN", "WEBHOOK_DELIVERIES_URL", "WEBHOOK_DELIVERIES_ARN"),
        *("WEBHOOK_RETRY_SECONDS", "WEBHOOK_GIVE_UP_SECONDS"),
    },
}


def test_the_table_can_be_restored_to_any_second_of_35_days(production: Template) -> None:
    recovery = production.only("DynamoDB::Table")["PointInTimeRecoverySpecification"]
    assert recovery == {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 35}


def test_the_table_and_the_secrets_outlive_the_stack_in_production(production: Template) -> None:
    kept = production.of_type("DynamoDB::Table") | production.of_type("SecretsManager::Secret")
    assert len(kept) == 5
    for resource in kept.values():
        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_table_and_user_pool_are_protected_against_deletion_in_production(production: Template) -> None:
    assert production.only("DynamoDB::Table")["DeletionProtectionEnabled"] is True
    assert production.only("Cognito::UserPool")["DeletionProtection"] == "ACTIVE"


def test_the_table_is_paid_by_request_and_encrypted_under_the_key_dynamodb_owns(production: Template) -> None:
    table = production.only("DynamoDB::Table")
    assert table["BillingMode"] == "PAY_PER_REQUEST"
    # Without a specification DynamoDB encrypts under its own key; a table cannot be unencrypted.
    assert "SSESpecification" not in table


def test_the_table_has_its_keys_stream_and_expiry(production: Template) -> None:
    table = production.only("DynamoDB::Table")
    assert table["KeySchema"] == _keys("pk", "sk")
    assert table["StreamSpecification"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert {a["AttributeType"] for a in table["AttributeDefinitions"]} == {"S"}


def test_lists_can_be_read_from_each_index_and_none_shows_the_token(production: Template) -> None:
    indexes = production.only("DynamoDB::Table")["GlobalSecondaryIndexes"]
    assert {i["IndexName"]: i["KeySchema"] for i in indexes} == {n: _keys(*k) for n, k in INDEXES.items()}
    for index in indexes:
        projection = index["Projection"]
        shown = {*projection["NonKeyAttributes"], *(key["AttributeName"] for key in index["KeySchema"])}
        assert projection["ProjectionType"] == "INCLUDE"
        assert {"number", "version", "generation", "stage", "brand", "jurisdiction", "category"} <= shown
        assert {"team", "assignee", "due_at", "received_at"} <= shown
        assert "token" not in shown


def test_every_function_is_built_alike(production: Template) -> None:
    functions = production.functions()
    assert set(functions) == set(FUNCTIONS)
    for name, function in functions.items():
        assert function["Runtime"] == "python3.13"
        assert function["Architectures"] == ["arm64"]
        assert function["Handler"] == "handler.handler"
        assert len(function["Layers"]) == 3
        assert "LogGroup" in function["LoggingConfig"]
        assert set(function["Environment"]["Variables"]) == SHARED_ENVIRONMENT | ENVIRONMENT[name]


@pytest.mark.parametrize("door", ["portal", "operator_api"])
def test_a_door_answers_before_its_gateway_gives_up(production: Template, door: str) -> None:
    assert production.functions()[door]["Timeout"] < GATEWAY_SECONDS


def test_a_turn_of_the_workflow_ends_before_the_state_machine_gives_up_on_it(production: Template) -> None:
    states = json.loads(production.only("StepFunctions::StateMachine")["DefinitionString"])["States"]
    functions = production.functions()
    called = {"${plan_function}": functions["plan"], "${letters_function}": functions["letters"]}
    invoking = [state for state in states.values() if state.get("Resource") in called]
    assert invoking
    for state in invoking:
        assert called[state["Resource"]]["Timeout"] <= state["TimeoutSeconds"]


def test_everything_but_the_portal_is_traced(production: Template) -> None:
    traced = {name for name, f in production.functions().items() if f.get("TracingConfig")}
    assert traced == set(FUNCTIONS) - {"portal"}
    assert production.only("ApiGateway::Stage").get("TracingEnabled", False) is False


def test_every_log_group_has_the_retention_of_the_region_file(production: Template, local: Template) -> None:
    for template, days in ((production, 365), (local, 1)):
        groups = template.of_type("Logs::LogGroup").values()
        assert {group["Properties"]["RetentionInDays"] for group in groups} == {days}


def test_the_portals_access_log_holds_neither_path_nor_query_nor_address(production: Template) -> None:
    stage = production.only("ApiGateway::Stage")
    assert stage["StageName"] == "live"
    assert stage["AccessLogSetting"]["Format"] == PORTAL_ACCESS_LOG
    for leak in ("path", "Path", "resourcePath", "query", "identity", "sourceIp", "userAgent"):
        assert leak not in PORTAL_ACCESS_LOG
    json.loads(PORTAL_ACCESS_LOG)


def test_the_apis_access_log_holds_the_route_but_not_the_path(production: Template) -> None:
    logged = json.loads(production.only("ApiGatewayV2::Stage")["AccessLogSettings"]["Format"])
    assert logged == API_ACCESS_LOG
    assert not [value for value in logged.values() if "path" in value.lower() or "identity" in value]


def test_both_doors_are_throttled(production: Template) -> None:
    [portal] = production.only("ApiGateway::Stage")["MethodSettings"]
    api = production.only("ApiGatewayV2::Stage")["DefaultRouteSettings"]
    assert (portal["ThrottlingRateLimit"], portal["ThrottlingBurstLimit"]) == (50, 100)
    assert (api["ThrottlingRateLimit"], api["ThrottlingBurstLimit"]) == (50, 100)
    assert portal.get("DataTraceEnabled", False) is False


def test_the_gateways_own_refusals_are_pages(production: Template) -> None:
    refusals = production.of_type("ApiGateway::GatewayResponse").values()
    kinds = {refusal["Properties"]["ResponseType"] for refusal in refusals}
    assert {"DEFAULT_4XX", "DEFAULT_5XX", "THROTTLED", "WAF_FILTERED"} <= kinds
    for refusal in refusals:
        headers = refusal["Properties"]["ResponseParameters"]
        assert headers["gatewayresponse.header.Content-Type"] == "'text/html; charset=utf-8'"
        for page in refusal["Properties"]["ResponseTemplates"].values():
            assert page.startswith("<!doctype html>")
            assert "$" not in page  # the gateway would take it for a variable


def test_the_api_lets_nobody_in_without_a_token(production: Template) -> None:
    route = production.only("ApiGatewayV2::Route")
    assert (route["RouteKey"], route["AuthorizationType"]) == ("ANY /v1/{proxy+}", "JWT")
    assert production.only("ApiGatewayV2::Authorizer")["IdentitySource"] == ["$request.header.Authorization"]


def test_each_client_of_the_region_file_gets_tokens_with_its_scopes_only(production: Template) -> None:
    client = production.only("Cognito::UserPoolClient")
    scopes = {part["Fn::Join"][1][1] for part in client["AllowedOAuthScopes"]}
    assert client["AllowedOAuthFlows"] == ["client_credentials"]
    assert client["GenerateSecret"] is True
    assert scopes == {f"/complaints:{scope}" for scope in ("read", "write", "decide", "admin")}
    assert "ExplicitAuthFlows" not in client


def test_the_api_knows_the_region_files_client_behind_each_client_id(production: Template) -> None:
    variables = production.functions()["operator_api"]["Environment"]["Variables"]
    text = "".join("ID" if isinstance(p, dict) else p for p in variables["TOKENS"]["Fn::Join"][1])
    assert json.loads(text) == {"clients": {"ID": "back-office"}, "scope_prefix": "redress/complaints:"}


def test_queues_are_encrypted_refuse_plain_http_and_keep_messages_for_14_days(production: Template) -> None:
    queues = production.of_type("SQS::Queue")
    for name, queue in queues.items():
        assert queue["Properties"]["SqsManagedSseEnabled"] is True
        days = 7 if "Undelivered" in name else 14  # which tests/infra/test_queues.py is about
        assert queue["Properties"]["MessageRetentionPeriod"] == days * DAY
    protected = {p["Properties"]["Queues"][0]["Ref"] for p in production.of_type("SQS::QueuePolicy").values()}
    assert protected == set(queues)
    for policy in production.of_type("SQS::QueuePolicy").values():
        _assert_refuses_plain_http(policy)


def test_every_topic_is_encrypted_under_our_key_and_refuses_plain_http(production: Template) -> None:
    topics = production.of_type("SNS::Topic")
    [key] = [name for name in production.of_type("KMS::Key") if production.label(name) == "AlarmsKey"]
    assert production.resources[key]["Properties"]["EnableKeyRotation"] is True
    for topic in topics.values():
        assert topic["Properties"]["KmsMasterKeyId"] == {"Fn::GetAtt": [key, "Arn"]}
    policies = production.of_type("SNS::TopicPolicy").values()
    assert {one["Properties"]["Topics"][0]["Ref"] for one in policies} == set(topics)
    for policy in policies:
        _assert_refuses_plain_http(policy)


def test_the_relay_follows_every_change_and_gives_up_only_into_a_queue(production: Template) -> None:
    mappings = [m["Properties"] for m in production.of_type("Lambda::EventSourceMapping").values()]
    [stream] = [
        m for m in mappings if "StartingPosition" in m and production.target(m["FunctionName"]) == "Relay"
    ]
    assert stream["StartingPosition"] == "TRIM_HORIZON"
    assert stream["BisectBatchOnFunctionError"] is True
    assert 0 < stream["MaximumRetryAttempts"] < 100
    assert "OnFailure" in stream["DestinationConfig"]
    patterns = [json.loads(f["Pattern"]) for f in stream["FilterCriteria"]["Filters"]]
    assert patterns == [
        {"eventName": ["INSERT", "MODIFY"], "dynamodb": {"Keys": {"sk": {"S": ["STATE"]}}}},
        {"eventName": ["INSERT"], "dynamodb": {"Keys": {"sk": {"S": [{"prefix": "EVENT#"}]}}}},
    ]
    assert all(m["FunctionResponseTypes"] == ["ReportBatchItemFailures"] for m in mappings)


def test_an_effect_is_hidden_from_others_for_longer_than_the_relay_may_take(production: Template) -> None:
    timeout = production.functions()["relay"]["Timeout"]
    queues = {n: q for n, q in production.of_type("SQS::Queue").items() if n.startswith("Relay")}
    assert len(queues) == 3
    assert all(queue["Properties"]["VisibilityTimeout"] >= 6 * timeout for queue in queues.values())


def test_the_workflow_logs_failures_without_data(production: Template) -> None:
    machine = production.only("StepFunctions::StateMachine")
    logging = machine["LoggingConfiguration"]
    assert (logging["Level"], logging["IncludeExecutionData"]) == ("ERROR", False)
    assert machine["TracingConfiguration"] == {"Enabled": True}
    assert machine.get("StateMachineType", "STANDARD") == "STANDARD"


def test_an_execution_and_plan_agree_on_which_definition_is_deployed(production: Template) -> None:
    substitutions = production.only("StepFunctions::StateMachine")["DefinitionSubstitutions"]
    plan = production.functions()["plan"]["Environment"]["Variables"]
    assert substitutions["definition_digest"] == plan["DEFINITION_DIGEST"] == definition_digest()


def test_an_alarm_rings_when_the_sweep_is_behind_or_gone(production: Template) -> None:
    [alarm] = [a for a in _alarms(production) if a["MetricName"] == "SweepLag"]
    assert alarm["TreatMissingData"] == "breaching"
    assert alarm["Namespace"] == "Redress"
    dimensions = {d["Name"]: d["Value"] for d in alarm["Dimensions"]}
    service = production.functions()["sweep"]["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
    assert dimensions == {"function": "sweep", "service": service}


def test_an_alarm_rings_when_the_answer_to_a_consultation_is_late(production: Template) -> None:
    [alarm] = [a for a in _alarms(production) if a["MetricName"] == "ConsultationLag"]
    assert (alarm["Namespace"], alarm["Threshold"], alarm["Statistic"]) == ("Redress", 1, "Maximum")
    assert {d["Name"] for d in alarm["Dimensions"]} == {"function", "service"}


def test_every_alarm_reaches_the_topic(production: Template) -> None:
    [topic] = [name for name in production.of_type("SNS::Topic") if production.label(name) == "AlarmsTopic"]
    assert all(alarm["AlarmActions"] == [{"Ref": topic}] for alarm in _alarms(production))
    subscribed = [one["Properties"] for one in production.of_type("SNS::Subscription").values()]
    told = [(one["TopicArn"], one["Endpoint"]) for one in subscribed if one["Protocol"] == "email"]
    assert told == [({"Ref": topic}, "ops@example.com")]


def test_the_sweep_runs_every_five_minutes(production: Template, local: Template) -> None:
    assert _schedule(production)["ScheduleExpression"] == "rate(5 minutes)"
    assert _schedule(local)["ScheduleExpression"] == "rate(5 seconds)"


# What the embedded platform cannot do is off in its region file; production has it.


def test_production_has_a_web_acl_that_counts_what_it_finds_in_bodies(
    production: Template, local: Template
) -> None:
    assert not local.of_type("WAFv2::WebACL")
    acl = production.only("WAFv2::WebACL")
    assert production.only("WAFv2::WebACLAssociation")
    assert {name for counted in COUNTED.values() for name in counted} >= BODY_RULES
    rate, *managed = acl["Rules"]
    assert rate["Statement"]["RateBasedStatement"]["Limit"] == 1000
    assert rate["Action"]["Block"]["CustomResponse"]["ResponseCode"] == 429
    for rule in managed:
        group = rule["Statement"]["ManagedRuleGroupStatement"]
        counted = [o["Name"] for o in group["RuleActionOverrides"] if "Count" in o["ActionToUse"]]
        assert counted == list(COUNTED[group["Name"]])


def test_the_web_acl_logs_without_what_may_hold_a_private_link(production: Template) -> None:
    redacted = production.only("WAFv2::LoggingConfiguration")["RedactedFields"]
    assert {"UriPath": {}} in redacted
    assert {"QueryString": {}} in redacted
    assert {"SingleHeader": {"Name": "referer"}} in redacted
    [rules] = [production.only("WAFv2::WebACL")["Rules"]]
    assert not any(rule["VisibilityConfig"]["SampledRequestsEnabled"] for rule in rules)


def test_production_answers_on_its_own_domains_only(production: Template, local: Template) -> None:
    for kind in ("ApiGateway::RestApi", "ApiGatewayV2::Api"):
        assert production.only(kind)["DisableExecuteApiEndpoint"] is True
        assert local.only(kind).get("DisableExecuteApiEndpoint", False) is False
    assert production.only("ApiGateway::DomainName")["SecurityPolicy"] == "TLS_1_2"
    [configuration] = production.only("ApiGatewayV2::DomainName")["DomainNameConfigurations"]
    assert configuration["SecurityPolicy"] == "TLS_1_2"


def test_the_local_stack_lacks_only_what_its_region_file_switches_off(
    production: Template, local: Template
) -> None:
    absent = _kinds(production) - _kinds(local)
    assert absent == {
        *("AWS::WAFv2::WebACL", "AWS::WAFv2::WebACLAssociation", "AWS::WAFv2::LoggingConfiguration"),
        *("AWS::ApiGateway::DomainName", "AWS::ApiGateway::BasePathMapping"),
        *("AWS::ApiGatewayV2::DomainName", "AWS::ApiGatewayV2::ApiMapping"),
        "AWS::SES::ReceiptRule",
        "AWS::GuardDuty::MalwareProtectionPlan",
        *("AWS::Glue::Database", "AWS::Glue::Table", "AWS::Athena::WorkGroup", "AWS::Athena::NamedQuery"),
    }
    assert not _kinds(local) - _kinds(production)


def test_the_local_apis_have_the_ids_their_region_file_pins(local: Template) -> None:
    tags = {tag["Key"]: tag["Value"] for tag in local.only("ApiGateway::RestApi")["Tags"]}
    assert tags["ms-custom-id"] == "redress-portal"
    assert local.only("ApiGatewayV2::Api")["Tags"]["ms-custom-id"] == "redress-api"


def test_with_snap_start_every_caller_uses_the_published_version(variant_template: Template) -> None:
    aliases = set(variant_template.of_type("Lambda::Alias"))
    assert len(aliases) == len(FUNCTIONS)
    for function in variant_template.functions().values():
        assert function["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    callers = [
        *(
            m["Properties"]["FunctionName"]
            for m in variant_template.of_type("Lambda::EventSourceMapping").values()
        ),
        *(target["Arn"] for target in _schedule(variant_template)["Targets"]),
        *(p["Properties"]["FunctionName"] for p in variant_template.of_type("Lambda::Permission").values()),
    ]
    assert {caller["Ref"] for caller in callers} <= aliases


def test_reserved_concurrency_is_set_where_the_region_file_asks_for_it(variant_template: Template) -> None:
    reserved = {n: f.get("ReservedConcurrentExecutions") for n, f in variant_template.functions().items()}
    assert reserved == {**dict.fromkeys(FUNCTIONS), "portal": 20}


def _schedule(template: Template) -> Mapping[str, Any]:
    """The rule of EventBridge by which the sweep runs."""
    rules: dict[str, Any] = template.of_type("Events::Rule")
    schedule: Mapping[str, Any]
    [schedule] = [rule["Properties"] for name, rule in rules.items() if name.startswith("SweepSchedule")]
    return schedule


def _keys(partition: str, sort: str) -> list[dict[str, str]]:
    return [
        {"AttributeName": partition, "KeyType": "HASH"},
        {"AttributeName": sort, "KeyType": "RANGE"},
    ]


def _alarms(template: Template) -> list[Any]:
    return [alarm["Properties"] for alarm in template.of_type("CloudWatch::Alarm").values()]


def _kinds(template: Template) -> set[str]:
    return {resource["Type"] for resource in template.resources.values()}


def _assert_refuses_plain_http(policy: Any) -> None:
    statements = policy["Properties"]["PolicyDocument"]["Statement"]
    denied = [s for s in statements if s["Effect"] == "Deny"]
    assert any(s.get("Condition") == {"Bool": {"aws:SecureTransport": "false"}} for s in denied)
