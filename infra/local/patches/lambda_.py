"""Lambda: what a function sees, what its failure is called, how many copies of it run."""

import hashlib
import io
import shutil
import sys
import tempfile
import threading
import zipfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path
from typing import Any

from ministack.core import lambda_runtime
from ministack.core.lambda_runtime import Worker
from ministack.services import lambda_svc
from ministack.services.cloudformation import provisioners

from . import AnyFunction, Json, around

WORKERS_PER_FUNCTION = 6
"""A burst starts one process per request on the stock platform; here the rest waits for a free one."""

OPT = "/opt/"
LOG_WAIT = (0.008, 0.004, 0.25)
"""Seconds to wait for a first log line (stock: 0.05, at each silent call), for the next, in all."""

HANDLER_FAILED = '"status": "error", "error": str(e), "trace": traceback.format_exc()'
HANDLER_FAILED_WITH_CLASS = (
    '"status": "ok", "result": None, "raised": type(e).__name__, "message": str(e), '
    '"stack": traceback.format_tb(e.__traceback__), "trace": traceback.format_exc()'
)


def name_the_exception() -> None:
    """The worker reports the class of an exception and lives on.

    AWS names it as the errorType, which Retry and Catch match, and keeps the environment; the stock worker
    reports a text and is killed.
    """
    script = lambda_runtime._PYTHON_WORKER_SCRIPT
    if script.count(HANDLER_FAILED) != 1:
        raise RuntimeError(
            "MiniStack's Python worker reports failures in another way now: read patches/lambda_.py"
        )
    lambda_runtime._PYTHON_WORKER_SCRIPT = script.replace(HANDLER_FAILED, HANDLER_FAILED_WITH_CLASS)


name_the_exception()
Worker._drain_stderr_bounded.__defaults__ = LOG_WAIT

raised = threading.local()
"""What the function that just ran on this thread raised: class and stack."""


@around(Worker, "invoke")
def remember_the_exception(invoke: AnyFunction, worker: Worker, *args: Any, **kwargs: Any) -> Json:
    """Goes with `name_the_exception`: the caller still sees an error."""
    answer: Json = invoke(worker, *args, **kwargs)
    raised.last = None
    if "raised" in answer:
        raised.last = {"errorType": answer["raised"], "stackTrace": answer["stack"]}
        answer.update(status="error", error=answer["message"])
    return answer


gates: dict[str, threading.BoundedSemaphore] = defaultdict(
    lambda: threading.BoundedSemaphore(WORKERS_PER_FUNCTION)
)


@around(lambda_svc, "_execute_function_warm")
def few_workers_and_a_named_error(execute: AnyFunction, function: Json, event: Any, request_id: str) -> Json:
    """At most WORKERS_PER_FUNCTION at a time; a failure carries the class of its exception."""
    raised.last = None
    with gates[(function.get("config") or function)["FunctionArn"]]:
        answer: Json = execute(function, event, request_id)
    if answer.get("error") and raised.last:
        answer["body"] |= raised.last | {"requestId": request_id}
    return answer


@around(lambda_runtime, "_detect_runtime_binary")
def functions_see_their_layers_alone(detect: AnyFunction, runtime: str) -> tuple[str, str]:
    """Run functions on the bare interpreter, not on the project's environment.

    The stock platform runs them with its own packages in sight, which would hide what a layer lacks.
    """
    binary, script = detect(runtime)
    return (getattr(sys, "_base_executable", binary) if binary == sys.executable else binary), script


@around(Worker, "_spawn")
def layers_are_merged_under_opt(spawn: AnyFunction, worker: Worker) -> None:
    """AWS unpacks all layers into /opt. The stock platform unpacks each into each worker, and has no /opt."""
    stock = worker.config
    worker.config = with_opt(stock)
    try:
        spawn(worker)
    finally:
        worker.config = stock


def with_opt(config: Json) -> Json:
    """The function's configuration with its layers unpacked once, and every /opt path pointing at them."""
    layers = [
        content for layer in config.get("Layers", []) if (content := lambda_svc._resolve_layer_zip(layer))
    ]
    if not layers:
        return config
    opt = unpacked(layers)
    variables = config.get("Environment", {}).get("Variables", {})
    local = {k: str(opt / v.removeprefix(OPT)) if v.startswith(OPT) else v for k, v in variables.items()}
    return {**config, "Layers": [], "Environment": {"Variables": {**local, "_LAMBDA_LAYERS_DIRS": str(opt)}}}


FUNCTION = provisioners._RESOURCE_HANDLERS["AWS::Lambda::Function"]
stock_create = FUNCTION["create"]
starting = ThreadPoolExecutor(1, thread_name_prefix="first-worker")


def create_and_start(logical_id: str, properties: Json, stack: str) -> tuple[str, Json]:
    """Start a deployed function's first process at once, one function after the other.

    On AWS that is part of its first call. Here a chain of first calls would have to share the cores of one
    machine, and would take away seconds from a complaint that counts in seconds.
    """
    name, attributes = stock_create(logical_id, properties, stack)
    starting.submit(copy_context().run, start_first_worker, lambda_svc._functions[name])
    return name, attributes


def start_first_worker(function: Json) -> None:
    """Lease a process, start it, give it back."""
    config = function["config"]
    worker, _ = lambda_runtime.acquire_worker(
        config["FunctionName"], config, function["code_zip"], qualifier=config.get("Version", "$LATEST")
    )
    try:
        lambda_runtime.ensure_spawned(worker)
    finally:
        lambda_runtime.release_worker(worker)


FUNCTION["create"] = create_and_start

unpacking = threading.Lock()


def unpacked(layers: list[bytes]) -> Path:
    """The directory that holds these layers, a later one over an earlier one."""
    digest = hashlib.sha256(b"".join(hashlib.sha256(layer).digest() for layer in layers)).hexdigest()[:16]
    opt = Path(tempfile.gettempdir()) / f"opt-{digest}"
    with unpacking:
        if not opt.exists():
            unpack(layers, opt)
    return opt


def unpack(layers: list[bytes], opt: Path) -> None:
    """Unpack beside `opt` and move there when complete, so that no worker meets half of it."""
    partial = opt.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    for layer in layers:
        with zipfile.ZipFile(io.BytesIO(layer)) as archive:
            archive.extractall(partial)  # the deployer's own archives, made by infra/packaging.py
    partial.rename(opt)
