"""Each patch of infra/local/patches is needed, and does what AWS does.

A probe is a function that asserts what AWS does. It must hold on the patched platform, and fail on MiniStack
as installed: when it starts to hold there, the patch can be deleted.
"""

import ast
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from botocore.auth import S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from tests.platform.lab import (
    ARN,
    PROXY,
    REGION,
    Lab,
    archive,
    document,
    statement,
    until,
)

PROBES: dict[str, Callable[[Lab], None]] = {}


def probe(check: Callable[[Lab], None]) -> Callable[[Lab], None]:
    """Register a probe under the words of its name."""
    PROBES[check.__name__.replace("_", " ")] = check
    return check


# Step Functions


@probe
def a_jsonata_timeout_is_evaluated(lab: Lab) -> None:
    execution = lab.parked("timeout", seconds=1)
    ended = lab.ended(execution)
    assert (ended["status"], ended.get("output")) == ("SUCCEEDED", '"timed out"')


@probe
def the_first_answer_to_a_token_wins(lab: Lab) -> None:
    execution = lab.parked("answers")
    answer = lab.client("stepfunctions").send_task_success
    token = lab.token("answers")
    answer(taskToken=token, output='"first"')
    with pytest.raises(ClientError, match="TaskTimedOut"):
        answer(taskToken=token, output='"second"')
    assert lab.ended(execution)["output"] == '"first"'


@probe
def a_token_that_never_was_is_invalid(lab: Lab) -> None:
    with pytest.raises(ClientError, match="InvalidToken"):
        lab.client("stepfunctions").send_task_success(taskToken="never", output="{}")


@probe
def starting_a_running_execution_again_is_success(lab: Lab) -> None:
    execution = lab.parked("twice")
    machine = f"arn:aws:states:{ARN}:stateMachine:twice"
    assert lab.start(machine, {"seconds": 30}) == execution
    with pytest.raises(ClientError, match="ExecutionAlreadyExists"):
        lab.start(machine, {"seconds": 31})


@probe
def a_stopped_execution_stays_aborted_and_its_token_is_dead(lab: Lab) -> None:
    execution = lab.parked("stopped", seconds=1)
    token = lab.token("stopped")
    lab.client("stepfunctions").stop_execution(executionArn=execution)
    with pytest.raises(ClientError, match="TaskTimedOut"):
        lab.client("stepfunctions").send_task_success(taskToken=token, output="{}")
    time.sleep(1.2)
    assert lab.ended(execution)["status"] == "ABORTED"


@probe
def a_machine_may_do_only_what_its_role_allows(lab: Lab) -> None:
    lab.table("other")
    foreign = lab.role("foreign", statement("dynamodb:UpdateItem", f"arn:aws:dynamodb:{ARN}:table/other"))
    ended = lab.ended(lab.parked("forbidden", seconds=2, role=foreign))
    assert (ended["status"], ended.get("error")) == ("FAILED", "DynamoDb.AccessDeniedException")


@probe
def a_machine_may_invoke_only_the_functions_its_role_allows(lab: Lab) -> None:
    lab.function("uninvited", "def handler(event, context): return 1")
    invoke = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": "uninvited", "Payload": {}},
        "End": True,
    }
    machine = lab.machine("inviting", lab.role("inviting"), {"Invoke": invoke})
    assert lab.ended(lab.start(machine, {})).get("error") == "Lambda.AWSLambdaException"


@probe
def a_role_for_one_machine_may_answer_its_tokens(lab: Lab) -> None:
    lab.parked("mine")
    machine = f"arn:aws:states:{ARN}:stateMachine:mine"
    relay = lab.client("stepfunctions", lab.user("relay", statement("states:SendTaskSuccess", machine)))
    relay.send_task_success(taskToken=lab.token("mine"), output="{}")


# Lambda


