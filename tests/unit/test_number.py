"""The complaint number can be read over a phone: what it forgives, and what its check character catches."""

import pytest

from redress.domain import number

NUMBER = "R7K3-9QXM-3"
SIGNS = "".join(sign for sign in NUMBER if sign != "-")
ALL_OF_IT = (1 << number.RANDOM_BITS) - 1


def test_the_number_in_the_documentation_is_a_number() -> None:
    assert number.parse(NUMBER) == NUMBER


@pytest.mark.parametrize("value", [0, 1, 31, 32, 0x123456789, ALL_OF_IT])
def test_every_number_made_can_be_read_back(value: int) -> None:
    made = number.from_random(value)
    assert (len(made), number.parse(made)) == (11, made)


def test_numbers_of_different_randomness_differ() -> None:
    assert len({number.from_random(value) for value in range(0, ALL_OF_IT, ALL_OF_IT // 999)}) >= 999


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("r7k3-9qxm-3", NUMBER),
        ("  R7K3 9QXM 3\n", NUMBER),
        ("R7K39QXM3", NUMBER),
        ("R-7-K-3-9-Q-X-M-3", NUMBER),
        ("oiLl-OOoo-V", "0111-0000-V"),
    ],
)
def test_what_a_person_types_is_read_in_its_one_spelling(typed: str, meant: str) -> None:
    assert number.parse(typed) == meant


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "-",
        "R7K3-9QXM",
        "R7K3-9QXM-33",
        "U7K3-9QXM-3",
        "R7K3-9QXM-*",
        "🙂",
        "R7K3–9QXM–3",
        "x" * 1_000_000,
    ],
)
def test_what_cannot_be_a_number_is_none(typed: str) -> None:
    assert number.parse(typed) is None


def test_every_single_wrong_sign_is_caught() -> None:
    for place, right in enumerate(SIGNS):
        for wrong in set(number.ALPHABET) - {right}:
            assert number.parse(SIGNS[:place] + wrong + SIGNS[place + 1 :]) is None, (place, wrong)


def test_every_swap_of_neighbours_is_caught_except_0_with_z() -> None:
    missed = set()
    for place in range(8):
        for value in range(1024):
            first, second = number.ALPHABET[value >> 5], number.ALPHABET[value & 31]
            if first == second:
                continue
            for check in number.ALPHABET:  # exactly one of them makes the number right
                text = f"{SIGNS[:place]}{first}{second}{SIGNS[place + 2 : 8]}{check if place < 7 else ''}"
                swapped = f"{SIGNS[:place]}{second}{first}{text[place + 2 :]}"
                if number.parse(text) and number.parse(swapped):
                    missed.add(first + second)
                if place == 7:
                    break
    assert missed == {"0Z", "Z0"}
