"""Whatever surrounds it, no key of ours is in a text that is kept; any other text stays as it was."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from redress.domain import consultation_key, private_link, reply_address
from redress.domain import number as complaint_number
from redress.domain.keys_in_texts import LEFT_OUT, content_without_keys, without_keys

NUMBERS = st.integers(0, 2**complaint_number.RANDOM_BITS - 1).map(complaint_number.from_random)
SECRETS = st.binary(min_size=1, max_size=40)
WHEN = st.datetimes(datetime(2020, 1, 1), datetime(2055, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
ADDRESS = st.sampled_from(
    [
        *("https://portal.example.com/complaints/{}/", "complaints/{}/", "{}/", "{} ", ""),
        *("https%3A%2F%2Fportal.example.com%2Fcomplaints%2F{}%2F", "<a href=3D'/complaints/{}/", "_{}_"),
    ]
)
# Letters that a key begins with or has in it make it hardest to tell where one begins.
AROUND = (
    st.text() | st.text(alphabet="AB/\n >-_%2Fcu+.?&;,:<>\"'") | st.from_regex(r"\A(AAB|ABCD-|c\+)+\w*\Z")
)
SPELLINGS = st.sampled_from([str.lower, str.upper])
BREAKS = st.sampled_from(["\n", "\r\n", " \n> ", "\n>> > ", "\n    "])


def private_keys() -> st.SearchStrategy[tuple[str, str]]:
    """A complaint's number and the key of its private link."""

    def made(secret: bytes, number: str, version: int, now: datetime) -> tuple[str, str]:
        return number, private_link.make(secret, number, version, now, timedelta(days=365))

    return st.builds(made, SECRETS, NUMBERS, st.integers(1, 99), WHEN)


def holds(text: str, key: str) -> bool:
    """Whether somebody finds the key there, quoted over several lines or not."""
    return key.casefold() in re.sub(r"[\s>]", "", text).casefold()


@given(AROUND, ADDRESS, private_keys(), AROUND)
def test_no_private_link_is_kept(before: str, address: str, link: tuple[str, str], after: str) -> None:
    number, key = link
    kept = without_keys(f"{before}{address.format(number)}{key}{after}")
    assert not holds(kept, key)
    assert not holds(kept, key[6:]), "the signed part is what nobody can guess"


@given(st.text(), private_keys(), st.sets(st.integers(0, 31), max_size=5), BREAKS)
def test_no_private_link_is_kept_that_a_mail_program_broke_over_lines(
    before: str, link: tuple[str, str], places: set[int], line_break: str
) -> None:
    number, key = link
    broken = "".join(f"{line_break if place in places else ''}{sign}" for place, sign in enumerate(key))
    assert not holds(without_keys(f"{before}/complaints/{number}/{broken}\nThank you"), key[6:])


@given(
    AROUND,
    SECRETS,
    NUMBERS,
    SPELLINGS,
    st.lists(st.sampled_from(["", "\n", " \n> "]), min_size=7),
    AROUND,
)
def test_no_key_of_a_question_is_kept(
    before: str, secret: bytes, number: str, spelling: Callable[[str], str], breaks: list[str], after: str
) -> None:
    key = consultation_key.make_key(secret, f"Q-{number}")
    broken = "-".join(f"{line}{group}" for line, group in zip(["", *breaks], key.split("-"), strict=False))
    kept = without_keys(f"{before}/consultations/Q-{number}/{spelling(broken)}{after}")
    assert not holds(kept, key[-19:]), "four groups of seven are too much"


@given(AROUND, SECRETS, NUMBERS, st.sampled_from("cu"), SPELLINGS, AROUND)
def test_no_signed_address_is_kept(
    before: str, secret: bytes, number: str, purpose: str, spelling: Callable[[str], str], after: str
) -> None:
    made = reply_address.make(secret, number, purpose)
    kept = without_keys(f"{before}<{spelling(made)}@mail.example.test>{after}")
    assert not holds(kept, made)
    assert "@mail.example.test>" in kept


@given(st.text())
def test_any_other_text_is_kept_byte_for_byte(text: str) -> None:
    assert without_keys(text) == text


@given(st.lists(AROUND | private_keys().map("/".join), max_size=4).map("".join))
def test_what_was_looked_through_once_stays_as_it_is_and_never_grows(text: str) -> None:
    once = without_keys(text)
    assert without_keys(once) == once
    assert len(once) <= len(text)


@given(private_keys(), st.text())
def test_content_is_looked_through_however_deep_and_addresses_stay(link: tuple[str, str], text: str) -> None:
    key = link[1]
    content = {"text": key, "deep": [{"why": (key, text)}, 3, None], "from": f"{key}@example.com"}
    assert content_without_keys(content) == {
        "text": LEFT_OUT,
        "deep": [{"why": [LEFT_OUT, text]}, 3, None],
        "from": f"{key}@example.com",
    }
