"""Where MiniStack 1.5.33 differs from AWS in a way the stack can feel, and what makes it the same.

One module per service. Importing a module applies its patches to the running process; `apply` imports them
all. Every patch names the difference in its docstring and has a contract test, which runs the same probe with
and without the patches: it fails when the patched platform no longer does what AWS does, and when a newer
MiniStack does it unaided, so that the patch can be deleted.
"""

from collections.abc import Callable
from functools import wraps
from importlib import import_module
from typing import Any

type Json = dict[str, Any]
type AnyFunction = Callable[..., Any]

MODULES = (
    "auth",
    "apigateway",
    "dynamodb",
    "event_sources",
    "eventbridge",
    "lambda_",
    "queues",
    "schedules",
    "secretsmanager",
    "ses",
    "stepfunctions",
    "task_tokens",
)


def apply() -> None:
    """Apply every patch to this process. An `AttributeError` names what a newer MiniStack no longer has."""
    for module in MODULES:
        import_module(f"{__name__}.{module}")


def around(owner: object, name: str) -> Callable[[AnyFunction], AnyFunction]:
    """Replace `owner.name` by the decorated function, which receives the original as its first argument."""
    original: AnyFunction = getattr(owner, name)

    def install(patch: AnyFunction) -> AnyFunction:
        @wraps(original)
        def patched(*args: Any, **kwargs: Any) -> Any:
            return patch(original, *args, **kwargs)

        setattr(owner, name, patched)
        return patched

    return install