@probe
def an_exception_is_named_by_its_class(lab: Lab) -> None:
    lab.function("raising", "class Odd(Exception): pass\ndef handler(event, context): raise Odd('why')")
    answer = lab.invoke("raising")
    assert (answer["errorType"], answer["errorMessage"]) == ("Odd", "why")


@probe
def a_function_lives_on_after_an_exception(lab: Lab) -> None:
    code = (
        "calls = 0\ndef handler(event, context):\n global calls; calls += 1\n if event: 1 / 0\n return calls"
    )
    lab.function("surviving", code)
    lab.invoke("surviving", event=True)
    assert lab.invoke("surviving") == 2


@probe
def layers_are_one_tree_under_opt(lab: Lab) -> None:
    layers = [
        lab.client("lambda").publish_layer_version(LayerName=name, Content={"ZipFile": archive(path, text)})
        for name, path, text in (("code", "python/part.py", "here = True"), ("data", "region.json", "{}"))
    ]
    code = "import os, part\ndef handler(e, c): return [part.here, open(os.environ['REGION_FILE']).read()]"
    lab.function(
        "layered",
        code,
        Layers=[layer["LayerVersionArn"] for layer in layers],
        Environment={"Variables": {"REGION_FILE": "/opt/region.json"}},
    )
    assert lab.invoke("layered") == [True, "{}"]


@probe
def a_function_sees_no_package_but_its_layers(lab: Lab) -> None:
    code = "import importlib.util as u\ndef handler(event, context): return bool(u.find_spec('ministack'))"
    lab.function("bare", code)
    assert lab.invoke("bare") is False


@probe
def a_silent_function_answers_as_fast_as_one_that_logs(lab: Lab) -> None:
    lab.function("silent", "def handler(event, context): return 1")
    lab.function("talking", "def handler(event, context): print('a line'); return 1")

    def seconds(name: str) -> float:
        began = time.perf_counter()
        lab.invoke(name)
        return time.perf_counter() - began

    silent, talking = (min(seconds(name) for _ in range(8)) for name in ("silent", "talking"))
    assert silent < 2 * talking


@probe
def a_burst_runs_on_few_workers(lab: Lab) -> None:
    lab.function("busy", "import os, time\ndef handler(event, context): time.sleep(0.3); return os.getpid()")
    with ThreadPoolExecutor(9) as burst:
        workers = set(burst.map(lambda _: lab.invoke("busy"), range(9)))
    assert len(workers) <= 6


@probe
def a_deployed_function_is_started_before_its_first_request(lab: Lab) -> None:
    code = "import time\nat = time.time()\ndef handler(event, context): return time.time() - at"
    properties = {
        "FunctionName": "ready",
        "Runtime": "python3.13",
        "Handler": "index.handler",
        "Role": lab.role("ready-role"),
        "Code": {"ZipFile": code},
    }
    function = {"Type": "AWS::Lambda::Function", "Properties": properties}
    assert output_of_stack(lab, "ready", function, {"Ref": "Made"}) == "ready"
    time.sleep(2)
    assert lab.invoke("ready") > 0.5


# Lambda on a stream

HANDLE = """
import urllib.request
def handler(event, context):
    keys = [record["dynamodb"]["Keys"]["pk"]["S"] for record in event["Records"]]
    print(keys)
    {rule}
"""


@dataclass(frozen=True)
class Stream:
    """A table, a function on its stream, and what the function was called with."""

    lab: Lab
    name: str

    def batches(self) -> list[list[str]]:
        """The keys of each batch the function received, in order."""
        logs, group = self.lab.client("logs"), f"/aws/lambda/{self.name}"
        if not logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]:
            return []
        events = logs.filter_log_events(logGroupName=group)["events"]
        lines = [line for event in events for line in event["message"].splitlines()]
        return [ast.literal_eval(line) for line in lines if line.startswith("[")]


