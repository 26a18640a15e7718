"""A category that got another id: what was written under the old one is read under the new, everywhere."""

from copy import replace
from pathlib import Path
from typing import cast

import pytest

from infra.settings import REGIONS, SettingsError, load
from redress.domain import categories, consultation, instants
from redress.domain import commands as c
from redress.domain.categories import FORMERLY, Category, ever, faults, present
from redress.domain.counting import counts
from redress.domain.packs import load_pack
from redress.domain.rulepack import CategoryRule
from tests.support.complaints import PLAYER, T0, Case, personal, submit

OLD, NEW = "cash_out", Category.DEPOSITS_WITHDRAWALS


@pytest.fixture
def renamed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A release in which deposits and withdrawals were called otherwise before."""
    monkeypatch.setitem(cast("dict[str, Category]", categories.FORMERLY), OLD, NEW)


def test_no_former_id_of_this_release_is_in_use_or_leads_nowhere() -> None:
    assert list(faults(FORMERLY)) == []


@pytest.mark.parametrize(
    ("formerly", "said"),
    [
        ({"account": "bonuses"}, "'account' is in use"),
        ({"cash": "cash_out", "cash_out": "other"}, "'cash_out', which is a former id itself"),
        ({"cash": "cash_out"}, "'cash_out', which is no category"),
    ],
)
def test_a_list_by_which_something_would_count_twice_or_nowhere_is_named(
    formerly: dict[str, str], said: str
) -> None:
    [fault] = faults(formerly)
    assert said in fault


@pytest.mark.usefixtures("renamed")
def test_an_id_of_today_and_one_that_never_was_stay_what_they_are() -> None:
    assert [present(one) for one in (OLD, NEW, "account", "unheard")] == [NEW, NEW, "account", "unheard"]
    assert (ever(NEW), ever("account")) == ((NEW, OLD), ("account",))


@pytest.mark.usefixtures("renamed")
def test_a_complaint_of_the_old_id_is_and_counts_as_one_of_the_new() -> None:
    case = Case(submit(category=OLD))
    other = Case()
    other.do(c.Recategorise(category=OLD, team="payments", content=personal("why")))
    for one in (case, other):
        assert one.complaint.category == NEW
        found = {cell.value for cell in counts(one.records, one.rules, {}) if cell.dimension == "category"}
        assert found == {NEW}


@pytest.mark.usefixtures("renamed")
@pytest.mark.parametrize(("told", "known"), [(OLD, NEW), ("account", "account"), (None, None)])
def test_a_question_that_was_asked_under_the_old_id_stands_under_the_new(
    told: str | None, known: str | None
) -> None:
    event = consultation.Asked(
        brand="northlight",
        language="en",
        team="care",
        due_at=instants.to_text(T0),
        key_hash="hash",
        category=told,
    )
    record = consultation.Record(seq=1, at=T0, actor=PLAYER, event=event)
    assert consultation.fold("number", [record]).category == known


@pytest.mark.usefixtures("renamed")
@pytest.mark.parametrize("term", [OLD, NEW])
def test_a_version_of_a_pack_that_names_the_old_id_holds_for_the_new(term: str) -> None:
    pack = load_pack("gb-ukgc")
    final = pack.stages["final"]
    narrowed = replace(pack, stages={}, categories=(CategoryRule(match=(term,), stages={"final": final}),))
    assert narrowed.rule("final", NEW) == final.deadline
    assert narrowed.rule("final", "account").value is None


@pytest.mark.usefixtures("renamed")
def test_a_region_file_that_names_the_old_id_is_told_the_new(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    text = (REGIONS / "eu-west-2.toml").read_text(encoding="utf-8")
    path.write_text(text.replace('["deposits_withdrawals", ', f'["{OLD}", '), encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        load(path)
    assert [one for one in refused.value.faults if f"{OLD!r} is called {NEW} now" in one]
