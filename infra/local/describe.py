"""The deployed stack as its users see it: addresses, credentials, names; kept in `.redress/local.json`."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import boto3
import httpx
from botocore.config import Config

from infra import settings
from infra.local.deploy import REGION_FILE, STACK, portal_url
from infra.local.platform import ADMINISTRATOR, WORKSPACE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_stepfunctions import SFNClient

FILE = WORKSPACE / "local.json"
ID_TAG = "ms-custom-id"
"""The tag by which the region file pins an API's id, and so its address on the platform."""


@dataclass(frozen=True)
class Mail:
    """A message the platform has sent."""

    to: tuple[str, ...]
    sender: str
    subject: str
    text: str
    html: str
    at: float
    """Seconds since 1970, UTC."""
    headers: Mapping[str, str] = field(default_factory=dict)
    told: tuple[str, ...] = ()
    """What became of it, in order: delivered, bounced, marked as spam; told a while after the sending."""


@dataclass(frozen=True, kw_only=True)
class LocalStack:
    """A deployed stack: every field is text, and a key of `.redress/local.json`.

    `client_id` and `client_secret` belong to the first client of the region file. The bucket and the topic of
    mail that comes in are empty where none does.
    """

    portal_url: str
    api_url: str
    token_url: str
    client_id: str
    client_secret: str
    mail_url: str
    endpoint_url: str
    region: str
    table_name: str
    state_machine_arn: str
    mail_bucket: str = ""
    mail_topic_arn: str = ""

    @classmethod
    def load(cls, path: Path = FILE) -> Self:
        """The stack that `make up` described. FileNotFoundError if nothing is up."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))

    def save(self, path: Path = FILE) -> None:
        """Write the description, readable by its owner alone: it holds a secret."""
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")

    def client(self, service: str) -> Any:  # noqa: ANN401 - its type follows from the service's name
        """The administrator's client of a service on the platform."""
        return client_of(self.endpoint_url, self.region, service)

    @cached_property
    def dynamodb(self) -> "DynamoDBClient":
        """The administrator's DynamoDB client."""
        client: DynamoDBClient = self.client("dynamodb")
        return client

    @cached_property
    def stepfunctions(self) -> "SFNClient":
        """The administrator's Step Functions client."""
        client: SFNClient = self.client("stepfunctions")
        return client

    def token(self, *permissions: str) -> str:
        """A bearer token of the operator's client with these permissions (`read`, `write`…), or with all."""
        scopes = " ".join(f"redress/complaints:{permission}" for permission in permissions)
        form = {"grant_type": "client_credentials"} | ({"scope": scopes} if scopes else {})
        answer = httpx.post(self.token_url, data=form, auth=(self.client_id, self.client_secret))
        return str(answer.raise_for_status().json()["access_token"])

    def logs(self) -> list[str]:
        """What the functions and the gateways logged, oldest first."""
        logs = self.client("logs")
        groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
        events = [event for name in groups for event in logs.filter_log_events(logGroupName=name)["events"]]
        return [event["message"].rstrip() for event in sorted(events, key=lambda event: event["timestamp"])]

    def mails(self, to: str | None = None) -> list[Mail]:
        """What was sent, oldest first: all of it, or what went to one address."""
        accounts = httpx.get(self.mail_url).raise_for_status().json()["messages"].values()
        sent = sorted(
            (mail_of(record) for records in accounts for record in records), key=lambda mail: mail.at
        )
        return [mail for mail in sent if to is None or to in mail.to]


def mail_of(record: dict[str, Any]) -> Mail:
    """A message from the platform's record of it."""
    return Mail(
        to=tuple(record["To"]),
        sender=record["Source"],
        subject=record["Subject"],
        text=record["BodyText"] or "",
        html=record["BodyHtml"] or "",
        at=record["Timestamp"],
        headers=record["Headers"] or {},
        told=tuple(record["Told"] or ()),
    )


@cache
def client_of(endpoint: str, region: str, service: str) -> Any:  # noqa: ANN401 - see LocalStack.client
    """A client with the platform's root credentials: one for all threads, kept with its connections."""
    return boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id=ADMINISTRATOR["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=ADMINISTRATOR["AWS_SECRET_ACCESS_KEY"],
        config=Config(inject_host_prefix=False),
    )


def describe(endpoint: str) -> LocalStack:
    """The stack that is deployed on the platform at this address."""
    region_file = settings.load(settings.find(REGION_FILE)[0])
    region = region_file.stack.region
    outputs = outputs_of(endpoint, region)
    client_id = json.loads(outputs["ClientIds"])[region_file.operator.clients[0].id]
    pool = client_of(endpoint, region, "cognito-idp").describe_user_pool_client(
        UserPoolId=outputs["UserPoolId"], ClientId=client_id
    )
    return LocalStack(
        portal_url=portal_url(endpoint, region_file.portal.tags[ID_TAG]),
        api_url=f"{endpoint}/_aws/execute-api/{region_file.api.tags[ID_TAG]}/$default",
        token_url=f"{endpoint}/oauth2/token",
        client_id=client_id,
        client_secret=pool["UserPoolClient"]["ClientSecret"],
        mail_url=f"{endpoint}/_ministack/ses/messages",
        endpoint_url=endpoint,
        region=region,
        table_name=outputs["TableName"],
        state_machine_arn=outputs["StateMachineArn"],
        mail_bucket=outputs.get("MailBucket", ""),
        mail_topic_arn=outputs.get("MailTopicArn", ""),
    )


def outputs_of(endpoint: str, region: str) -> dict[str, str]:
    """The outputs of the deployed stack."""
    stacks = client_of(endpoint, region, "cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    return {output["OutputKey"]: output["OutputValue"] for output in stacks[0]["Outputs"]}
