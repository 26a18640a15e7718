"""A link from the operator's site that fills in the form, and says whose account it is."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from redress.domain.complaint import Complaint
from redress.region import Client
from redress.web.prefill_claims import Claims
from tests.support.complaints import REGION, T0
from tests.support.portal import COMPLAINT, WRITING, Answer, Visitor, region

SECRET, PREVIOUS = "present secret" * 5, "previous secret" * 5  # as long as the stack makes them
REFERENCES = ("T-77", "T-78")


@pytest.fixture
def visitor() -> Visitor:
    """Somebody whom the operator's site leads to the portal."""
    return portal()


def portal(**changes: Any) -> Visitor:
    visitor = Visitor(**changes)
    secrets = (SECRET.encode(), PREVIOUS.encode())
    visitor.portal = visitor.portal.__replace__(prefill_secrets=lambda: secrets)
    return visitor


def token(secret: str = SECRET, algorithm: str = "HS256", **changes: Any) -> str:
    at = int(T0.timestamp())
    claims: Mapping[str, Any] = {
        "iss": "back-office",
        "aud": "redress-portal",
        "iat": at - 5,
        "exp": at + 600,
        "brand": "northlight",
        "account": "player-77",
        "transactions": list(REFERENCES),
    }
    said = {name: value for name, value in {**claims, **changes}.items() if value is not None}
    return jwt.encode(said, secret, algorithm=algorithm)


def open_form(visitor: Visitor, prefill: str, **more: str) -> Answer:
    query = "".join(f"&{name}={value}" for name, value in more.items())
    return visitor.get(f"/complaints?category=bonuses&prefill={prefill}{query}")


def send(visitor: Visitor, form: Answer, **changes: str) -> Answer:
    """Write for a while, and send."""
    visitor.now += WRITING
    carried = {
        name: form.value(name) for name in ("form_token", "confirmed") if f'name="{name}"' in form.body
    }
    fields = {**COMPLAINT, "nonce": form.nonce(), **carried, "transaction_references": "", **changes}
    return visitor.post("/complaints", fields)


def stored(visitor: Visitor, sent: Answer) -> tuple[Complaint, Mapping[str, Any]]:
    assert sent.status == 303, sent.text
    case = visitor.store.load(sent.location.split("/")[2])
    return case.complaint, case.contents[1]


def is_plain(form: Answer) -> bool:
    """Whether it is the form that anybody gets, with the word about the link."""
    return form.status == 200 and "Confirmed by" not in form.text and "has expired" in form.text


# --- What it does -------------------------------------------------------------------------------------


def test_what_the_site_says_stands_in_the_form_and_cannot_be_written_over(visitor: Visitor) -> None:
    form = open_form(visitor, token())
    assert "Confirmed by Northlight Casino" in form.text
    assert all(told in form.text for told in ("player-77", *REFERENCES))
    assert "Your username or account number" not in form.text
    complaint, told = stored(visitor, send(visitor, form, account="somebody-else", brand="another"))
    assert complaint.verified
    assert complaint.suspicions == ()
    assert (told["account"], told["transaction_references"]) == ("player-77", list(REFERENCES))


def test_the_player_may_add_transactions(visitor: Visitor) -> None:
    sent = send(visitor, open_form(visitor, token()), transaction_references="T-79")
    assert stored(visitor, sent)[1]["transaction_references"] == [*REFERENCES, "T-79"]


def test_a_complaint_without_such_a_link_is_not_verified(visitor: Visitor) -> None:
    assert not stored(visitor, visitor.complain())[0].verified


def test_what_only_helps_is_filled_in_and_may_be_changed(visitor: Visitor) -> None:
    helps = {"name": "Player Example", "email": "player@example.com", "jurisdiction": "gb-ukgc"}
    form = open_form(visitor, token(**helps))
    assert (form.value("name"), form.value("email")) == ("Player Example", "player@example.com")
    _, told = stored(visitor, send(visitor, form, email="other@example.com"))
    assert told["email"] == "other@example.com"


def test_a_category_leads_straight_to_its_form_and_without_one_it_is_asked_for(visitor: Visitor) -> None:
    assert "Confirmed by" in visitor.get(f"/complaints?prefill={token(category='account')}").text
    choice = visitor.get(f"/complaints?prefill={token()}")
    [address] = {part for part in choice.body.split('"') if "category=bonuses" in part}
    assert parse_qs(urlsplit(address.replace("&amp;", "&")).query)["prefill"] == [token()]


def test_its_language_is_that_of_the_pages_from_then_on(visitor: Visitor) -> None:
    told = token(language="fr-CA", category="account")
    led = visitor.get(f"/complaints?prefill={told}")
    assert led.status == 303
    assert led.location.startswith("/fr/complaints?")
    assert 'lang="fr"' in visitor.get(led.location).body
    assert visitor.get(f"/de/complaints?prefill={told}").status == 200


def test_whoever_writes_slowly_is_verified_all_the_same(visitor: Visitor) -> None:
    form = open_form(visitor, token())
    visitor.now += timedelta(hours=23)
    assert stored(visitor, send(visitor, form))[0].verified


def test_after_a_day_it_is_still_what_was_told_but_proves_nothing(visitor: Visitor) -> None:
    form = open_form(visitor, token())
    visitor.now += timedelta(hours=24)
    complaint, told = stored(visitor, send(visitor, form))
    assert not complaint.verified
    assert told["account"] == "player-77"


def test_a_form_shown_again_is_still_confirmed(visitor: Visitor) -> None:
    again = send(visitor, open_form(visitor, token()), email="nobody")
    assert again.status == 422
    assert "Confirmed by Northlight Casino" in again.text
    assert stored(visitor, send(visitor, again))[0].verified


