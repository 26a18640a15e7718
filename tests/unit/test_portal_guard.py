"""Suspected spam by the form: always stored, never refused, and no honest form suspected."""

import json
import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redress.domain.complaint import Complaint
from redress.web import guard
from tests.support.complaints import REGION, T0
from tests.support.portal import COMPLAINT, FORM_ADDRESS, Answer, Visitor, event

SECRETS = (b"present", b"previous")
NONCE, OTHER_NONCE = "n" * 24, "m" * 24
SHORTEST = timedelta(seconds=3)


@pytest.fixture
def visitor() -> Visitor:
    """Somebody at a portal."""
    return Visitor()


def stored(visitor: Visitor, sent: Answer) -> Complaint:
    assert sent.status == 303, sent.text
    return visitor.complaint(sent.location)


def found(token: str, after: timedelta, nonce: str = NONCE, **sent: str) -> tuple[str, ...]:
    return guard.suspicions(SECRETS, {"form_token": token, **sent}, nonce, T0 + after, SHORTEST)


# --- What is suspected --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "suspected"),
    [
        (timedelta(seconds=2.999), ("too_fast",)),
        (timedelta(seconds=3), ()),
        (timedelta(days=7), ()),
        (timedelta(days=7, milliseconds=1), ("too_old",)),
        (timedelta(seconds=-1), ("too_fast",)),
    ],
)
def test_a_form_tells_its_age(after: timedelta, suspected: tuple[str, ...]) -> None:
    assert found(guard.token(SECRETS, NONCE, T0), after) == suspected


def test_a_token_of_the_previous_secret_is_good_during_a_rotation_and_not_after() -> None:
    token = guard.token(SECRETS[1:], NONCE, T0)
    assert found(token, timedelta(minutes=5)) == ()
    sent = {"form_token": token}
    later = T0 + timedelta(minutes=5)
    assert guard.suspicions(SECRETS[:1], sent, NONCE, later, SHORTEST) == ("form_token",)


def test_a_token_is_good_for_the_form_it_was_made_for_alone() -> None:
    token = guard.token(SECRETS, NONCE, T0)
    assert found(token, timedelta(minutes=5), OTHER_NONCE) == ("form_token",)


@given(st.text(max_size=80))
def test_no_text_is_taken_for_a_token(text: str) -> None:
    assert found(text, timedelta(minutes=5)) == ("form_token",)


@given(st.integers(0, 25), st.integers(1, 255))
def test_a_token_with_one_byte_changed_is_none(place: int, change: int) -> None:
    raw = bytearray(guard._decode(guard.token(SECRETS, NONCE, T0)))
    raw[place] ^= change
    assert found(guard._encode(bytes(raw)), timedelta(minutes=5)) == ("form_token",)


def test_a_form_shown_again_keeps_its_age_and_one_that_is_too_old_begins_anew() -> None:
    first = {"form_token": guard.token(SECRETS, NONCE, T0)}
    corrected = T0 + timedelta(minutes=5)
    again = guard.token(SECRETS, OTHER_NONCE, corrected, first, NONCE)
    assert found(again, timedelta(minutes=5, seconds=1), OTHER_NONCE) == ()
    late = T0 + timedelta(days=8)
    anew = guard.token(SECRETS, OTHER_NONCE, late, first, NONCE)
    assert found(anew, timedelta(days=8, minutes=1), OTHER_NONCE) == ()
    assert found(anew, timedelta(days=8, seconds=1), OTHER_NONCE) == ("too_fast",)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("nowhere", ""),
        ("", ""),
    ],
)
def test_an_ipv6_site_is_one_network(address: str, network: str) -> None:
    assert guard.network({"requestContext": {"identity": {"sourceIp": address}}}) == network


def test_a_gateway_that_tells_no_address_is_no_trouble() -> None:
    assert guard.network({"requestContext": {}}) == ""


# --- By the form --------------------------------------------------------------------------------------


def test_an_honest_complaint_is_not_suspected(visitor: Visitor) -> None:
    complaint = stored(visitor, visitor.complain())
    assert (complaint.suspicions, complaint.held) == ((), False)


def test_a_decoy_that_was_filled_in_is_suspected_and_the_sender_told_nothing(visitor: Visitor) -> None:
    sent = visitor.complain(topic="Buy now")
    assert stored(visitor, sent).suspicions == ("honeypot",)
    honest = visitor.complain(email="another@example.test")
    assert visitor.get(sent.location).status == visitor.get(honest.location).status == 200


def test_a_form_without_its_token_is_suspected(visitor: Visitor) -> None:
    fields = visitor.fill()
    del fields["form_token"]
    assert stored(visitor, visitor.post("/complaints", fields)).suspicions == ("form_token",)


def test_a_form_sent_at_once_is_suspected(visitor: Visitor) -> None:
    form = visitor.get(FORM_ADDRESS)
    fields = {**COMPLAINT, "nonce": form.nonce(), "form_token": form.value("form_token")}
    assert stored(visitor, visitor.post("/complaints", fields)).suspicions == ("too_fast",)


