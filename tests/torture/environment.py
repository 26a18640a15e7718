"""What the stack gives its functions: table, buckets, secrets, a key, and the variables that name them."""

import importlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from botocore.session import get_session

from redress import region as regions
from redress.adapters import (
    action_wiring,
    alarm_wiring,
    clients,
    erasure_wiring,
    evidence_wiring,
    figures_wiring,
    insight_wiring,
    mail_wiring,
    watch_wiring,
    webhook_wiring,
    wiring,
)
from redress.region import Region
from tests.support import tables
from tests.torture.backends import DELIVERIES, EFFECTS, NOTICES, QUEUE_URL, STATE_MACHINE
from tests.torture.sources import DELIVERIES_ARN

LINK_SECRET, PLAYER_SECRET, PREFILL_SECRET = "the-link-secret", "the-player-secret", "the-prefill-secret " * 4
EVIDENCE_BUCKET, MAIL_BUCKET, JOURNAL_BUCKET = "evidence", "mails", "journal"
FUNCTIONS = (
    "portal",
    "operator_api",
    "plan",
    "letters",
    "relay",
    "journal",
    "sweep",
    "webhooks",
    "outcomes",
    "mailbox",
    "erasure",
    "reports",
    "insight",
)
DIGEST = "digest"
"""Of the definition that is deployed."""

_WIRINGS = (
    *(wiring, regions, webhook_wiring, evidence_wiring, mail_wiring, erasure_wiring),
    *(insight_wiring, figures_wiring, action_wiring, alarm_wiring, watch_wiring),
)


class Context:
    """Of an invocation."""

    function_name, memory_limit_in_mb, aws_request_id = "function", 128, "request"
    invoked_function_arn = "arn:aws:lambda:eu-west-2:123456789012:function:function"


_clients: dict[str, Any] = {}


def client(service: str) -> Any:
    """A client of the test's own, whose calls no fault strikes."""
    if service not in _clients:
        _clients[service] = get_session().create_client(service)
    return _clients[service]


def forget_clients() -> None:
    """Those of the test, and those of the functions."""
    clients.client.cache_clear()
    _clients.clear()


def handlers() -> dict[str, ModuleType]:
    """Every function, loaded anew."""
    return {
        name: importlib.reload(importlib.import_module(f"functions.{name}.handler")) for name in FUNCTIONS
    }


def forget(functions: Mapping[str, ModuleType]) -> None:
    """Every process is a new one: what it kept for its life is gone."""
    for part in [part for module in (*_WIRINGS, *functions.values()) for part in vars(module).values()]:
        if hasattr(part, "cache_clear") and part is not clients.client:
            part.cache_clear()


def furnish(patch: pytest.MonkeyPatch, region: Region, folder: Path) -> None:
    """Make it all, and set the variables. `folder` is for the region file."""
    patch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    patch.setenv("AWS_ACCESS_KEY_ID", "testing")
    patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    tables.make(client("dynamodb"))
    _make_buckets()
    file = folder / "region.json"
    file.write_text(json.dumps(asdict(region)), encoding="utf-8")
    tokens = {"clients": {"cognito-back-office": "back-office"}, "scope_prefix": "redress/complaints:"}
    for name, value in {
        **_secrets(),
        "REGION_FILE": str(file),
        "TABLE_NAME": tables.NAME,
        "POWERTOOLS_SERVICE_NAME": "redress",
        "POWERTOOLS_METRICS_NAMESPACE": "Redress",
        "POWERTOOLS_LOG_LEVEL": os.environ.get("TORTURE_LOG", "CRITICAL"),
        "TOKENS": json.dumps(tokens),
        "DEFINITION_DIGEST": DIGEST,
        "STATE_MACHINE_ARN": STATE_MACHINE,
        "EVENT_BUS_NAME": "complaints",
        "EFFECTS_QUEUE_URL": f"{QUEUE_URL}{EFFECTS}",
        "NOTICES_URL": f"{QUEUE_URL}{NOTICES}",
        "DEAD_LETTERS_URL": "",
        "WEBHOOK_DELIVERIES_URL": f"{QUEUE_URL}{DELIVERIES}",
        "WEBHOOK_DELIVERIES_ARN": DELIVERIES_ARN,
        "WEBHOOK_RETRY_SECONDS": "[5, 60]",
        "WEBHOOK_GIVE_UP_SECONDS": "86400",
        "PORTAL_URL": "https://complaints.example.test",
        "CONFIGURATION_SET": "letters",
        "INBOUND_MAIL": "yes",
        "EVIDENCE_BUCKET": EVIDENCE_BUCKET,
        "EVIDENCE_DOMAIN": "evidence.s3.eu-west-2.amazonaws.com",
        "EVIDENCE_MALWARE_SCAN": "yes",
        "MAIL_BUCKET": MAIL_BUCKET,
        "JOURNAL_BUCKET": JOURNAL_BUCKET,
        "SIGNING_KEY": _signing_key(),
    }.items():
        patch.setenv(name, value)


def _make_buckets() -> None:
    """Only the journal's keeps versions, as every bucket with a lock does."""
    storage = client("s3")
    for bucket in (EVIDENCE_BUCKET, MAIL_BUCKET, JOURNAL_BUCKET):
        storage.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-2"})
    storage.put_bucket_versioning(Bucket=JOURNAL_BUCKET, VersioningConfiguration={"Status": "Enabled"})


def _secrets() -> dict[str, str]:
    """Their addresses, by variable."""
    store = client("secretsmanager")
    texts = {
        "LINK": LINK_SECRET,
        "PLAYER_INDEX": PLAYER_SECRET,
        "PREFILL": PREFILL_SECRET,
        "WEBHOOK": "0" * 64,
    }
    return {
        f"{name}_SECRET_ARN": store.create_secret(Name=name, SecretString=text)["ARN"]
        for name, text in texts.items()
    }


def _signing_key() -> str:
    """The id of the key that signs proofs."""
    made = client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    return str(made["KeyMetadata"]["KeyId"])