def test_opening_the_link_changes_nothing(visitor: Visitor) -> None:
    open_form(visitor, token())
    assert not visitor.store.states
    assert not visitor.store.requests


def test_both_secrets_are_good_during_a_rotation(visitor: Visitor) -> None:
    assert "Confirmed by" in open_form(visitor, token(PREVIOUS)).text


# --- What it refuses ----------------------------------------------------------------------------------

AT = int(T0.timestamp())


@pytest.mark.parametrize(
    "changes",
    [
        {"secret": "somebody else's secret" * 4},
        {"algorithm": "HS512"},
        {"exp": AT},
        {"exp": AT + 600, "iat": AT - 301},
        {"iat": AT + 61},
        {"exp": AT - 10, "iat": AT - 5},
        {"aud": "another"},
        {"aud": None},
        {"exp": None},
        {"iat": None},
        {"iss": "unknown-client"},
        {"iss": None},
        {"brand": "another"},
        {"account": None},
        {"account": ""},
        {"account": 7},
        {"account": "a\x00b"},
        {"account": "x" * 101},
        {"transactions": "T-1"},
        {"transactions": ["x"] * 21},
        {"transactions": [1]},
        {"email": "nobody"},
        {"jurisdiction": "mt"},
        {"category": "wishes"},
        {"exp": "tomorrow"},
        {"exp": 10**400},
        {"role": "admin"},
    ],
)
def test_what_is_not_right_leads_to_the_plain_form(visitor: Visitor, changes: dict[str, Any]) -> None:
    form = open_form(visitor, token(**changes))
    assert is_plain(form)
    assert not stored(visitor, send(visitor, form))[0].verified


def test_a_client_speaks_for_its_own_brands_alone() -> None:
    other = Client(id="other", brands=(), scopes=("read",))
    visitor = portal(region=replace(REGION, clients=(*REGION.clients, other)))
    assert is_plain(open_form(visitor, token(iss="other")))


def test_a_token_without_a_signature_is_none(visitor: Visitor) -> None:
    claims = jwt.decode(token(), options={"verify_signature": False})
    unsigned = jwt.encode(claims, "", algorithm="none")
    assert is_plain(open_form(visitor, unsigned))


def test_a_portal_without_a_secret_trusts_nobody() -> None:
    assert is_plain(open_form(Visitor(), token()))


@pytest.mark.parametrize("text", ["x", "x.y.z", "....", "x" * 100_000, "%00", "%C3%A9.%C3%A9.%C3%A9"])
def test_nonsense_leads_to_the_plain_form(visitor: Visitor, text: str) -> None:
    assert is_plain(open_form(visitor, text))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(place=st.integers(0, 300), sign=st.sampled_from("AZaz09-_."))
def test_a_token_with_one_sign_changed_says_what_it_said_or_nothing(
    visitor: Visitor, place: int, sign: str
) -> None:
    good = token()
    place %= len(good)
    form = open_form(visitor, good[:place] + sign + good[place + 1 :])
    assert is_plain(form) or ("player-77" in form.text and "Confirmed by" in form.text)


@pytest.mark.parametrize("spoilt", ["", "x", "x.y"])
def test_facts_that_are_not_signed_by_us_are_no_facts(visitor: Visitor, spoilt: str) -> None:
    form = open_form(visitor, token())
    complaint, told = stored(visitor, send(visitor, form, confirmed=spoilt, account="somebody-else"))
    assert not complaint.verified
    assert told["account"] == "somebody-else"


def test_markup_in_it_is_shown_as_text(visitor: Visitor) -> None:
    form = open_form(visitor, token(account="<script>alert(1)</script>", transactions=["{{ 7*7 }}"]))
    assert "<script>alert" not in form.body
    assert "{{ 7*7 }}" in form.text


def test_where_there_are_several_brands_the_confirmed_one_is_not_asked_for() -> None:
    known = region()
    second = replace(known.brands[0], id="second", name="Second Casino")
    client = replace(known.clients[0], brands=("northlight", "second"))
    visitor = portal(region=replace(known, brands=(known.brands[0], second), clients=(client,)))
    form = open_form(visitor, token(brand="second"))
    assert "Confirmed by Second Casino" in form.text
    assert "Whom is it about?" not in form.text
    assert stored(visitor, send(visitor, form, brand="northlight"))[0].brand == "second"


# --- What the operator is told ------------------------------------------------------------------------

README = Path(__file__).parents[2] / "functions/portal/README.md"


def section() -> str:
    return README.read_text(encoding="utf-8").partition("\n## Prefill\n")[2].partition("\n## ")[0]


def test_the_example_of_the_readme_makes_a_link_that_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    example: dict[str, Any] = {}
    exec(section().partition("```python\n")[2].partition("```")[0], example)  # noqa: S102 - our own README
    monkeypatch.setattr("time.time", T0.timestamp)
    visitor = portal()
    led = example["link"]("", SECRET, "player-77", ["T-77"])
    page = visitor.get(visitor.get(led).location).body
    [address] = {part for part in page.split('"') if "category=bonuses" in part}
    form = visitor.get(f"/en/{address.replace('&amp;', '&').partition('/en/')[2]}")
    complaint, told = stored(visitor, send(visitor, form))
    assert complaint.verified
    assert (told["account"], told["transaction_references"]) == ("player-77", ["T-77"])


def test_the_readme_tells_every_claim_and_no_other() -> None:
    rows = [line.split("|")[1] for line in section().splitlines() if line.startswith("| `")]
    told = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert told == set(Claims.model_fields)
