"""What triage looks at before it weighs a complaint, and what comes of it."""

from copy import replace
from datetime import timedelta

import pytest

from redress.domain import commands as c
from redress.domain.commands import Submit, Triage
from redress.domain.errors import IllegalTransition
from redress.usecases.triaging import triage_command
from tests.support.complaints import submit
from tests.support.desks import Clock, Office
from tests.support.memory_store import MemoryStore

PLAIN = {"name": "Player", "email": "player@example.test", "description": "My bonus was not paid."}


OLD = {"occurred_on": "2025-01-01"}


@pytest.fixture
def office() -> Office:
    clock = Clock()
    return Office(MemoryStore(clock), clock)


def told(category: str = "bonuses", jurisdiction: str = "sandbox", **content: object) -> Submit:
    """A complaint with this beside what every complaint tells."""
    return submit(jurisdiction, category, content={**PLAIN, **content})


def take(office: Office, command: Submit | None = None, **at: str) -> str:
    """A new complaint of the one player."""
    office.clock.move(1)
    taken = Submit(**{**vars(command or told()), **at})
    return office.receive(taken, key=f"key-{office.clock.at.isoformat()}")


def weigh(office: Office, number: str) -> Triage:
    return triage_command(office.desk, office.desk.store.load(number))


def test_an_ordinary_complaint_goes_to_the_team_of_its_category(office: Office) -> None:
    found = weigh(office, take(office))
    assert (found.team, found.needs_human) == ("payments", False)
    assert found.severity in {"low", "normal"}


def test_every_reason_is_explained(office: Office) -> None:
    found = weigh(office, take(office, told(amount="x")))
    assert len(found.reasons) == len(found.content["why"]) > 0


def test_a_player_who_complains_again_and_again_weighs_more(office: Office) -> None:
    first, *_, third = (take(office) for _ in range(3))
    assert weigh(office, third).priority < weigh(office, first).priority


def test_complaints_of_more_than_a_year_ago_do_not_count(office: Office) -> None:
    for _ in range(3):
        take(office)
    office.clock.at += timedelta(days=366)
    alone = weigh(office, take(office))
    assert "repeat" not in " ".join(alone.reasons)


def test_an_open_complaint_about_the_same_is_named_as_a_possible_duplicate(office: Office) -> None:
    first, second = take(office), take(office)
    assert any(first in why for why in weigh(office, second).content["why"])
    assert not any(second in why for why in weigh(office, first).content["why"])


def test_practice_knows_no_earlier_complaints(office: Office) -> None:
    first = take(office)
    practice = take(office, Submit(**{**vars(told()), "training": True}))
    assert not any(first in why for why in weigh(office, practice).content["why"])


@pytest.mark.parametrize(
    "text",
    [
        "Please exclude me from gambling, I cannot stop.",
        "Ich möchte mich sperren lassen, ich bin spielsüchtig.",
    ],
)
def test_signals_of_harm_call_a_human_and_the_event_says_no_more(office: Office, text: str) -> None:
    found = weigh(office, take(office, told(description=text)))
    assert found.needs_human
    assert "duty_of_care" in found.reasons
    assert "exclu" not in " ".join(found.reasons)


def test_what_the_operator_s_systems_know_of_the_player_counts(office: Office) -> None:
    assert "duty_of_care" in weigh(office, take(office, told(vulnerable=True))).reasons


def test_those_who_know_about_safer_gambling_begin_where_there_is_such_a_team(office: Office) -> None:
    region = office.desk.region
    safer = replace(region.teams[0], id="safer", categories=("safer_gambling",))
    office.desk = replace(office.desk, region=replace(region, teams=(*region.teams, safer)))
    number = take(office, told(description="I want to self-exclude"))
    assert weigh(office, number).team == "safer"


def test_what_comes_after_the_time_to_complain_is_marked_out_of_time(office: Office) -> None:
    assert "out_of_time" in weigh(office, take(office, told(jurisdiction="es-dgoj"), **OLD)).validity
    assert "out_of_time" not in weigh(office, take(office, told(jurisdiction="es-dgoj"))).validity


def test_after_a_change_of_category_it_keeps_the_team_that_the_change_named(office: Office) -> None:
    number = take(office)
    office.do(number, weigh(office, number), "system")
    office.do(number, c.Recategorise(category="account", team="care", content={"reason": "x"}))
    office.do(number, weigh(office, number), "system")
    assert office.complaint(number).team == "care"


def test_what_the_player_replied_is_read_at_the_next_triage(office: Office) -> None:
    number = take(office)
    office.do(number, weigh(office, number), "system")
    office.do(number, c.Reply(content={"text": "I am so desperate that I want to end my life."}), "player")
    office.do(number, c.Recategorise(category="account", team="care", content={"reason": "x"}))
    assert weigh(office, number).needs_human


def test_a_complaint_is_not_triaged_twice(office: Office) -> None:
    number = take(office)
    office.do(number, weigh(office, number), "system")
    with pytest.raises(IllegalTransition):
        office.do(number, weigh(office, number), "system")
