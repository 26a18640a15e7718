"""What came of something that happens outside: a file arrived, a scan has a verdict, a letter its fate."""

import json
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric
from botocore.exceptions import BotoCoreError, ClientError

from redress.adapters import evidence_wiring, s3, ses_events, stuck, wiring
from redress.domain.errors import Conflict
from redress.domain.evidence import Verdict
from redress.usecases.collect_evidence import NotYetAdded, collect, record_scan
from redress.usecases.record_delivery import FAILED, Told, record_delivery

logger = Logger()

RISE = "rise"
"""The letter of an alarm, as its tag has it (`redress/letters/rise.py`)."""

# What GuardDuty says of an object: https://docs.aws.amazon.com/guardduty/latest/ug/
# monitor-with-eventbridge-s3-malware-protection.html. Whatever is not clear stays closed.
VERDICTS: Mapping[str, Verdict] = {
    "NO_THREATS_FOUND": Verdict.CLEAN,
    "THREATS_FOUND": Verdict.INFECTED,
}


def handler(event: dict[str, Any], _context: object) -> dict[str, list[dict[str, str]]]:
    """Work on messages of the queue; one that is to come again is reported alone."""
    failed = []
    for record in event["Records"]:
        told = json.loads(record["body"])
        try:
            (_mail if told["source"] == ses_events.SOURCE else _evidence)(told)
        except (BotoCoreError, ClientError, Conflict, NotYetAdded) as error:
            logger.warning(
                "outcome failed here", extra={"source": told["source"], "error": type(error).__name__}
            )
            stuck.tell(record, "outcomes")
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def _mail(event: Mapping[str, Any]) -> None:
    """One event of SES. What SES writes of addresses and subjects stays out of the log."""
    told = ses_events.read(event["detail"])
    if told is None:
        logger.info("no letter of ours", extra={"event": event["detail"]["eventType"]})
        return
    recorded = record_delivery(wiring.desk(), told)
    about = {"number": told.number, "letter": told.letter, "outcome": told.outcome, "came": recorded.came}
    logger.info("delivery", extra=about)
    if _is_rise(told):
        _count("StaffLettersBounced")
    if recorded.failed:
        _count("StaffLettersBounced" if recorded.to_staff else "LettersBounced")


def _is_rise(told: Told) -> bool:
    """Whether it is a notice of a rise that did not arrive: it is on the record of no complaint."""
    return told.letter == RISE and told.outcome in FAILED


def _count(name: str) -> None:
    with single_metric(name=name, unit=MetricUnit.Count, value=1, namespace="Redress") as metric:
        metric.add_dimension(name="function", value="outcomes")


def _evidence(event: Mapping[str, Any]) -> None:
    """One event of S3 or GuardDuty."""
    detail = event["detail"]
    scan = event["source"] == "aws.guardduty"
    found = s3.parse_key(detail["s3ObjectDetails"]["objectKey"] if scan else detail["object"]["key"])
    if found is None or found[0] != (s3.KEPT if scan else s3.INCOMING):
        logger.info("no evidence of ours", extra={"source": event["source"]})
        return
    _, number, sent = found
    collector = evidence_wiring.collector()
    if scan:
        said = (detail.get("scanResultDetails") or {}).get("scanResultStatus", "")
        came = record_scan(collector, number, sent, VERDICTS.get(said, Verdict.UNSCANNABLE))
    else:
        came = collect(collector, number, sent)
    logger.info("evidence", extra={"number": number, "evidence": sent, "came": came})
