"""What a gateway says when a request never reaches the portal: a page in every language."""

import json
import re

import pytest

from infra import refusals
from infra.constructs.portal import COMPRESSED_FROM, REFUSALS
from infra.constructs.web_acl import COUNTED, RATE_WINDOW_SECONDS
from redress.language import CODES
from redress.web.refused import GATEWAY
from tests.infra.template import Template

LONGEST = 90  # characters of a sentence, in the language that needs most


def spelt_out(code: str, message: str) -> str:
    """A translation into every language, as long as one may be and of letters of two bytes."""
    return message if code == "en" else f"{code} " + "я" * LONGEST


@pytest.mark.parametrize("kind", GATEWAY)
def test_the_page_says_it_in_every_language_marked_as_such(kind: str) -> None:
    page = refusals.page(kind, spelt_out)
    assert re.findall(r'<div lang="(\w+)">', page) == list(CODES)
    assert page.count("<h1>") == 1
    assert '<html lang="en">' in page
    assert GATEWAY[kind].text in page


@pytest.mark.parametrize("kind", GATEWAY)
def test_a_language_without_a_translation_is_left_out(kind: str) -> None:
    page = refusals.page(kind, lambda code, message: message if code in ("en", "sv") else "")
    assert re.findall(r'<div lang="(\w+)">', page) == ["en", "sv"]


@pytest.mark.parametrize("kind", GATEWAY)
def test_the_catalogues_translations_are_what_it_says(kind: str) -> None:
    page = refusals.page(kind)
    for code in CODES:
        assert refusals.translated(code, GATEWAY[kind].text) in page, code


@pytest.mark.parametrize("kind", GATEWAY)
def test_the_page_shows_without_asking_for_anything(kind: str) -> None:
    page = refusals.page(kind, spelt_out)
    assert not re.search(r"src=|href=|url\(|<script|<link", page)
    assert "$" not in page  # the gateway would take it for a variable


def test_the_page_of_the_web_acl_fits_its_quota_however_long_the_languages_are() -> None:
    assert len(refusals.page("too_many", spelt_out).encode()) <= refusals.WAF_BYTES


def test_each_refusal_of_the_gateway_is_a_page_that_is_not_kept(production: Template) -> None:
    found = {
        one["Properties"]["ResponseType"]: one["Properties"]
        for one in production.of_type("ApiGateway::GatewayResponse").values()
    }
    assert set(found) == {kind.response_type for kind in REFUSALS}
    for kind, (status, words) in REFUSALS.items():
        refusal = found[kind.response_type]
        assert refusal.get("StatusCode") == status
        assert set(refusal["ResponseTemplates"].values()) == {refusals.page(words)}
        headers = refusal["ResponseParameters"]
        assert headers["gatewayresponse.header.Cache-Control"] == "'no-store'"
        assert headers["gatewayresponse.header.Content-Security-Policy"] == "'sandbox'"
    assert "gatewayresponse.header.Retry-After" in found["THROTTLED"]["ResponseParameters"]


def test_the_web_acl_refuses_with_a_page_that_says_when_to_come_again(production: Template) -> None:
    acl = production.only("WAFv2::WebACL")
    [body] = acl["CustomResponseBodies"].values()
    assert body == {"Content": refusals.page("too_many"), "ContentType": "TEXT_HTML"}
    rate = acl["Rules"][0]
    refused = rate["Action"]["Block"]["CustomResponse"]
    assert refused["CustomResponseBodyKey"] in acl["CustomResponseBodies"]
    again = {"Name": "Retry-After", "Value": str(RATE_WINDOW_SECONDS)}
    assert refused["ResponseHeaders"] == [again]
    assert rate["Statement"]["RateBasedStatement"]["EvaluationWindowSec"] == RATE_WINDOW_SECONDS


def test_the_managed_common_set_is_in_force_and_none_of_its_body_rules_refuses(production: Template) -> None:
    managed = {
        rule["Statement"]["ManagedRuleGroupStatement"]["Name"]: rule
        for rule in production.only("WAFv2::WebACL")["Rules"]
        if "ManagedRuleGroupStatement" in rule["Statement"]
    }
    assert set(managed) == set(COUNTED) >= {"AWSManagedRulesCommonRuleSet"}
    for name, rule in managed.items():
        assert rule["OverrideAction"] == {"None": {}}  # what the group says counts, but for the overrides
        overrides = rule["Statement"]["ManagedRuleGroupStatement"]["RuleActionOverrides"]
        assert [one["Name"] for one in overrides] == list(COUNTED[name])
        assert all(one["ActionToUse"] == {"Count": {}} for one in overrides)
        assert all(one.endswith(("_BODY", "_QUERYSTRING")) for one in COUNTED[name])


def test_answers_are_compressed(production: Template, local: Template) -> None:
    for template in (production, local):
        assert template.only("ApiGateway::RestApi")["MinimumCompressionSize"] == COMPRESSED_FROM


def test_no_log_of_the_portal_names_what_was_asked_for(production: Template) -> None:
    [stage] = production.of_type("ApiGateway::Stage").values()
    logged = json.loads(stage["Properties"]["AccessLogSetting"]["Format"])
    known = (
        "$context.path",
        "resourcePath",
        "identity",
        "requestOverride",
        "querystring",
        "header",
        "authorizer",
    )
    assert not [value for value in logged.values() if any(part in value for part in known)]
    redacted = production.only("WAFv2::LoggingConfiguration")["RedactedFields"]
    assert {next(iter(one)) for one in redacted} >= {"UriPath", "QueryString"}
