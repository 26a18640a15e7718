"""What the operator's API hands out, or is sent, as a key: nowhere in the table, whoever reads it."""

import json

from tests.store.operator_api.test_consultations import QUESTION
from tests.store.operator_api.test_webhooks import make
from tests.support.operator_app import OperatorApp
from tests.support.operator_requests import TOLD, stored_items

IDEMPOTENCY_KEY = "an-idempotency-key-of-the-back-office"


def stored() -> str:
    """Everything in the table, as one text."""
    items = stored_items()
    assert items
    return json.dumps(items, default=lambda raw: raw.hex() if isinstance(raw, bytes) else str(raw))


def test_the_key_of_a_question_is_kept_as_a_hash(app: OperatorApp) -> None:
    told = app.post("/consultations", QUESTION, key=IDEMPOTENCY_KEY).body
    assert told["key"]
    assert told["key"] not in stored()
    assert told["key"].replace("-", "") not in stored()


def test_the_secret_of_a_webhook_is_kept_nowhere(app: OperatorApp) -> None:
    made = make(app, key=IDEMPOTENCY_KEY).body
    rotated = app.post(f"/webhooks/{made['webhook']}/secret", {"overlap_hours": 1}).body
    assert made["secret"] != rotated["secret"]
    for secret in (made["secret"], rotated["secret"]):
        assert secret.removeprefix("whsec_") not in stored()


def test_the_key_of_a_request_is_kept_as_a_hash(app: OperatorApp) -> None:
    assert app.post("/complaints", TOLD, key=IDEMPOTENCY_KEY).status == 201
    assert IDEMPOTENCY_KEY not in stored()
