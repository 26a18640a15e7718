"""The composition root: what the handlers are made of, from the environment of the function."""

import os
import random
import secrets
import time
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from redress import region as regions
from redress.adapters.clients import client
from redress.region import Region
from redress.store.table import Table
from redress.usecases.change import Desk

if TYPE_CHECKING:  # imported when the first help page is asked for
    from redress.faq.entries import Faq

LONGEST_PAUSE_SECONDS = 0.4
SECRET_SECONDS = 300
RETRY_SECONDS = 15

NO_LONGER_OURS = frozenset({"AccessDeniedException", "ResourceNotFoundException"})
"""What Secrets Manager answers about a secret that was withdrawn; it is well, and is believed."""


def now() -> datetime:
    """The instant, UTC, in the millisecond precision that events keep."""
    instant = datetime.now(UTC)
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


@cache
def region() -> Region:
    """What this deployment knows about its operator."""
    return regions.load(os.environ["REGION_FILE"])


def faq(brand: str, language: str) -> "Faq":
    """The help pages of a brand (id) in a language (ISO 639-1); empty if the region layer holds none."""
    from redress.faq import entries  # noqa: PLC0415 - few requests are about them

    return entries.load(Path(os.environ["REGION_FILE"]).parent / entries.FOLDER, brand, language)


@cache
def table() -> Table:
    """The store of complaints."""
    return Table(client("dynamodb"), os.environ["TABLE_NAME"])


@cache
def desk() -> Desk:
    """What every change of a complaint needs."""
    return Desk(store=table(), region=region(), now=now, salt=secrets.token_bytes, pause=pause)


def pause(attempt: int) -> None:
    """Wait a random while before attempt n (0 is the first and waits not), so that writers drift apart."""
    if attempt:
        time.sleep(random.uniform(0, min(0.02 * 2**attempt, LONGEST_PAUSE_SECONDS)))  # noqa: S311 - jitter


def secret(arn: str) -> tuple[bytes, ...]:
    """The live versions of a secret: the current one first, then the previous one while a rotation lasts.

    They are read again every SECRET_SECONDS, so that a rotation reaches processes that live on. Where they
    cannot be read now, a process that knows them goes on with them, and asks again after RETRY_SECONDS.
    """
    known, quiet_until = known_versions().get(arn, ((), 0.0))
    now = time.time()
    if now < quiet_until:
        return known
    try:
        known, quiet_until = live_versions(arn, int(now // SECRET_SECONDS)), 0.0
    except _service_faults() as fault:
        if not known or _is_withdrawn(fault):
            raise
        quiet_until = now + RETRY_SECONDS
    known_versions()[arn] = known, quiet_until
    return known


@cache
def known_versions() -> dict[str, tuple[tuple[bytes, ...], float]]:
    """The versions of each secret that this process read last, and when it may ask again (Unix seconds)."""
    return {}


def _service_faults() -> tuple[type[Exception], ...]:
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - looked at after a fault

    return BotoCoreError, ClientError


def _is_withdrawn(fault: Exception) -> bool:
    answer = getattr(fault, "response", None) or {}  # where there was no answer at all, it is None
    return answer.get("Error", {}).get("Code") in NO_LONGER_OURS


@lru_cache(maxsize=8)
def live_versions(arn: str, _period: int) -> tuple[bytes, ...]:
    """What Secrets Manager says, asked once in a period."""
    current = _version(arn, "AWSCURRENT")
    try:
        previous = _version(arn, "AWSPREVIOUS")
    except client("secretsmanager").exceptions.ResourceNotFoundException:
        return (current,)
    if previous == current:  # the labels changed places between the two questions
        current = _version(arn, "AWSCURRENT")
    return (current, previous)


def _version(arn: str, stage: str) -> bytes:
    answer = client("secretsmanager").get_secret_value(SecretId=arn, VersionStage=stage)
    return str(answer["SecretString"]).encode()
