"""A signed address opens its own complaint, however mail systems spell it; any other one opens nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redress.domain import number as complaint_number
from redress.domain import reply_address
from redress.domain.reply_address import DECLINE_SURVEY, REPLY, Signed

SECRET, PREVIOUS, RETIRED = b"current", b"previous", b"retired"
LIVE = (SECRET, PREVIOUS)
NUMBER = "2WK9-7AJW-T"
DOMAIN = "mail.example.test"
ADDRESS = f"{reply_address.make(SECRET, NUMBER)}@{DOMAIN}"

numbers = st.integers(0, 2**complaint_number.RANDOM_BITS - 1).map(complaint_number.from_random)
purposes = st.sampled_from([REPLY, DECLINE_SURVEY])


@given(numbers, purposes)
def test_every_number_and_purpose_comes_back(number: str, purpose: str) -> None:
    made = reply_address.make(SECRET, number, purpose)
    assert reply_address.read(LIVE, f"{made}@{DOMAIN}") == Signed(number=number, purpose=purpose)
    assert len(made) <= 64  # RFC 5321, 4.5.3.1.1


def test_it_is_lower_case_and_names_the_complaint() -> None:
    assert ADDRESS.lower() == ADDRESS
    assert ADDRESS.startswith("c+2wk97ajwt.")


@pytest.mark.parametrize(
    "spelled",
    [
        ADDRESS.upper(),
        ADDRESS.title(),
        f" {ADDRESS}\n",
        f'"{ADDRESS.partition("@")[0]}"@{DOMAIN}',
        f"<{ADDRESS}>",  # as a message id
        ADDRESS.replace(DOMAIN, "another.example.test"),
    ],
)
def test_mail_systems_may_spell_it_otherwise(spelled: str) -> None:
    assert reply_address.read(LIVE, spelled) == Signed(number=NUMBER, purpose=REPLY)


@pytest.mark.parametrize(("secret", "opens"), [(SECRET, True), (PREVIOUS, True), (RETIRED, False)])
def test_the_secrets_that_live_sign_and_those_that_do_not_open_nothing(
    secret: bytes,
    opens: bool,  # noqa: FBT001
) -> None:
    address = f"{reply_address.make(secret, NUMBER)}@{DOMAIN}"
    assert (reply_address.read(LIVE, address) is not None) is opens
    assert reply_address.read([], address) is None


def test_an_address_for_one_purpose_serves_no_other() -> None:
    assert reply_address.read(LIVE, f"u{ADDRESS[1:]}") is None


def test_the_signature_of_one_complaint_opens_no_other() -> None:
    other = complaint_number.from_random(7).replace("-", "").lower()
    assert reply_address.read(LIVE, ADDRESS.replace("2wk97ajwt", other)) is None


LOCAL = ADDRESS.partition("@")[0]


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        "@",
        LOCAL,  # no domain
        f"c+2wk97ajwt@{DOMAIN}",
        f"complaints@{DOMAIN}",
        f"2WK9-7AJW-T@{DOMAIN}",
        f"{LOCAL}+tag@{DOMAIN}",
        f"tag+{LOCAL}@{DOMAIN}",
        f"{LOCAL}\n@{DOMAIN}",
        f"{LOCAL} @{DOMAIN}",
        f'"{LOCAL}@{DOMAIN}',
        f"{LOCAL.replace('2wk97ajwt', '2wk9-7ajw-t')}@{DOMAIN}",
        f"{LOCAL.replace('c+', 'x+')}@{DOMAIN}",
        f"{LOCAL}a@{DOMAIN}",
        f"{LOCAL[:-1]}@{DOMAIN}",
        f"{LOCAL.replace('k', chr(0x212A))}@{DOMAIN}",  # the sign of the kelvin, which is k in lower case
        f"{LOCAL}=@{DOMAIN}",
        "=?utf-8?q?" + ADDRESS + "?=",
    ],
)
def test_what_was_not_made_here_opens_nothing(garbage: str) -> None:
    assert reply_address.read(LIVE, garbage) is None


def test_a_number_that_is_misread_as_people_do_opens_nothing() -> None:
    number = complaint_number.from_random(0)  # of zeros, which people type as O
    made = reply_address.make(SECRET, number)
    assert reply_address.read(LIVE, f"{made}@{DOMAIN}")
    assert reply_address.read(LIVE, f"{made.replace('0', 'o', 1)}@{DOMAIN}") is None


@given(numbers, purposes, st.data())
def test_a_changed_character_never_opens(number: str, purpose: str, data: st.DataObject) -> None:
    made = reply_address.make(SECRET, number, purpose)
    place = data.draw(st.integers(0, len(made) - 1))
    changed = data.draw(st.characters().filter(lambda one: one.lower() != made[place] or not one.isascii()))
    assert reply_address.read(LIVE, f"{made[:place]}{changed}{made[place + 1 :]}@{DOMAIN}") is None


@given(st.text(max_size=100))
def test_any_text_can_be_read(text: str) -> None:
    assert reply_address.read(LIVE, text) is None
