"""Task tokens of Step Functions: one answer each, errors by their names, permission by state machine."""

import json
import threading
from typing import Any

from ministack.core import iam_actions
from ministack.core.responses import error_response_json
from ministack.services import stepfunctions

from . import AnyFunction, Json, around
from .stepfunctions import EXECUTION

issued: dict[str, str] = {}
"""Every token ever handed out, and the ARN of its execution."""

answering = threading.Lock()


@around(stepfunctions, "_invoke_with_callback")
def remember_the_token(invoke: AnyFunction, resource: str, arguments: Any, token: str, state: Json) -> Any:
    """The platform forgets a token when its task ends; AWS still knows that it was a token."""
    issued[token] = EXECUTION.get()["executionArn"]
    return invoke(resource, arguments, token, state)


@around(stepfunctions, "_send_task_success")
def one_success(answer: AnyFunction, request: Json) -> Any:
    """See `answer_once`."""
    return answer_once(answer, request)


@around(stepfunctions, "_send_task_failure")
def one_failure(answer: AnyFunction, request: Json) -> Any:
    """See `answer_once`."""
    return answer_once(answer, request)


def answer_once(answer: AnyFunction, request: Json) -> Any:
    """The first answer wins; a used or expired token is TaskTimedOut, an unknown one InvalidToken.

    The stock platform says TaskDoesNotExist for each, and lets a second answer replace the first.
    """
    token = request.get("taskToken")
    with answering:
        if token not in issued:
            return error_response_json("InvalidToken", "Invalid Token: 'Invalid token'", 400)
        if not waits(token):
            cause = "Task Timed Out: 'Provided task does not exist anymore'"
            return error_response_json("TaskTimedOut", cause, 400)
        return answer(request)


def waits(token: str) -> bool:
    """Whether a running execution still waits for this token."""
    task = stepfunctions._task_tokens.get(token)
    execution = stepfunctions._executions.get(issued[token])
    return bool(task and not task["event"].is_set() and execution and execution["status"] == "RUNNING")


@around(stepfunctions, "_stop_execution")
def stopping_frees_the_wait(stop: AnyFunction, request: Json) -> Any:
    """A stopped execution of the stock platform leaves a thread that waits until its time-out."""
    response = stop(request)
    for token in [token for token, arn in issued.items() if arn == request.get("executionArn")]:
        if task := stepfunctions._task_tokens.get(token):
            task["error"] = {"Error": "States.Aborted", "Cause": ""}
            task["event"].set()
    return response


@around(iam_actions, "extract_resource_arn")
def a_token_belongs_to_its_machine(
    extract: AnyFunction, service: str, method: str, path: str, headers: Json, body: bytes, *rest: Any
) -> str:
    """AWS authorises an answer against the machine that issued the token; the stock platform asks for `*`."""
    arn: str = extract(service, method, path, headers, body, *rest)
    execution = issued.get(json.loads(body or b"{}").get("taskToken", "")) if service == "states" else None
    if arn != "*" or execution is None:
        return arn
    machine, _name = execution.rsplit(":", 1)
    return machine.replace(":execution:", ":stateMachine:")


@around(stepfunctions, "get_state")
def tokens_are_kept(state: AnyFunction) -> Json:
    """A token of before a restart is a dead one of its machine, not an unknown one that nobody may answer."""
    return {**state(), "issued_tokens": dict(issued)}


@around(stepfunctions, "load_persisted_state")
def tokens_are_known_again(load: AnyFunction, state: Json) -> None:
    """Goes with `tokens_are_kept`."""
    load(state)
    issued.update(state.get("issued_tokens", {}))
