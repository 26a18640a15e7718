"""The complaint form: what it asks, what it accepts, what it says about the rest."""

from copy import replace
from datetime import timedelta

import pytest

from redress.domain import events as e
from redress.domain import player
from tests.support.complaints import NO_CURRENCY, REGION, T0
from tests.support.portal import ADDRESS, COMPLAINT, FORM_ADDRESS, Visitor


@pytest.fixture
def visitor() -> Visitor:
    """Somebody at a portal with no complaint yet."""
    return Visitor()


def test_the_form_asks_everything_the_issue_names(visitor: Visitor) -> None:
    page = visitor.get(FORM_ADDRESS)
    assert page.status == 200
    for name in {*COMPLAINT, "residence"}:
        assert f'name="{name}"' in page.body


def test_a_brand_is_asked_for_only_where_there_are_several() -> None:
    assert '<select id="brand"' not in Visitor().get(FORM_ADDRESS).body
    second = replace(REGION.brands[0], id="southwind", name="Southwind Bets")
    several = Visitor(replace(REGION, brands=(*REGION.brands, second)))
    page = several.get(f"{FORM_ADDRESS}&brand=southwind")
    assert '<option value="southwind" selected>Southwind Bets' in page.body
    assert page.title == "Make a complaint – Southwind Bets"


def test_an_unknown_brand_in_the_address_is_ignored(visitor: Visitor) -> None:
    assert visitor.get("/?brand=nowhere").status == 200
    assert visitor.get(f"{FORM_ADDRESS}&brand=nowhere").status == 200


def test_a_jurisdiction_is_asked_for_only_where_there_are_several(visitor: Visitor) -> None:
    assert "Great Britain (Gambling Commission)" in visitor.get(FORM_ADDRESS).text
    brand = REGION.brands[0]
    single = replace(brand, jurisdictions={"gb-ukgc": brand.jurisdictions["gb-ukgc"]})
    page = Visitor(replace(REGION, brands=(single,))).get(FORM_ADDRESS)
    assert '<input type="hidden" name="jurisdiction" value="gb-ukgc">' in page.body
    assert "Where is your account held?" not in page.text


def test_a_complaint_is_stored_as_it_was_told(visitor: Visitor) -> None:
    sent = visitor.complain()
    assert sent.status == 303
    [number] = visitor.store.states
    case = visitor.store.load(number)
    assert case.records[0].event == e.ComplaintReceived(
        brand="northlight",
        jurisdiction="gb-ukgc",
        pack_version="2015.1",  # the one that held on the day of receipt
        channel="form",
        language="en",
        category="bonuses",
        occurred_on="2026-03-01",
        amount_minor=2550,
        currency="GBP",
    )
    assert case.records[0].actor == "player"
    assert case.contents[1] == {
        "name": "Player",
        "email": "player@example.test",
        "account": "player-1",
        "description": "The bonus was not paid.",
        "transaction_references": ["T-1", "T-2"],
        "remedy": "Pay it.",
    }
    wanted = player.index_key(b"secret of players", "northlight", "player-1", "player@example.test")
    assert visitor.store.states[number].player == wanted


def test_only_what_is_needed_has_to_be_filled_in(visitor: Visitor) -> None:
    needed = {"category", "description", "name", "email", "brand", "jurisdiction"}
    fields = {name: text for name, text in COMPLAINT.items() if name in needed}
    sent = visitor.post("/complaints", {**fields, "nonce": visitor.get(FORM_ADDRESS).nonce()})
    assert sent.status == 303


def test_the_confirmation_shows_number_private_link_and_promised_dates(visitor: Visitor) -> None:
    sent = visitor.complain()
    page = visitor.get(sent.location)
    [number] = visitor.store.states
    assert page.status == 200
    assert number in page.text
    assert f"{ADDRESS}{sent.location.removesuffix('/received')}" in page.text
    assert "By 12:00 on Tuesday, 3 March 2026" in page.text
    assert "By the end of Sunday, 26 April 2026" in page.text
    assert "player@example.test" in page.text


