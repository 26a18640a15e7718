"""boto3 clients: made at first use, kept for the life of the process, with explicit timeouts and retries."""

from functools import cache
from typing import Any

import boto3
from botocore.config import Config

CONNECT_SECONDS, READ_SECONDS = 2, 5


@cache
def client(service: str, attempts: int = 4) -> Any:  # noqa: ANN401 - boto3 makes its types at run time
    """The client of an AWS service. `attempts` counts the first try; 1 means the SDK never sends twice."""
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": attempts},
    )
    return boto3.client(service, config=config)  # type: ignore[call-overload]  # any service, by name
