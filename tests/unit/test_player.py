"""A player is found again by a keyed hash, and by nothing that names them."""

import pytest

from redress.domain.player import index_key

SECRET = b"index secret"


def key(
    account: str | None = "A-1", email: str = "p@example.test", brand: str = "north", secret: bytes = SECRET
) -> str:
    return index_key(secret, brand, account, email)


def test_the_account_finds_the_player_whatever_address_was_given() -> None:
    assert key(email="other@example.test") == key()


def test_without_an_account_the_address_finds_the_player_in_any_case_of_letters() -> None:
    assert key(None, " P@Example.TEST ") == key(None, "p@example.test")


def test_an_empty_account_is_no_account() -> None:
    assert key("") == key(None)


def test_blanks_around_an_account_do_not_matter() -> None:
    assert key(" A-1 ") == key("A-1")


@pytest.mark.parametrize("who", [("{}", ""), (None, "{}@example.test")], ids=["account", "address"])
def test_a_player_is_the_same_however_letters_are_composed(who: tuple[str | None, str]) -> None:
    """A form sends é as one character; a terminal or a mail may send e and an accent."""
    account, email = who
    written = [key(account and account.format(sign), email.format(sign)) for sign in ("\u00e9", "e\u0301")]
    assert written[0] == written[1]


def test_an_account_of_blanks_is_no_account() -> None:
    assert key("   ") == key(None)


def test_players_of_two_brands_are_two_players() -> None:
    assert key(brand="south") != key()


def test_an_account_that_looks_like_an_address_is_not_that_address() -> None:
    assert key("p@example.test") != key(None, "p@example.test")


def test_without_the_secret_nobody_can_make_the_key() -> None:
    assert key(secret=b"another") != key()


def test_the_key_says_nothing_of_the_player() -> None:
    assert len(key()) == 64
    assert set(key()) <= set("0123456789abcdef")
