"""An embedded platform, and what probes make on it."""

import io
import json
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from infra.local.platform import ACCOUNT, ADMINISTRATOR, Platform

REGION = "eu-west-2"
ARN = f"{REGION}:{ACCOUNT}"
PROXY = "http://proxy.example.test:8080"
TOKEN = "{% $states.context.Task.Token %}"
CONFIG = Config(
    region_name=REGION, retries={"mode": "standard", "total_max_attempts": 1}, inject_host_prefix=False
)


@dataclass(frozen=True)
class Lab:
    """A platform and what the probes make on it."""

    platform: Platform

    @cache  # noqa: B019 - as many as there are services, for as long as the platform lives
    def client(self, service: str, credentials: tuple[str, str] | None = None) -> Any:
        """A client of the administrator, or of an IAM user."""
        key, secret = credentials or tuple(ADMINISTRATOR.values())
        return boto3.client(
            service,  # type: ignore[call-overload]
            endpoint_url=self.platform.endpoint,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            config=CONFIG,
        )

    def role(self, name: str, *statements: dict[str, Any]) -> str:
        """A role with these statements; its ARN."""
        trust = {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        iam = self.client("iam")
        arn: str = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
        if statements:
            iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=document(*statements))
        return arn

    def user(self, name: str, *statements: dict[str, Any]) -> tuple[str, str]:
        """An IAM user with these statements; its access key."""
        iam = self.client("iam")
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="inline", PolicyDocument=document(*statements))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return key["AccessKeyId"], key["SecretAccessKey"]

    def table(self, name: str) -> str:
        """A table with a stream; the ARN of the stream."""
        made = self.client("dynamodb").create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )
        return str(made["TableDescription"]["LatestStreamArn"])

    def put(self, table: str, pk: str) -> None:
        """One item, and so one record on the stream."""
        self.client("dynamodb").put_item(TableName=table, Item={"pk": {"S": pk}})

    def queue(self, name: str) -> tuple[str, str]:
        """A queue: URL and ARN."""
        return self.client("sqs").create_queue(QueueName=name)["QueueUrl"], f"arn:aws:sqs:{ARN}:{name}"

    def receive(self, queue: str, seconds: int = 3) -> str | None:
        """The body of the next message, or None if there is none in that time."""
        answer = self.client("sqs").receive_message(QueueUrl=queue, WaitTimeSeconds=seconds)
        return next((message["Body"] for message in answer.get("Messages", [])), None)

    def function(self, name: str, code: str, **settings: Any) -> str:
        """A Python function whose module is `code`; its ARN."""
        made = self.client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.13",
            Handler="handler.handler",
            Role=self.role(f"{name}-role"),
            Code={"ZipFile": archive("handler.py", code)},
            **settings,
        )
        return str(made["FunctionArn"])

    def invoke(self, name: str, event: object = None) -> Any:
        """What the function answered."""
        answer = self.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event).encode())
        return json.load(answer["Payload"])

    def machine(self, name: str, role: str, states: dict[str, Any]) -> str:
        """A JSONata state machine that starts at its first state; its ARN."""
        definition = {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states}
        made = self.client("stepfunctions").create_state_machine(
            name=name, definition=json.dumps(definition), roleArn=role
        )
        return str(made["stateMachineArn"])

    def start(self, machine: str, given: object, name: str = "one") -> str:
        """Start an execution; its ARN."""
        started = self.client("stepfunctions").start_execution(
            stateMachineArn=machine, name=name, input=json.dumps(given)
        )
        return str(started["executionArn"])

    def ended(self, execution: str, seconds: float = 6) -> dict[str, Any]:
        """The execution when it has ended."""
        return until(
            lambda: self.client("stepfunctions").describe_execution(executionArn=execution),
            lambda found: found["status"] != "RUNNING",
            seconds,
        )

    def token(self, table: str) -> str:
        """The task token that an execution parked in the table."""
        item = until(
            lambda: (
                self.client("dynamodb").get_item(TableName=table, Key={"pk": {"S": "state"}}).get("Item", {})
            ),
            lambda found: "token" in found,
        )
        return str(item["token"]["S"])

    def parked(self, name: str, *, seconds: int = 30, role: str | None = None) -> str:
        """An execution that has parked its token in a table of the same name; its ARN."""
        self.table(name)
        allow = statement("dynamodb:UpdateItem", f"arn:aws:dynamodb:{ARN}:table/{name}")
        machine = self.machine(name, role or self.role(f"{name}-role", allow), parking(name))
        return self.start(machine, {"seconds": seconds})


def document(*statements: dict[str, Any]) -> str:
    """A policy document."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def statement(action: str, resource: str, **more: Any) -> dict[str, Any]:
    """A statement of a policy that allows an action."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def archive(name: str, content: str) -> bytes:
    """A zip file with one text file in it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        zipped.writestr(name, content)
    return buffer.getvalue()


def parking(table: str) -> dict[str, Any]:
    """States that park a task token in a table, until it is answered or the given seconds are over."""
    return {
        "Park": {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:dynamodb:updateItem.waitForTaskToken",
            "TimeoutSeconds": "{% $states.input.seconds %}",
            "Arguments": {
                "TableName": table,
                "Key": {"pk": {"S": "state"}},
                "UpdateExpression": "SET #token = :token",
                "ExpressionAttributeNames": {"#token": "token"},
                "ExpressionAttributeValues": {":token": {"S": TOKEN}},
            },
            "Catch": [{"ErrorEquals": ["States.Timeout"], "Output": "timed out", "Next": "Done"}],
            "Next": "Done",
        },
        "Done": {"Type": "Succeed"},
    }


def until[T](look: Callable[[], T], good: Callable[[T], bool], seconds: float = 6) -> T:
    """Look until what is seen is good; fail after so many seconds."""
    deadline = time.monotonic() + seconds
    while not good(seen := look()):
        assert time.monotonic() < deadline, f"after {seconds} s still {seen!r}"
        time.sleep(0.05)
    return seen