def stream(lab: Lab, name: str, rule: str, **mapping: Any) -> Stream:
    """A function on a table's stream that prints the keys it gets, then follows the rule."""
    source = lab.table(name)
    for key in ("a", "poison", "b", "c"):
        lab.put(name, key)
    lab.function(name, HANDLE.format(rule=rule))
    lab.client("lambda").create_event_source_mapping(
        FunctionName=name, EventSourceArn=source, StartingPosition="TRIM_HORIZON", **mapping
    )
    return Stream(lab, name)


def given_up(lab: Lab, queue: str) -> tuple[str, int]:
    """Why a batch was given up, and how many records it had."""
    letter = lab.receive(queue, seconds=4)
    assert letter
    described = json.loads(letter)
    return described["requestContext"]["condition"], described["DDBStreamBatchInfo"]["batchSize"]


@probe
def a_poisoned_batch_is_halved_until_only_the_poison_is_given_up(lab: Lab) -> None:
    dead, arn = lab.queue("given-up")
    raising = stream(
        lab,
        "halved",
        "assert 'poison' not in keys",
        BisectBatchOnFunctionError=True,
        MaximumRetryAttempts=1,
        DestinationConfig={"OnFailure": {"Destination": arn}},
    )
    assert given_up(lab, dead) == ("RetryAttemptsExhausted", 1)
    until(raising.batches, lambda seen: seen[-1:] == [["b", "c"]])
    assert raising.batches() == [
        ["a", "poison", "b", "c"],
        ["a", "poison"],
        ["a"],
        ["poison"],
        ["poison"],
        ["b", "c"],
    ]


@probe
def a_partial_failure_is_repeated_from_the_first_failed_record(lab: Lab) -> None:
    second = "event['Records'][1]['dynamodb']['SequenceNumber']"
    rule = f"if len(keys) == 4: return {{'batchItemFailures': [{{'itemIdentifier': {second}}}]}}"
    partial = stream(lab, "partial", rule, FunctionResponseTypes=["ReportBatchItemFailures"])
    until(partial.batches, lambda seen: len(seen) > 1, seconds=3)
    assert partial.batches() == [["a", "poison", "b", "c"], ["poison", "b", "c"]]


@probe
def a_batch_that_keeps_failing_is_given_up_after_its_retries(lab: Lab) -> None:
    dead, arn = lab.queue("exhausted")
    destination = {"OnFailure": {"Destination": arn}}
    stream(lab, "failing", "1 / 0", MaximumRetryAttempts=1, DestinationConfig=destination)
    assert given_up(lab, dead) == ("RetryAttemptsExhausted", 4)


# Tables, schedules, APIs, permissions


@probe
def a_table_of_a_stack_has_its_time_to_live_and_recovery(lab: Lab) -> None:
    properties = {
        "TableName": "settings",
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
        "TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": True},
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
    }
    template = {"Resources": {"Table": {"Type": "AWS::DynamoDB::Table", "Properties": properties}}}
    stacks, tables = lab.client("cloudformation"), lab.client("dynamodb")
    stacks.create_stack(StackName="settings", TemplateBody=json.dumps(template))
    until(lambda: tables.list_tables()["TableNames"], lambda names: "settings" in names)
    living = tables.describe_time_to_live(TableName="settings")["TimeToLiveDescription"]
    backups = tables.describe_continuous_backups(TableName="settings")["ContinuousBackupsDescription"]
    assert living == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires_at"}
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


@probe
def a_stack_refers_to_a_secret_by_its_arn(lab: Lab) -> None:
    properties = {"Name": "made", "GenerateSecretString": {"PasswordLength": 20}}
    secret = {"Type": "AWS::SecretsManager::Secret", "Properties": properties}
    assert output_of_stack(lab, "secret", secret, {"Ref": "Made"}).startswith("arn:aws:secretsmanager:")
    lab.client("cloudformation").delete_stack(StackName="secret")
    until(lambda: lab.client("secretsmanager").list_secrets()["SecretList"], lambda secrets: secrets == [])


