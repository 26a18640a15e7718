"""Step Functions: time-outs, starting twice, stopping, and the permissions of a machine's role."""

import json
from contextvars import ContextVar
from typing import Any

from ministack import app
from ministack.core import iam_evaluator
from ministack.core.iam_actions import dynamodb_service_context
from ministack.core.lambda_runtime import execution_credentials
from ministack.core.responses import get_account_id, get_region, json_response
from ministack.services import stepfunctions

from . import AnyFunction, Json, around

EXECUTION: ContextVar[Json] = ContextVar("execution")
"""The execution that this thread walks through its states."""

WAIT = ".waitForTaskToken"


@around(stepfunctions, "_run_execution")
def know_the_execution(run: AnyFunction, arn: str) -> None:
    """The other patches ask which execution they work for."""
    if execution := stepfunctions._executions.get(arn):
        EXECUTION.set(execution)
    run(arn)


@around(stepfunctions, "_execute_task")
def evaluate_the_timeout(run: AnyFunction, state: Json, given: Any, execution: Json, context: Json) -> Any:
    """AWS evaluates a JSONata TimeoutSeconds; the stock platform hands the text to the clock, which fails."""
    expression = state.get("TimeoutSeconds")
    if isinstance(expression, str):
        seconds = stepfunctions._apply_jsonata_template(expression, given, context)
        state = {**state, "TimeoutSeconds": positive_integer(seconds)}
    return run(state, given, execution, context)


def positive_integer(seconds: object) -> int:
    """The time-out as AWS demands it; anything else fails the execution with `States.Runtime`."""
    if (
        isinstance(seconds, bool)
        or not isinstance(seconds, int | float)
        or seconds != int(seconds)
        or seconds <= 0
    ):
        message = f"TimeoutSeconds must be a positive integer, got {seconds!r}"
        raise stepfunctions._ExecutionError("States.Runtime", message)
    return int(seconds)


@around(stepfunctions, "_start_execution")
def start_twice_is_success(start: AnyFunction, request: Json) -> Any:
    """AWS answers a repeated start (same name, same input, still running) with the execution that runs."""
    execution = named_execution(request)
    if execution and execution["status"] == "RUNNING" and execution["input"] == request.get("input", "{}"):
        return json_response({"executionArn": execution["executionArn"], "startDate": execution["startDate"]})
    return start(request)


def named_execution(request: Json) -> Json | None:
    """The execution that has the name a start asks for."""
    machine = request.get("stateMachineArn", "").rsplit(":", 1)[-1]
    scope = f"{get_region()}:{get_account_id()}"
    arn = f"arn:aws:states:{scope}:execution:{machine}:{request.get('name')}"
    execution: Json | None = stepfunctions._executions.get(arn)
    return execution


@around(stepfunctions, "_fail_execution")
def an_ended_execution_stays_as_it_ended(fail: AnyFunction, execution: Json, error: str, cause: str) -> None:
    """The stock platform turns a stopped execution into a failed one when its last task returns."""
    if execution["status"] == "RUNNING":
        fail(execution, error, cause)


@around(stepfunctions, "_invoke_resource")
def the_role_must_allow_a_task(invoke: AnyFunction, resource: str, arguments: Any) -> Any:
    """AWS makes each call with the permissions of the machine's role; the stock platform asks nobody."""
    authorize(resource, arguments)
    return invoke(resource, arguments)


@around(stepfunctions, "_invoke_with_callback")
def the_role_must_allow_a_wait(
    invoke: AnyFunction, resource: str, arguments: Any, token: str, state: Json
) -> Any:
    """The same for a task that waits for its token."""
    authorize(resource, arguments)
    return invoke(resource, arguments, token, state)


def authorize(resource: str, arguments: Any) -> None:
    """Fail the task where the machine's role does not allow its call."""
    if not app.AUTH:
        return
    service, action, target, context = call_of(resource.replace(WAIT, ""), arguments)
    machine = stepfunctions._state_machines[EXECUTION.get()["stateMachineArn"]]
    key = role_session(machine)
    denied = iam_evaluator.enforce(
        key, action, service, get_region(), resource_arn=target, service_context=context
    )
    if denied:
        error = {"lambda": "Lambda.AWSLambdaException", "dynamodb": "DynamoDb.AccessDeniedException"}[service]
        message = f"{machine['roleArn']} is not authorized to perform: {action} on resource: {target}"
        raise stepfunctions._ExecutionError(error, message)


def call_of(resource: str, arguments: Any) -> tuple[str, str, str, Json]:
    """What a task calls: service, IAM action, ARN, and the condition keys of the request.

    Only what the machine uses is known here; anything else fails the task and says so.
    """
    scope = f"{get_region()}:{get_account_id()}"
    if resource.startswith("arn:aws:lambda:"):
        return "lambda", "lambda:InvokeFunction", resource, {}
    if resource.endswith(":lambda:invoke"):
        name = arguments["FunctionName"]
        arn = name if name.startswith("arn:") else f"arn:aws:lambda:{scope}:function:{name}"
        return "lambda", "lambda:InvokeFunction", arn, {}
    if ":aws-sdk:dynamodb:" in resource:
        operation = resource.rsplit(":", 1)[-1]
        action = f"dynamodb:{operation[0].upper()}{operation[1:]}"
        table = f"arn:aws:dynamodb:{scope}:table/{arguments['TableName'].rsplit('/', 1)[-1]}"
        return "dynamodb", action, table, dynamodb_service_context(json.dumps(arguments).encode()) or {}
    message = (
        f"The embedded platform does not know which permission {resource} needs: see patches/stepfunctions.py"
    )
    raise stepfunctions._ExecutionError("States.Runtime", message)


def role_session(machine: Json) -> str:
    """The access key of a session of the machine's role."""
    function = f"arn:aws:lambda:{get_region()}:{get_account_id()}:function:states-{machine['name']}"
    session = {"FunctionArn": function, "FunctionName": machine["name"], "Role": machine["roleArn"]}
    return execution_credentials(session)["AWS_ACCESS_KEY_ID"]  # type: ignore[no-any-return]
