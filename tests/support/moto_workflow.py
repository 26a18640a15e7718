"""The real definition run by moto's interpreter of the States Language, in real time, in this process.

The tables, the stream and Step Functions are moto's; the functions that the machine calls are Python
functions here. Two things are given to moto: an evaluator of JSONata, and a way to call a function.
"""

import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import boto3
from jsonata import Jsonata
from jsonata.jexception import JException
from moto.stepfunctions.parser.asl.component.state.exec.state_task import lambda_eval_utils
from moto.stepfunctions.parser.asl.jsonata import jsonata as evaluator

from redress.store import keys
from tests.support import tables, workflow_file

ACCOUNT = "123456789012"
FUNCTION = f"arn:aws:lambda:eu-west-2:{ACCOUNT}:function:"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/workflow"
LOOK_EVERY_SECONDS = 0.05
MACHINES = itertools.count(1)

type Function = Callable[[dict[str, Any]], object]


@dataclass
class Machine:
    """A state machine of the real definition. `relay` takes the records of the table's stream."""

    functions: Mapping[str, Function]
    relay: Function
    digest: str = "digest"
    taken: int = 0
    arn: str = field(init=False)
    _prefix: str = field(init=False)

    def __post_init__(self) -> None:
        self._prefix = f"{FUNCTION}machine-{next(MACHINES)}-"
        filled = workflow_file.fill(
            table=tables.NAME,
            definition_digest=self.digest,
            **{f"{name}_function": f"{self._prefix}{name}" for name in self.functions},
        )
        machine = boto3.client("stepfunctions").create_state_machine(
            name="complaints", definition=filled, roleArn=ROLE
        )
        self.arn = machine["stateMachineArn"]

    def called(self, arn: str) -> Function:
        """The function that an ARN names; one of a machine that was stopped names none any more."""
        name = arn.removeprefix(self._prefix)
        if name not in self.functions:
            raise LookupError(f"{arn} is no function of this machine")
        return self.functions[name]

    def start(self, number: str, generation: int = 1) -> str:
        """Start an execution as the relay does; its ARN."""
        started = boto3.client("stepfunctions").start_execution(
            stateMachineArn=self.arn,
            name=f"{number}_{generation}",
            input=json.dumps({"number": number, "generation": generation}),
        )
        return started["executionArn"]

    def wait(self, happened: Callable[[], bool], seconds: float) -> None:
        """Let the relay follow the stream until something happened, for at most so many seconds."""
        end = time.monotonic() + seconds
        while not happened():
            if time.monotonic() > end:
                ways = {name: self.way(name) for name in self.statuses()}
                raise TimeoutError(f"waited {seconds} s in vain: {ways}")
            self.follow_stream()
            time.sleep(LOOK_EVERY_SECONDS)

    def follow_stream(self) -> None:
        """Hand the relay what is new in the stream, as far as its filter lets it pass."""
        new = _stream()[self.taken :]
        self.taken += len(new)
        states = [one for one in new if one["dynamodb"]["Keys"]["sk"]["S"] == keys.STATE]
        if states:
            self.relay({"Records": states})

    def statuses(self) -> dict[str, str]:
        """How every execution does."""
        found = boto3.client("stepfunctions").list_executions(stateMachineArn=self.arn)["executions"]
        return {one["name"]: one["status"] for one in found}

    def way(self, name: str) -> list[str]:
        """The states that an execution went through so far."""
        arn = f"arn:aws:states:eu-west-2:{ACCOUNT}:execution:complaints:{name}"
        history = boto3.client("stepfunctions").get_execution_history(executionArn=arn)["events"]
        return [
            one["stateEnteredEventDetails"]["name"] for one in history if "stateEnteredEventDetails" in one
        ]

    def stop(self) -> None:
        """End what still runs, so that no thread outlives its test."""
        client = boto3.client("stepfunctions")
        for one in client.list_executions(stateMachineArn=self.arn, statusFilter="RUNNING")["executions"]:
            client.stop_execution(executionArn=one["executionArn"])


@contextmanager
def interpreter(machine: Machine) -> Iterator[None]:
    """moto's interpreter, able to evaluate JSONata and to call the machine's functions.

    A stopped execution's thread finishes the state it is in, so the end waits for the call under way: it
    would write to the next test's table. moto itself is not safe for threads, so calls come one by one.
    """
    one_by_one = threading.Lock()

    def invoke(parameters: dict[str, Any], *_: object, **__: object) -> dict[str, Any]:
        with one_by_one:
            function = machine.called(parameters["FunctionName"])
            return _called(function, json.loads(parameters["Payload"]))

    with (
        patch.object(evaluator, "_eval_jsonata", _evaluate),
        patch.object(lambda_eval_utils, "_invoke_lambda_function", invoke),
    ):
        yield
        machine.stop()
        with one_by_one:
            machine.functions = {}


def _evaluate(expression: str) -> object:
    """The value of an expression. One that gives nothing is an error, as on AWS."""
    try:
        value = Jsonata(expression).evaluate(None)
    except JException as error:
        raise evaluator.JSONataException("States.QueryEvaluationError", str(error)) from error
    if value is None:
        raise evaluator.JSONataException("States.QueryEvaluationError", f"{expression} gives nothing")
    return value


def _called(function: Function, event: dict[str, Any]) -> dict[str, Any]:
    """What Lambda answers: the result as JSON, or the class of the exception."""
    try:
        result = function(event)
    except Exception as error:  # noqa: BLE001 - whatever a function raises, Lambda answers
        payload = {"errorType": type(error).__name__, "errorMessage": str(error)}
        return {"StatusCode": 200, "FunctionError": "Unhandled", "Payload": payload}
    return {"StatusCode": 200, "Payload": json.loads(json.dumps(result))}


def _stream() -> list[Any]:
    """Every record of the table's stream, the oldest first."""
    client = boto3.client("dynamodbstreams")
    arn = client.list_streams(TableName=tables.NAME)["Streams"][0]["StreamArn"]
    shard = client.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = client.get_shard_iterator(StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON")
    return list(client.get_records(ShardIterator=iterator["ShardIterator"], Limit=1000)["Records"])