def test_a_form_that_lay_open_for_over_a_week_is_suspected_and_stored(visitor: Visitor) -> None:
    fields = visitor.fill()
    visitor.now += timedelta(days=8)
    assert stored(visitor, visitor.post("/complaints", fields)).suspicions == ("too_old",)


def test_whoever_corrects_a_field_and_sends_at_once_is_not_suspected(visitor: Visitor) -> None:
    wrong = visitor.post("/complaints", visitor.fill(email="nobody"))
    assert wrong.status == 422
    fields = {**COMPLAINT, "nonce": wrong.nonce(), "form_token": wrong.value("form_token")}
    assert stored(visitor, visitor.post("/complaints", fields)).suspicions == ()


def test_the_region_says_how_fast_is_too_fast() -> None:
    visitor = Visitor(region=replace(REGION, form_seconds=0))
    form = visitor.get(FORM_ADDRESS)
    fields = {**COMPLAINT, "nonce": form.nonce(), "form_token": form.value("form_token")}
    assert stored(visitor, visitor.post("/complaints", fields)).suspicions == ()


def test_the_sixth_complaint_of_a_day_from_one_address_is_stored_and_suspected(visitor: Visitor) -> None:
    sent = [stored(visitor, visitor.complain(account=f"player-{one}")) for one in range(6)]
    assert [one.suspicions for one in sent] == [()] * 5 + [("many",)]
    visitor.now += timedelta(days=1)
    assert stored(visitor, visitor.complain(account="player-7")).suspicions == ()


def test_the_sixth_of_one_account_is_suspected_whatever_the_address(visitor: Visitor) -> None:
    sent = [stored(visitor, visitor.complain(email=f"player-{one}@example.test")) for one in range(6)]
    assert [one.suspicions for one in sent] == [()] * 5 + [("many",)]


def test_a_network_has_a_cap_of_its_own_and_is_stored_nowhere_in_the_clear() -> None:
    visitor = Visitor(region=replace(REGION, network_complaints=1))
    suspected = []
    for one in range(2):
        fields = visitor.fill(account=f"player-{one}", email=f"player-{one}@example.test")
        sent = event("POST", "/complaints", "&".join(f"{name}={value}" for name, value in fields.items()))
        sent["requestContext"]["identity"] = {"sourceIp": "192.0.2.77"}
        suspected.append(stored(visitor, visitor.answer(sent)).suspicions)
    assert suspected == [(), ("many",)]
    assert "192.0.2.77" not in repr(visitor.store)


def test_the_days_are_those_of_the_licence() -> None:
    visitor = Visitor(now=T0.replace(month=7, hour=22, minute=30))  # 23:30 in London
    for one in range(6):
        last = visitor.complain(account=f"player-{one}")
    assert stored(visitor, last).suspicions == ("many",)
    visitor.now += timedelta(minutes=40)
    assert stored(visitor, visitor.complain(account="player-7")).suspicions == ()


def test_the_decoy_catches_nobody_who_uses_a_keyboard_or_a_screen_reader(visitor: Visitor) -> None:
    body = visitor.get(FORM_ADDRESS).body
    decoy = body[body.index('<div class="decoy"') : body.index("</div>", body.index('<div class="decoy"'))]
    assert 'aria-hidden="true"' in decoy
    assert 'tabindex="-1"' in decoy
    assert 'autocomplete="off"' in decoy
    assert "Leave this empty" in decoy


def test_what_is_suspected_is_in_no_log_and_on_no_page(
    visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    page = visitor.get(visitor.complain(topic="Buy now").location.removesuffix("/received"))
    logged = repr([vars(one) for one in caplog.records])
    assert "complaint received" in logged
    assert "Buy now" not in page.body + logged
    assert "honeypot" not in page.body


# --- What a form carries ------------------------------------------------------------------------------


def test_signed_facts_are_read_and_nothing_else_is() -> None:
    text = guard.sign(SECRETS, {"account": "player-1"}, T0)
    early, late = guard.signed(SECRETS, text, T0 - timedelta(seconds=1)), guard.signed(SECRETS, text, T0)
    assert early
    assert late
    assert (early.facts, early.fresh, late.fresh) == ({"account": "player-1"}, True, False)


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_is_taken_for_signed_facts(told: str, mac: str) -> None:
    assert guard.signed(SECRETS, f"{told}.{mac}", T0) is None


def test_facts_under_another_signature_are_not_read() -> None:
    mine = guard.sign(SECRETS, {"account": "player-1"}, T0)
    other = guard.sign(SECRETS, {"account": "player-2"}, T0)
    assert guard.signed(SECRETS, f"{other.partition('.')[0]}.{mine.partition('.')[2]}", T0) is None
    forged = guard._encode(json.dumps({"facts": {}, "until": 1e12}).encode())
    assert guard.signed(SECRETS, f"{forged}.", T0) is None