@probe
def a_stack_learns_the_dns_records_of_its_mail_domain(lab: Lab) -> None:
    domain = {"Type": "AWS::SES::EmailIdentity", "Properties": {"EmailIdentity": "mail.example.test"}}
    record = output_of_stack(lab, "mail", domain, {"Fn::GetAtt": ["Made", "DkimDNSTokenName3"]})
    assert record.endswith("._domainkey.mail.example.test")


def output_of_stack(lab: Lab, name: str, resource: dict[str, Any], output: dict[str, Any]) -> str:
    """Deploy a stack of one resource, `Made`; what it puts out."""
    template = {"Resources": {"Made": resource}, "Outputs": {"Output": {"Value": output}}}
    stacks = lab.client("cloudformation")
    stacks.create_stack(StackName=name, TemplateBody=json.dumps(template))
    made = until(
        lambda: stacks.describe_stacks(StackName=name)["Stacks"][0],
        lambda stack: not stack["StackStatus"].endswith("PROGRESS"),
    )
    assert made["StackStatus"] == "CREATE_COMPLETE"
    return str(made["Outputs"][0]["OutputValue"])


@probe
def sent_mail_is_a_page_in_a_browser(lab: Lab) -> None:
    mail = lab.client("sesv2")
    mail.create_email_identity(EmailIdentity="page.example.test")
    mail.send_email(
        FromEmailAddress="us@page.example.test",
        Destination={"ToAddresses": ["player@example.test"]},
        Content={"Simple": {"Subject": {"Data": "1 < 2"}, "Body": {"Text": {"Data": "<script>"}}}},
    )
    page = httpx.get(f"{lab.platform.endpoint}/_ministack/ses/messages", headers={"Accept": "text/html"})
    assert page.headers["content-type"].startswith("text/html")
    assert "1 &lt; 2" in page.text
    assert "<script>" not in page.text


@probe
def a_schedule_may_count_in_seconds(lab: Lab) -> None:
    queue, arn = lab.queue("ticks")
    lab.client("events").put_rule(Name="ticks", ScheduleExpression="rate(1 second)")
    lab.client("events").put_targets(Rule="ticks", Targets=[{"Id": "queue", "Arn": arn}])
    assert lab.receive(queue, seconds=4)


