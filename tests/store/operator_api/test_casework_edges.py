"""Casework through the API where somebody means ill, or where a text comes by an unexpected door."""

from datetime import timedelta

import pytest

from redress.adapters import wiring
from redress.domain import commands as c
from redress.domain.correspondence import LetterKind
from redress.usecases.change import change
from tests.support.complaints import APPROVE, APPROVER, HANDLER, PROPOSE_REDRESS
from tests.support.operator_app import OperatorApp
from tests.support.operator_requests import investigated, post_to, read


def answered(app: OperatorApp) -> str:
    """A complaint that was answered, with redress that is to be paid."""
    number, desk = investigated(app), wiring.desk()
    change(desk, number, PROPOSE_REDRESS, HANDLER)
    change(desk, number, APPROVE, APPROVER)
    letters = desk.store.load(number).complaint.letters.values()
    key = next(one.key for one in letters if one.kind is LetterKind.FINAL_RESPONSE)
    change(desk, number, c.ClaimLetter(letter=key), "system")
    change(desk, number, c.RecordLetterSent(letter=key, message_id="message-1"), "system")
    return number


def test_what_the_player_says_on_reopening_is_looked_at_for_signals_of_harm(app: OperatorApp) -> None:
    number = answered(app)
    post_to(app, number, "reopening", {"reason": "You leave me no way out. I want to kill myself."})
    assert read(app, number)["needs_human"]


def test_the_doubts_about_a_complaint_are_each_told_once(app: OperatorApp) -> None:
    """An event of a quarter of a megabyte would never leave the table for the bus."""
    body = {"validity": ["incomplete"] * 15_000, "reason": "x"}
    assert post_to(app, investigated(app), "triage", body).status == 422


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31"])
def test_redress_is_not_paid_before_there_was_a_complaint(app: OperatorApp, day: str) -> None:
    body = {"amount_minor": 1000, "currency": "GBP", "paid_on": day}
    assert post_to(app, answered(app), "redress-payments", body).status == 422


def test_redress_is_not_paid_the_day_after_tomorrow(app: OperatorApp) -> None:
    day = (wiring.now() + timedelta(days=2)).date().isoformat()
    body = {"amount_minor": 1000, "currency": "GBP", "paid_on": day}
    assert post_to(app, answered(app), "redress-payments", body).rules == {"paid_on": "date_in_future"}


def test_one_person_s_answer_is_not_given_to_another_under_the_same_key(app: OperatorApp) -> None:
    investigated(app)
    first = app.post("/teams/payments/next", {}, key="one-key", **{"redress-user": "person-1"})
    assert first.body["complaint"]["lease"]["holder"] == "person-1"
    other = app.post("/teams/payments/next", {}, key="one-key", **{"redress-user": "person-2"})
    assert other.status == 422
