"""Clients of AWS: made at first use, kept for the life of the process, with explicit timeouts and retries.

They are those of boto3, made without it: botocore makes them, boto3 adds helpers for S3 and resources that
nothing here uses, for a tenth of a bare cold start (measured).
"""

from functools import cache
from typing import Any

from botocore.config import Config
from botocore.exceptions import NoCredentialsError
from botocore.session import Session, get_session

CONNECT_SECONDS, READ_SECONDS = 2, 5


@cache
def client(service: str, attempts: int = 4) -> Any:  # noqa: ANN401 - botocore makes its types at run time
    """The client of an AWS service. `attempts` counts the first try; 1 means the SDK never sends twice."""
    config = Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        parameter_validation=False,  # AWS validates as well; here it would be a sixth of a warm intake
        retries={"mode": "standard", "total_max_attempts": attempts},
    )
    return _session().create_client(service, config=config)


def credentials() -> Any:  # noqa: ANN401 - as above
    """The credentials of the moment, for what is signed without a call."""
    found = _session().get_credentials()
    if found is None:
        raise NoCredentialsError
    return found.get_frozen_credentials()


def region_name() -> str:
    """The AWS region of the process."""
    return str(_session().get_config_variable("region"))


@cache
def _session() -> Session:
    """One for all clients: each reads a megabyte of endpoints anew."""
    return get_session()