@probe
def a_rest_api_hides_why_its_function_failed(lab: Lab) -> None:
    api = lab.client("apigateway")
    made = api.create_rest_api(name="rest")
    uri = f"arn:aws:apigateway:{REGION}:lambda:path/2015-03-31/functions/{failing(lab, 'rest')}/invocations"
    where = {"restApiId": made["id"], "resourceId": made["rootResourceId"], "httpMethod": "GET"}
    api.put_method(**where, authorizationType="NONE")
    api.put_integration(**where, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    api.create_deployment(restApiId=made["id"], stageName="live")
    refused = httpx.get(f"{lab.platform.endpoint}/_aws/execute-api/{made['id']}/live/")
    assert (refused.status_code, refused.json()) == (502, {"message": "Internal server error"})


@probe
def an_http_api_hides_why_its_function_failed(lab: Lab) -> None:
    api = lab.client("apigatewayv2")
    made = api.create_api(Name="http", ProtocolType="HTTP")["ApiId"]
    target = {
        "IntegrationType": "AWS_PROXY",
        "IntegrationUri": failing(lab, "http"),
        "PayloadFormatVersion": "2.0",
    }
    integration = api.create_integration(ApiId=made, **target)["IntegrationId"]
    api.create_route(ApiId=made, RouteKey="$default", Target=f"integrations/{integration}")
    api.create_stage(ApiId=made, StageName="$default", AutoDeploy=True)
    refused = httpx.get(f"{lab.platform.endpoint}/_aws/execute-api/{made}/$default/")
    assert (refused.status_code, refused.json()) == (502, {"message": "Internal server error"})


def failing(lab: Lab, name: str) -> str:
    """A function that fails with a text nobody should see; its ARN."""
    return lab.function(f"failing-{name}", "def handler(event, context): raise ValueError('secret')")


@probe
def loopback_counts_as_secure_transport(lab: Lab) -> None:
    lab.client("s3").create_bucket(Bucket="safe", CreateBucketConfiguration={"LocationConstraint": REGION})
    reader = lab.user("reader", statement("s3:*", "*"))
    insecure = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::safe/*"}
    condition = {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    lab.client("s3").put_bucket_policy(Bucket="safe", Policy=document(insecure | condition))
    lab.client("s3", reader).put_object(Bucket="safe", Key="key", Body=b"body")


@probe
def a_role_may_send_from_the_addresses_it_is_allowed(lab: Lab) -> None:
    lab.client("sesv2").create_email_identity(EmailIdentity="role.example.test")
    identity = f"arn:aws:ses:{ARN}:identity/role.example.test"
    only = {"Condition": {"StringEquals": {"ses:FromAddress": "us@role.example.test"}}}
    mail = lab.client("sesv2", lab.user("sender", statement("ses:SendEmail", identity, **only)))
    letter: dict[str, Any] = {
        "Destination": {"ToAddresses": ["player@example.test"]},
        "Content": {"Simple": {"Subject": {"Data": "A"}, "Body": {"Text": {"Data": "B"}}}},
    }
    mail.send_email(FromEmailAddress="us@role.example.test", **letter)
    with pytest.raises(ClientError, match="AccessDenied"):
        mail.send_email(FromEmailAddress="them@role.example.test", **letter)


@probe
def a_role_that_may_send_a_message_may_send_ten(lab: Lab) -> None:
    queue, arn = lab.queue("batches")
    writer = lab.client("sqs", lab.user("writer", statement("sqs:SendMessage", arn)))
    entries = [{"Id": str(place), "MessageBody": "body"} for place in range(10)]
    writer.send_message_batch(QueueUrl=queue, Entries=entries)
    reader = lab.client("sqs", lab.user("other", statement("sqs:ReceiveMessage", arn)))
    with pytest.raises(ClientError, match="AccessDenied"):
        reader.send_message_batch(QueueUrl=queue, Entries=entries)


@probe
def a_request_signed_for_the_fault_proxy_is_valid(lab: Lab) -> None:
    headers = {"X-Amz-Target": "DynamoDB_20120810.ListTables", "Content-Type": "application/x-amz-json-1.0"}
    request = AWSRequest(method="POST", url=f"{PROXY}/", data=b"{}", headers=headers)
    key, secret = lab.user("proxied", statement("dynamodb:ListTables", "*"))
    SigV4Auth(Credentials(key, secret), "dynamodb", REGION).add_auth(request)
    signed = {name: value for name, value in request.headers.items() if name.lower() != "host"}
    answer = httpx.post(lab.platform.endpoint, headers=signed, content=b"{}")
    assert answer.status_code == 200, answer.text


@probe
def an_address_signed_for_the_fault_proxy_is_valid(lab: Lab) -> None:
    bucket = lab.client("s3")
    bucket.create_bucket(Bucket="proxied", CreateBucketConfiguration={"LocationConstraint": REGION})
    bucket.put_object(Bucket="proxied", Key="file", Body=b"content")
    key, secret = lab.user("opener", statement("s3:GetObject", "arn:aws:s3:::proxied/*"))
    request = AWSRequest(method="GET", url=f"{PROXY}/proxied/file")
    S3SigV4QueryAuth(Credentials(key, secret), "s3", REGION, 60).add_auth(request)
    answer = httpx.get(str(request.url).replace(PROXY, lab.platform.endpoint))
    assert answer.content == b"content", answer.text


@pytest.mark.parametrize("name", PROBES)
def test_the_patched_platform_does_what_aws_does(patched: Lab, name: str) -> None:
    PROBES[name](patched)


@pytest.mark.parametrize("name", PROBES)
def test_ministack_as_installed_does_not(stock: Lab, name: str) -> None:
    with pytest.raises((AssertionError, ClientError, pytest.fail.Exception)):
        PROBES[name](stock)
