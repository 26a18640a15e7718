"""The states of the form, and the pages that answer with no content of their own."""

from collections.abc import Mapping
from datetime import timedelta

from tests.browser.complaint_stories import complained
from tests.browser.story import TWO_BRANDS, Shown, be_busy, state, within
from tests.support.portal import COMPLAINT, FORM_ADDRESS, Visitor

WRONG: Mapping[str, str] = {
    **dict.fromkeys(COMPLAINT, ""),
    "category": COMPLAINT["category"],
    "description": "Ж" * 10_001,
    "occurred_day": "31",
    "occurred_month": "2",
    "occurred_year": "2026",
    "amount": "a lot",
    "email": "nobody",
}


@state
def _choice_of_a_category(_: Visitor) -> Shown:
    return Shown(path="/")


@state
def _form(_: Visitor) -> Shown:
    return Shown(path=FORM_ADDRESS)


@state
def _form_about_a_payment(_: Visitor) -> Shown:
    return Shown(path="/complaints?category=deposits_withdrawals")


@state
def _form_about_data(_: Visitor) -> Shown:
    return Shown(path="/complaints?category=privacy")


@within(TWO_BRANDS)
def _form_of_two_brands(_: Visitor) -> Shown:
    return Shown(path=f"{FORM_ADDRESS}&brand=southlight")


@state
def _form_with_every_problem(_: Visitor) -> Shown:
    return Shown(path=FORM_ADDRESS, to="/complaints", fields=WRONG, status=422)


@state
def _form_without_its_nonce(_: Visitor) -> Shown:
    return Shown(path=FORM_ADDRESS, to="/complaints", fields={**COMPLAINT, "nonce": ""}, status=400)


@state
def _form_sent_to_the_root(_: Visitor) -> Shown:
    return Shown(path="/", to="/", fields={**COMPLAINT, "nonce": ""}, status=400)


@state
def _form_sent_before_with_other_content(visitor: Visitor) -> Shown:
    used = visitor.fill()
    visitor.post("/complaints", used)
    other = {**used, "description": "Something else."}
    return Shown(path=FORM_ADDRESS, to="/complaints", fields=other, status=409)


@state
def _form_while_the_store_is_busy(visitor: Visitor) -> Shown:
    be_busy(visitor)
    return Shown(path=FORM_ADDRESS, to="/complaints", fields=COMPLAINT, status=503)


@state
def _not_found(_: Visitor) -> Shown:
    return Shown(path="/nowhere", status=404)


@state
def _a_wrong_key(visitor: Visitor) -> Shown:
    return Shown(path=f"{complained(visitor)}x", status=404)


@state
def _a_link_that_has_expired(visitor: Visitor) -> Shown:
    path = complained(visitor)
    visitor.now += timedelta(days=visitor.region.link_days + 1)
    return Shown(path=path, status=410)


@state
def _not_possible_here(visitor: Visitor) -> Shown:
    path = complained(visitor)
    return Shown(path=path, to=f"{path}/received", fields={"nonce": ""}, status=405)


@state
def _unreadable(_: Visitor) -> Shown:
    return Shown(path=FORM_ADDRESS, to="/complaints", content_type="text/plain", status=415)