def test_without_a_configured_address_the_link_uses_that_of_the_gateway() -> None:
    visitor = Visitor(url=None)
    page = visitor.get(visitor.complain().location)
    assert "https://portal.example.test/v/complaints/" in page.text


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"category": ""}, "category", "Choose what your complaint is about"),
        ({"category": "weather"}, "category", "Choose what your complaint is about from the list"),
        ({"description": " \r\n "}, "description", "Tell us what happened"),
        ({"description": "x" * 10_001}, "description", "Your text has 10,001 characters"),
        ({"occurred_day": "31", "occurred_month": "2"}, "occurred_on", "Write a date that exists"),
        ({"occurred_month": "Spring"}, "occurred_on", "Write a date that exists"),
        ({"occurred_day": ""}, "occurred_on", "Write a date that exists"),
        ({"occurred_day": "3"}, "occurred_on", "The date is in the future"),
        ({"occurred_month": "April"}, "occurred_on", "The date is in the future"),
        ({"occurred_year": "27"}, "occurred_on", "Check the year"),
        ({"amount": "a lot"}, "amount", "Write the amount in figures"),
        ({"amount": "-5"}, "amount", "Write the amount in figures"),
        ({"amount": "1e3"}, "amount", "Write the amount in figures"),
        ({"amount": "0"}, "amount", "Write an amount above zero"),
        ({"amount": "12.5051"}, "amount", "too many decimal digits"),
        ({"amount": "12.505"}, "amount", "If you mean £12,505.00, write 12505"),
        ({"amount": "9" * 30}, "amount", "Write an amount above zero"),
        ({"currency": NO_CURRENCY}, "currency", "Choose the currency of the amount"),
        ({"currency": ""}, "currency", "Choose the currency of the amount"),
        ({"amount": "25.50 €"}, "currency", "The amount has the sign of another currency"),
        ({"residence": "UK"}, "residence", "Choose the country where you live from the list"),
        (
            {"transaction_references": "\n".join("ab" * 9 for _ in range(21))},
            "transaction_references",
            "at most 20",
        ),
        ({"transaction_references": "a" * 101}, "transaction_references", "longer than 100 characters"),
        ({"remedy": "x" * 2_001}, "remedy", "2,000 characters"),
        ({"name": ""}, "name", "Write your name"),
        ({"name": "x" * 201}, "name", "200 characters"),
        ({"email": "nobody"}, "email", "name@example.com"),
        ({"email": "a@example.test\r\nBcc: b@example.test"}, "email", "name@example.com"),
        ({"account": "x" * 101}, "account", "100 characters"),
        ({"brand": "nowhere"}, "brand", "Choose whom your complaint is about"),
        ({"jurisdiction": "nowhere"}, "jurisdiction", "Choose a place that belongs to that brand"),
        ({"jurisdiction": ""}, "jurisdiction", "Choose where your account is held"),
    ],
)
def test_a_wrong_field_is_told_beside_it_and_in_the_summary_and_nothing_is_stored(
    visitor: Visitor, changes: dict[str, str], field: str, message: str
) -> None:
    page = visitor.complain(**changes)
    assert page.status == 422
    assert page.title.startswith("Error: ")
    assert f'<a href="#{field}">' in page.body
    assert f'id="{field}"' in page.body
    beside = page.body.split(f'id="{field}-error"')[1].split("</p>")[0]
    assert message in beside
    assert not visitor.store.states


def test_the_problems_stand_in_the_order_of_the_form(visitor: Visitor) -> None:
    page = visitor.post("/complaints", {"nonce": visitor.get(FORM_ADDRESS).nonce()})
    links = [part.split('"')[0] for part in page.body.split('<a href="#')[1:]]
    assert links == ["category", "description", "name", "email", "brand", "jurisdiction"]


def test_what_was_typed_is_kept(visitor: Visitor) -> None:
    page = visitor.complain(
        name="", occurred_day="31", occurred_month="2", description="Żółć & 'quotes'\r\nnext"
    )
    assert page.value("description") == "Żółć & 'quotes'\r\nnext"
    assert page.value("occurred_day") == "31"
    assert page.value("amount") == "25.50"
    assert page.value("transaction_references") == "T-1\r\nT-2"
    assert '<input type="hidden" name="category" value="bonuses">' in page.body
    assert '<option value="gb-ukgc" selected>' in page.body


