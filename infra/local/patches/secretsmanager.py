"""Secrets made by CloudFormation are known by their ARN."""

from typing import Any

from ministack.services import secretsmanager
from ministack.services.cloudformation import provisioners

from . import Json

SECRET = provisioners._RESOURCE_HANDLERS["AWS::SecretsManager::Secret"]


def create_known_by_arn(logical_id: str, properties: Json, stack: str) -> tuple[str, Json]:
    """On AWS a reference to a secret is its ARN; stock gives the name, which no policy matches."""
    _name, attributes = stock_create(logical_id, properties, stack)
    return attributes["Arn"], attributes


def update_known_by_arn(arn: str, *rest: Any) -> tuple[str, Json]:
    """Goes with `create_known_by_arn`."""
    name, attributes = stock_update(name_of(arn), *rest)
    return secretsmanager._secrets[name]["ARN"], attributes


def delete_known_by_arn(arn: str, properties: Json) -> None:
    """Goes with `create_known_by_arn`."""
    stock_delete(name_of(arn), properties)


def name_of(arn: str) -> str:
    """The secret's name: its ARN ends with it and a random suffix."""
    return arn.rsplit(":", 1)[-1].rsplit("-", 1)[0]


stock_create, stock_update, stock_delete = SECRET["create"], SECRET["update"], SECRET["delete"]
SECRET.update(create=create_known_by_arn, update=update_known_by_arn, delete=delete_known_by_arn)
