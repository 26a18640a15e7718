"""What cannot be read, or breaks a rule, is refused whole: nothing of it is stored."""

import base64
import json
from collections.abc import Mapping
from typing import Any

import pytest

from redress.http.requests import LARGEST_BODY
from tests.support.complaints import NO_CURRENCY
from tests.support.operator_app import OperatorApp
from tests.support.operator_requests import TOLD, UNKNOWN

TOO_EARLY = "1066-10-14"
BAD_FIELDS: Mapping[str, tuple[Mapping[str, Any], Mapping[str, str]]] = {
    "unknown brand": ({"brand": "nobody"}, {"brand": "unknown_brand"}),
    "a brand of others": ({"brand": "southlight"}, {"brand": "unknown_brand"}),
    "unknown jurisdiction": ({"jurisdiction": "atlantis"}, {"jurisdiction": "unknown_jurisdiction"}),
    "unknown category": ({"category": "weather"}, {"category": "unknown_category"}),
    "date in the future": ({"occurred_on": "2999-01-01"}, {"occurred_on": "date_in_future"}),
    "date long ago": ({"occurred_on": TOO_EARLY}, {"occurred_on": "date_too_early"}),
    "impossible date": ({"occurred_on": "2026-02-30"}, {"occurred_on": "date"}),
    "date in another order": ({"occurred_on": "31.01.2026"}, {"occurred_on": "date"}),
    "date with time": ({"occurred_on": "2026-01-31T10:00:00Z"}, {"occurred_on": "date"}),
    "date as number": ({"occurred_on": 20260131}, {"occurred_on": "text"}),
    "amount as text": ({"amount_minor": "25.50"}, {"amount_minor": "whole_number"}),
    "amount as fraction": ({"amount_minor": 25.5}, {"amount_minor": "whole_number"}),
    "amount as truth": ({"amount_minor": True}, {"amount_minor": "whole_number"}),
    "amount of nothing": ({"amount_minor": 0}, {"amount_minor": "amount_range"}),
    "negative amount": ({"amount_minor": -1}, {"amount_minor": "amount_range"}),
    "amount nobody has": ({"amount_minor": 10**15}, {"amount_minor": "amount_range"}),
    "unknown currency": ({"currency": NO_CURRENCY}, {"currency": "currency"}),
    "currency in small letters": ({"currency": "gbp"}, {"currency": "currency"}),
    "amount without currency": ({"currency": None}, {"currency": "amount_without_currency"}),
    "currency without amount": ({"amount_minor": None}, {"currency": "currency_without_amount"}),
    "no description": ({"description": None}, {"description": "required"}),
    "blank description": ({"description": " \n "}, {"description": "required"}),
    "long description": ({"description": "a" * 10_001}, {"description": "text_length"}),
    "bell": ({"description": "a\x07b"}, {"description": "control_character"}),
    "zero": ({"description": "a\x00b"}, {"description": "control_character"}),
    "half a surrogate pair": ({"description": "a\ud800b"}, {"description": "control_character"}),
    "two lines in a name": ({"name": "a\nb"}, {"name": "control_character"}),
    "turned name": ({"name": "a\N{RIGHT-TO-LEFT OVERRIDE}b"}, {"name": "control_character"}),
    "number as name": ({"name": 7}, {"name": "text"}),
    "address without at": ({"email": "player.example.com"}, {"email": "email"}),
    "address with header": ({"email": "a@example.com\nBcc: b@example.com"}, {"email": "email"}),
    "references as text": ({"transaction_references": "T-1"}, {"transaction_references": "list"}),
    "reference as number": ({"transaction_references": [1]}, {"transaction_references": "text"}),
    "many references": ({"transaction_references": ["T"] * 21}, {"transaction_references": "too_many"}),
    "unknown channel": ({"channel": "pigeon"}, {"channel": "unknown_channel"}),
    "unknown language": ({"language": "English"}, {"language": "language"}),
    "residence in words": ({"residence": "Estonia"}, {"residence": "residence"}),
    "residence in small letters": ({"residence": "ee"}, {"residence": "residence"}),
    "a country that has no such code": ({"residence": "UK"}, {"residence": "residence"}),
    "a part of no country": ({"residence": "XX-MI"}, {"residence": "residence"}),
    "a part without a name": ({"residence": "US-"}, {"residence": "residence"}),
    "residence as number": ({"residence": 372}, {"residence": "text"}),
    "an instant without a zone": ({"sent_at": "2026-01-31T10:00:00"}, {"sent_at": "instant"}),
    "an instant without a time": ({"registered_at": "2026-01-31"}, {"registered_at": "instant"}),
    "an instant that never was": ({"sent_at": "2026-02-30T10:00:00Z"}, {"sent_at": "instant"}),
    "an hour that never was": ({"sent_at": "2026-01-31T24:00:00Z"}, {"sent_at": "instant"}),
    "a zone by its name": ({"sent_at": "2026-01-31T10:00:00 Europe/Paris"}, {"sent_at": "instant"}),
    "a zone that there is not": ({"sent_at": "2026-01-31T10:00:00+25:00"}, {"sent_at": "instant"}),
    "digits of another script": ({"sent_at": "٢٠٢٦-01-31T10:00:00Z"}, {"sent_at": "instant"}),
    "an instant as number": ({"sent_at": 1769853600}, {"sent_at": "text"}),
    "an instant in the future": (
        {"received_at": "2999-01-01T00:00:00Z"},
        {"received_at": "instant_in_future"},
    ),
    "the last instant there is": (
        {"operator_aware_at": "9999-12-31T23:59:59.999999999-23:59"},
        {"operator_aware_at": "instant_in_future"},
    ),
    "an instant long ago": (
        {"event_settled_at": "1999-12-31T23:59:59Z"},
        {"event_settled_at": "instant_too_early"},
    ),
    "the first instant there is": (
        {"platform_posted_at": "0001-01-01T00:00:00+23:59"},
        {"platform_posted_at": "instant_too_early"},
    ),
    "received before it was sent": (
        {"sent_at": "2026-01-31T10:00:00+01:00", "received_at": "2026-01-31T08:59:59.999Z"},
        {"received_at": "instant_order"},
    ),
    "received before it was posted": (
        {"platform_posted_at": "2026-01-31T10:00:00Z", "received_at": "2026-01-30T10:00:00Z"},
        {"received_at": "instant_order"},
    ),
    "unknown field": ({"priority": "high"}, {"priority": "unknown_field"}),
    "all at once": (
        {"brand": "nobody", "email": "", "amount_minor": "much"},
        {"brand": "unknown_brand", "email": "email", "amount_minor": "whole_number"},
    ),
}


