"""What the embedded platform keeps over a restart, and that it needs a patch for the rest."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local.describe import client_of
from infra.local.platform import Platform, running, workspace
from tests.platform.lab import ARN, REGION, Lab, parking, statement

TABLE = "kept"


def items_and_records(*, stock: bool) -> tuple[int, int]:
    """What is left of an item and of its stream's record after a restart."""
    with workspace() as home, running(home, region=REGION, stock=stock, keep=True) as platform:
        write(platform)
        platform.restart()
        return len(scanned(platform)), len(streamed(platform))


def write(platform: Platform) -> None:
    """An item in a table with a stream."""
    dynamodb = client_of(platform.endpoint, REGION, "dynamodb")
    dynamodb.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )
    dynamodb.put_item(TableName=TABLE, Item={"pk": {"S": "one"}})


def scanned(platform: Platform) -> list[Any]:
    """The items."""
    return list(client_of(platform.endpoint, REGION, "dynamodb").scan(TableName=TABLE)["Items"])


def streamed(platform: Platform) -> list[Any]:
    """The records of the stream, from its oldest."""
    streams = client_of(platform.endpoint, REGION, "dynamodbstreams")
    [arn] = [one["StreamArn"] for one in streams.list_streams(TableName=TABLE)["Streams"]]
    [shard, *_] = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    place = {"StreamArn": arn, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
    iterator = streams.get_shard_iterator(**place)["ShardIterator"]
    return list(streams.get_records(ShardIterator=iterator)["Records"])


@pytest.mark.parametrize(("stock", "left"), [(False, (1, 1)), (True, (1, 0))], ids=["patched", "stock"])
def test_a_stream_keeps_its_records_over_a_restart_as_on_aws(*, stock: bool, left: tuple[int, int]) -> None:
    """Should the stock platform begin to keep them, the patch can go."""
    assert items_and_records(stock=stock) == left


def answer_of_before(*, stock: bool) -> tuple[str, str]:
    """What becomes of an execution that ran, and of the answer to its token by who may answer its machine."""
    with workspace() as home, running(home, region=REGION, stock=stock, keep=True) as platform:
        lab = Lab(platform)
        execution, token = parked(lab)
        relay = lab.user(
            "relay", statement("states:SendTaskSuccess", f"arn:aws:states:{ARN}:stateMachine:parked")
        )
        platform.restart()
        with pytest.raises(ClientError) as refused:
            lab.client("stepfunctions", relay).send_task_success(taskToken=token, output="{}")
        return lab.ended(execution)["status"], str(refused.value.response["Error"]["Code"])


def parked(lab: Lab) -> tuple[str, str]:
    """An execution that waits, and its token. Its time-out is a number: stock evaluates no other."""
    lab.table("parked")
    states = parking("parked")
    states["Park"]["TimeoutSeconds"] = 60
    allow = statement("dynamodb:UpdateItem", f"arn:aws:dynamodb:{ARN}:table/parked")
    execution = lab.start(lab.machine("parked", lab.role("parked-role", allow), states), {})
    return execution, lab.token("parked")


@pytest.mark.parametrize(
    ("stock", "answer"), [(False, "TaskTimedOut"), (True, "AccessDeniedException")], ids=["patched", "stock"]
)
def test_a_token_of_before_a_restart_is_dead_and_not_unknown(*, stock: bool, answer: str) -> None:
    """Its execution ended with the platform; whoever answers it learns that, and wakes the complaint anew."""
    assert answer_of_before(stock=stock) == ("FAILED", answer)
