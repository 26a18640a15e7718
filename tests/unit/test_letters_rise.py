"""The owner of a rise reads what rose, how far beyond what is usual, and which complaints it was."""

from copy import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra.ops.letter_stories import REGION
from redress.domain.clusters import Alarm, Key
from redress.domain.raised import Raised
from redress.letters.blocks import LetterIncomplete
from redress.letters.rise import render_rise
from redress.usecases.ports import Mail
from tests.support.letter_reading import both

END = datetime(2026, 5, 4, 13, tzinfo=UTC)
GAME = Key(dimension="game", value="slot-1842", brand="northlight")
CATEGORY = replace(GAME, dimension="category", value="game_results")
ALARM = Alarm(
    key=GAME,
    start=END - timedelta(hours=6),
    end=END,
    count=64,
    expected=3.42,
    upper=11,
    p=3.2e-8,
    level=4e-5,
    weeks=8,
    also=(CATEGORY,),
)
RAISED = Raised(
    pack="gb-ukgc",
    alarm=ALARM,
    complaints=("R7K3-9QXM-2", "077S-EY3H-7"),
    raised_at=END,
    silent_until=END + timedelta(hours=48),
)


def told(complaints: tuple[str, ...] = RAISED.complaints, **changes: Any) -> Mail:
    raised = replace(RAISED, alarm=replace(ALARM, **changes), complaints=complaints)
    return render_rise(raised, REGION, END)


def test_the_counts_and_the_window_in_local_time_are_told() -> None:
    for form in both(told()):
        assert "In 6 hours Northlight Casino received 64 complaints of one kind." in form
        assert "About 3.4 are usual at this time of the week, and up to 11" in form
        assert "08:00 on Monday, 4 May 2026 (Europe/London)" in form
        assert "14:00 on Monday, 4 May 2026 (Europe/London)" in form
        assert "1 in 31,000,000 for so many or more; a notice is due from 1 in 25,000 on" in form
        assert "Great Britain (Gambling Commission)" in form
        assert "8 weeks" in form


def test_what_rose_with_it_and_until_when_all_of_it_is_quiet_is_told() -> None:
    for form in both(told()):
        assert "Category: game results" in form
        assert "there is no other notice of it before 14:00 on Wednesday, 6 May 2026" in form
    for form in both(told(also=())):
        assert "Nothing else." in form


def test_the_complaints_are_named_and_the_rest_is_counted() -> None:
    for form in both(told()):
        assert "R7K3-9QXM-2, 077S-EY3H-7, and 62 more." in form
        assert "/v1/complaints/" in form
    for form in both(told(count=2)):
        assert "R7K3-9QXM-2, 077S-EY3H-7." in form
    for form in both(told(complaints=())):
        assert "The register names none of them any more." in form


@pytest.mark.parametrize(
    ("p", "said"),
    [
        (1e-30, "less than 1 in 1,000,000,000"),
        (0.0, "less than 1 in"),
        (4.99e-4, "1 in 2,000"),
        (0.5, "1 in 2 "),
    ],
)
def test_chance_is_told_as_one_in_so_many(p: float, said: str) -> None:
    for form in both(told(p=p)):
        assert said in form


def test_a_new_key_has_no_history() -> None:
    for form in both(told(weeks=0)):
        assert "no week: it is new" in form


def test_the_subject_says_it_all() -> None:
    assert told().subject == "64 complaints in 6 hours: slot-1842, Northlight Casino"
    assert told(start=END - timedelta(hours=1)).subject.startswith("64 complaints in 1 hour:")


def test_it_goes_to_the_team_of_the_category_from_the_brand() -> None:
    category = replace(GAME, dimension="category", value="bonuses")
    team = REGION.team_for("bonuses")
    assert told(key=category, also=()).to == team.email
    assert told(also=(category,)).to == team.email
    assert told(also=()).to == REGION.teams[0].email
    assert told().sender == "Northlight Casino <complaints@mail.example.test>"


@pytest.mark.parametrize("dimension", ["category", "channel"])
def test_what_redress_names_is_told_in_words(dimension: str) -> None:
    mail = told(key=replace(GAME, dimension=dimension, value="bank_transfer"))
    assert ": bank transfer, " in mail.subject
    for form in both(mail):
        assert "bank transfer" in form
        assert "bank_transfer" not in form


@pytest.mark.parametrize("dimension", ["product", "game", "provider", "payment_route"])
def test_what_the_operator_names_is_told_as_it_is_written(dimension: str) -> None:
    mail = told(key=replace(GAME, dimension=dimension, value="slot_1842"))
    assert ": slot_1842, " in mail.subject
    for form in both(mail):
        assert "slot_1842" in form


def test_the_same_rise_is_the_same_letter() -> None:
    assert told() == told()
    assert told().letter_id == f"{RAISED.id}/rise"
    others = {replace(RAISED, pack="mt").id, replace(RAISED, alarm=replace(ALARM, key=CATEGORY)).id}
    assert len({RAISED.id, *others}) == 3


def test_a_brand_that_is_gone_has_no_letter() -> None:
    with pytest.raises(LetterIncomplete) as refused:
        told(key=replace(GAME, brand="gone"))
    assert refused.value.missing == ("brand gone",)
