"""What came of something that happens outside: a file arrived, a scan for malware has a verdict."""

import json
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from redress.adapters import evidence_wiring, s3
from redress.domain.errors import Conflict
from redress.domain.evidence import Verdict
from redress.usecases.collect_evidence import NotYetAdded, collect, record_scan

logger = Logger()

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
        try:
            _take(json.loads(record["body"]))
        except (BotoCoreError, ClientError, Conflict, NotYetAdded) as error:
            logger.warning("evidence failed here", extra={"error": type(error).__name__})
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def _take(event: Mapping[str, Any]) -> None:
    """One event of EventBridge: S3's or GuardDuty's."""
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