def test_a_form_that_was_corrected_is_accepted(visitor: Visitor) -> None:
    page = visitor.complain(name="")
    assert visitor.post("/complaints", {**COMPLAINT, "nonce": page.nonce()}).status == 303


@pytest.mark.parametrize(
    "text",
    [
        "Ж" * 10_000,
        "🎰" * 10_000,
        "السحب لم يصل إلى حسابي",
        "\u200fשלום\u200e mixed",
        "line\r\nline\ttab",
        "é" * 5_000 + "e\u0301" * 5_000,
    ],
)
def test_every_script_has_ten_thousand_characters(visitor: Visitor, text: str) -> None:
    assert visitor.complain(description=text).status == 303


def test_line_ends_of_the_browser_count_once(visitor: Visitor) -> None:
    assert visitor.complain(description="a\r\n" * 4_999 + "ab").status == 303


def test_invisible_control_characters_are_taken_out_of_what_is_shown_again(visitor: Visitor) -> None:
    page = visitor.complain(description="before\x00\x07after")
    assert page.status == 422
    assert "invisible control characters" in page.text
    assert page.value("description") == "beforeafter"


def test_a_description_of_a_megabyte_is_refused_and_mostly_kept(visitor: Visitor) -> None:
    page = visitor.complain(description="x" * 1_000_000)
    assert page.status == 422
    assert "Your text has 1,000,000 characters: shorten it to 10,000. Only its first 100,000" in page.text
    assert len(page.value("description")) == 100_000
    assert not visitor.store.states


# --- The nonce ---------------------------------------------------------------------------------------


def test_the_same_form_twice_is_one_complaint_with_the_same_confirmation(visitor: Visitor) -> None:
    fields = visitor.fill()
    first, second = visitor.post("/complaints", fields), visitor.post("/complaints", fields)
    assert first.status == second.status == 303
    assert first.location == second.location
    assert len(visitor.store.states) == 1


def test_a_repeated_form_opens_the_complaint_after_its_link_was_revoked(visitor: Visitor) -> None:
    fields = visitor.fill()
    visitor.post("/complaints", fields)
    [number] = visitor.store.states
    visitor.store.states[number] = replace(visitor.store.states[number], link_version=2)
    assert visitor.get(visitor.post("/complaints", fields).location).status == 200


def test_other_content_under_a_used_nonce_gets_a_fresh_form_and_nothing_of_the_first(
    visitor: Visitor,
) -> None:
    fields = visitor.fill()
    first = visitor.post("/complaints", fields)
    page = visitor.post("/complaints", {**fields, "description": "Another matter."})
    assert page.status == 409
    assert "You sent this form already" in page.text
    assert "use the private link in our e-mail about it" in page.text
    assert page.value("description") == "Another matter."
    assert page.nonce() != fields["nonce"]
    assert "The bonus was not paid." not in page.body
    assert first.location.split("/")[2] not in page.body
    assert len(visitor.store.states) == 1
    again = visitor.post("/complaints", {**fields, "description": "Another matter.", "nonce": page.nonce()})
    assert again.status == 303
    assert len(visitor.store.states) == 2


def test_a_nonce_is_remembered_for_a_month(visitor: Visitor) -> None:
    fields = visitor.fill()
    visitor.post("/complaints", fields)
    visitor.now = T0 + timedelta(days=29)
    visitor.post("/complaints", fields)
    assert len(visitor.store.states) == 1


@pytest.mark.parametrize(
    "nonce", ["", "short", "x" * 65, "with blanks and more of them", "<script>alert(1)</script>"]
)
def test_a_form_without_a_nonce_of_ours_gets_one_with_the_text_kept(visitor: Visitor, nonce: str) -> None:
    page = visitor.complain(nonce=nonce)
    assert page.status == 400
    assert page.value("description") == "The bonus was not paid."
    assert not visitor.store.states
    assert visitor.post("/complaints", {**COMPLAINT, "nonce": page.nonce()}).status == 303


def test_every_form_has_its_own_nonce(visitor: Visitor) -> None:
    assert visitor.get(FORM_ADDRESS).nonce() != visitor.get(FORM_ADDRESS).nonce()


def test_no_request_is_stored_with_its_text(visitor: Visitor) -> None:
    visitor.complain()
    [(answer, _)] = visitor.store.requests.values()
    assert len(answer.fingerprint) == 64
