"""By the clock: for every local day of a pack that is over, the signed proof of what was due and met."""

import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric
from botocore.exceptions import BotoCoreError, ClientError

from redress.adapters import wiring
from redress.adapters.clients import client
from redress.adapters.journal import JournalBucket
from redress.adapters.signing import KmsKey, ProofShelf
from redress.domain.errors import RedressError
from redress.store.registers import Registers
from redress.usecases.reconcile import licences, write_proofs

logger = Logger()


class Unproven(Exception):
    """Packs whose proofs could not be written; the next run tries again."""


def handler(_event: dict[str, Any], _context: object) -> None:
    """Write the proofs that are missing. One pack holds up no other; what failed is an error in the end.

    The age of the oldest last proof is a metric, if all packs have theirs: its alarm takes none for a breach.
    """
    now, ages, failed = wiring.now(), [0.0], []
    for pack in licences(wiring.region()):
        try:
            ages.append((now - _prove(pack, now)).total_seconds())
        except (BotoCoreError, ClientError, RedressError, ValueError) as error:
            logger.warning("no proof", extra={"pack": pack, "error": type(error).__name__})
            failed.append(pack)
    if failed:
        raise Unproven(", ".join(failed))
    _tell("ProofAge", MetricUnit.Seconds, max(ages))


def _prove(pack: str, now: datetime) -> datetime:
    registers = Registers(client("dynamodb"), os.environ["TABLE_NAME"])
    shelf = ProofShelf(JournalBucket(client("s3"), os.environ["JOURNAL_BUCKET"]), now.date())
    key = KmsKey(client("kms"), os.environ["SIGNING_KEY"])
    return write_proofs(registers, shelf, key, wiring.region(), pack, now, _tell_of)


def _tell_of(proof: Mapping[str, Any]) -> None:
    """Before the day is signed: whoever is to look is told, even if signing fails."""
    totals = proof["totals"]
    logger.info("reconciled", extra={"pack": proof["pack"], "day": proof["day"], "totals": totals})
    _tell("GapsFound", MetricUnit.Count, totals["gaps"])


def _tell(name: str, unit: MetricUnit, value: float) -> None:
    with single_metric(name=name, unit=unit, value=value, namespace="Redress") as metric:
        metric.add_dimension(name="function", value="reports")
