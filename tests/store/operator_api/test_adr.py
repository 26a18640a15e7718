"""A complaint at an outside body: that it is there, what the operator answered, what was decided."""

import pytest

from redress.adapters import wiring
from redress.usecases.change import change
from tests.support.complaints import DEADLOCK
from tests.support.operator_app import OperatorApp
from tests.support.operator_requests import body_of, events, investigated, post_to, promise, read


@pytest.fixture
def referable(app: OperatorApp) -> str:
    """A complaint whose player may turn to the outside body."""
    number = investigated(app)
    change(wiring.desk(), number, DEADLOCK, "system")
    return number


def test_it_is_referred_answered_and_decided(app: OperatorApp, referable: str) -> None:
    assert read(app, referable)["referral"] is None
    referred = {**body_of("refer_to_adr"), "reference": "ADR-7"}
    assert post_to(app, referable, "adr-referral", referred).status == 200
    assert read(app, referable)["referral"] == {
        "pack": "sandbox",
        "body": "adr",
        "complete_file_at": referred["complete_file_at"],
        "answered_at": None,
        "outcome": None,
        "redress_minor": None,
        "currency": None,
        "decided_at": None,
    }
    assert promise(app, referable, "adr_reply")["anchor_at"] == referred["complete_file_at"]

    assert post_to(app, referable, "adr-referral/answer", {"reference": "Mail 8"}).status == 200
    assert promise(app, referable, "adr_reply")["met_at"] == read(app, referable)["referral"]["answered_at"]

    decided = {"outcome": "partly_upheld", "reference": "ADR-7/2"}
    assert post_to(app, referable, "adr-referral/outcome", decided).status == 200
    referral = read(app, referable)["referral"]
    assert referral["outcome"] == "partly_upheld"
    assert promise(app, referable, "adr_decision")["met_at"] == referral["decided_at"]
    assert [one["content"] for one in events(app, referable)[-3:]] == [
        {"reference": "ADR-7"},
        {"reference": "Mail 8"},
        {"reference": "ADR-7/2"},
    ]


@pytest.mark.parametrize("outcome", ["upheld", "rejected", "settled", "discontinued"])
def test_a_reference_may_be_left_out(app: OperatorApp, referable: str, outcome: str) -> None:
    for what, body in (
        ("adr-referral", body_of("refer_to_adr")),
        ("adr-referral/answer", {"reference": None}),
        ("adr-referral/outcome", {"outcome": outcome}),
    ):
        assert post_to(app, referable, what, body).status == 200
        assert events(app, referable)[-1]["content"] is None


def test_a_body_that_no_rule_pack_names_is_refused(app: OperatorApp, referable: str) -> None:
    refused = post_to(app, referable, "adr-referral", {**body_of("refer_to_adr"), "body": "ombudsman"})
    assert (refused.status, refused.problem) == (409, "not-allowed-by-rule-pack")
    assert (refused.body["rule"], refused.body["why"]) == ("external_bodies", "its bodies are: adr")


def test_no_file_is_complete_before_the_complaint_was_received(app: OperatorApp, referable: str) -> None:
    early = {**body_of("refer_to_adr"), "complete_file_at": "2026-01-01T00:00:00Z"}
    refused = post_to(app, referable, "adr-referral", early)
    assert (refused.status, refused.rules) == (422, {"complete_file_at": "instant_order"})


def test_each_step_is_taken_once_and_in_order(app: OperatorApp, referable: str) -> None:
    steps = {
        "adr-referral": body_of("refer_to_adr"),
        "adr-referral/answer": {},
        "adr-referral/outcome": {"outcome": "upheld"},
    }
    for what in ("adr-referral/answer", "adr-referral/outcome"):
        assert post_to(app, referable, what, steps[what]).problem == "illegal-transition"
    for what, body in steps.items():
        assert post_to(app, referable, what, body).status == 200
        assert post_to(app, referable, what, body).problem == "illegal-transition"


def test_a_complaint_that_the_operator_still_works_on_can_be_at_a_body(app: OperatorApp) -> None:
    number = investigated(app)
    assert post_to(app, number, "adr-referral", body_of("refer_to_adr")).status == 200
    assert read(app, number)["stage"] == "investigating"