@pytest.mark.usefixtures("nothing_stored")
class TestBadInput:
    @pytest.mark.parametrize(("told", "rules"), BAD_FIELDS.values(), ids=BAD_FIELDS)
    def test_each_field_says_which_rule_it_breaks(
        self, app: OperatorApp, told: Mapping[str, Any], rules: Mapping[str, str]
    ) -> None:
        refused = app.post("/complaints", {**TOLD, **told})
        assert (refused.status, refused.problem) == (422, "invalid-input")
        assert refused.rules == rules
        assert all(one["remedy"] for one in refused.body["errors"])

    @pytest.mark.parametrize(
        ("body", "detail"),
        [
            ("{", "line 1 column 2"),
            ('{"amount_minor": NaN}', "NaN is no JSON"),
            ("[" * 100_000, "nested too deeply"),
            ('{"amount_minor": ' + "9" * 5_000 + "}", "digits"),
            ("\ud800", "Byte 0 is not UTF-8"),
        ],
        ids=["cut off", "not a number", "deep", "endless number", "surrogate"],
    )
    def test_a_body_that_is_not_json_says_why(self, app: OperatorApp, body: str, detail: str) -> None:
        refused = app.send("POST", "/complaints", body=body, headers=_headers())
        assert (refused.status, refused.problem) == (400, "malformed-body")
        assert detail in refused.body["detail"]

    def test_a_body_that_is_not_utf_8_says_where(self, app: OperatorApp) -> None:
        body = base64.b64encode(b'{"name": "\xff"}').decode()
        refused = app.send("POST", "/complaints", body=body, headers=_headers(), is_base64=True)
        assert (refused.status, refused.body["detail"]) == (400, "Byte 10 is not UTF-8.")

    def test_what_says_base64_and_is_not_is_refused(self, app: OperatorApp) -> None:
        refused = app.send("POST", "/complaints", body="{}", headers=_headers(), is_base64=True)
        assert refused.problem == "malformed-body"

    @pytest.mark.parametrize("body", ["[]", '"text"', "7", "null"])
    def test_a_body_that_is_no_object_is_refused(self, app: OperatorApp, body: str) -> None:
        refused = app.send("POST", "/complaints", body=body, headers=_headers())
        assert (refused.status, refused.rules) == (422, {"body": "object"})

    @pytest.mark.parametrize("body", ["", None])
    def test_a_missing_body_lists_what_is_needed(self, app: OperatorApp, body: str | None) -> None:
        refused = app.send("POST", "/complaints", body=body, headers=_headers())
        assert set(refused.rules.values()) == {"required"}

    def test_a_description_of_a_megabyte_is_refused_unread(self, app: OperatorApp) -> None:
        refused = app.post("/complaints", {**TOLD, "description": "a" * 1_000_000})
        assert (refused.status, refused.problem) == (413, "body-too-large")
        assert f"{LARGEST_BODY:,}" in refused.body["detail"]

    @pytest.mark.parametrize("media_type", ["", "text/plain", "application/x-www-form-urlencoded"])
    def test_another_media_type_is_refused(self, app: OperatorApp, media_type: str) -> None:
        headers = {**_headers(), "content-type": media_type}
        refused = app.send("POST", "/complaints", body=json.dumps(TOLD), headers=headers)
        assert (refused.status, refused.problem) == (415, "unsupported-media-type")

    @pytest.mark.parametrize("key", [None, " ", "k" * 201, "kéy", "a\x00"])
    def test_a_post_needs_a_usable_idempotency_key(self, app: OperatorApp, key: str | None) -> None:
        headers = {"content-type": "application/json"} | ({"idempotency-key": key} if key else {})
        refused = app.send("POST", "/complaints", body=json.dumps(TOLD), headers=headers)
        assert (refused.status, refused.problem) == (400, "idempotency-key-missing")

    def test_a_person_is_named_by_a_subject_id_only(self, app: OperatorApp) -> None:
        headers = {**_headers(), "redress-user": "handler@example.com"}
        refused = app.send("POST", "/complaints", body=json.dumps(TOLD), headers=headers)
        assert refused.rules == {"Redress-User": "subject"}

    def test_an_unknown_path_is_not_found(self, app: OperatorApp) -> None:
        assert app.get("/complaint").problem == "no-such-path"
        assert app.get(f"/complaints/{UNKNOWN}/letters").problem == "no-such-path"

    def test_another_method_tells_which_are_allowed(self, app: OperatorApp) -> None:
        refused = app.send("DELETE", "/complaints")
        assert (refused.status, refused.headers["allow"]) == (405, "GET, POST")


def _headers() -> dict[str, str]:
    return {"content-type": "application/json; charset=utf-8", "idempotency-key": "bad-input"}
