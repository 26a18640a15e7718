"""`redress simulate`: the whole ladder of one complaint."""

from typing import Any

import pytest

from redress.domain import packs
from tests.support.redress_command import CURACAO, MARCH, Ask, refused


def simulated(ask: Ask, pack: str, *more: str, anchor: str = MARCH) -> Any:
    answer = ask("simulate", "--pack", pack, "--anchor", anchor, *more, "--json")
    assert answer.err == ""
    return answer.json


def happened(found: Any) -> list[tuple[str, str]]:
    return [(step["at"], step["what"]) for step in found["timeline"]]


def test_a_complaint_to_which_nobody_reacts_climbs_the_whole_ladder(ask: Ask) -> None:
    found = simulated(ask, "gb-ukgc")
    steps = happened(found)
    assert steps[0] == ("2026-03-02T23:30:00Z", "the complaint is received")
    assert ("2026-03-02T23:30:00Z", "letter to the player: acknowledgement") in steps
    assert [what for _, what in steps if "escalated" in what] == [
        "escalated to level 1",
        "escalated to level 2",
    ]
    assert ("2026-04-23T23:00:00Z", "letter to the player: deadlock") in steps
    assert not any("BREACH" in what for _, what in steps)
    assert steps[-1] == ("2027-04-24T23:00:00Z", "closed: adr window ended")
    assert found["stage"] == "closed"
    days = [step["day"] for step in found["timeline"]]
    assert days == sorted(days)
    assert days[-1] == 419


def test_where_silence_accepts_the_breach_is_followed_by_the_letter_that_says_so(ask: Ask) -> None:
    steps = happened(simulated(ask, "pl"))
    breach = [place for place, (_, what) in enumerate(steps) if what == "BREACH: final passes unmet"]
    assert breach
    assert "silence accepts the complaint: it is upheld by law" in [what for _, what in steps[breach[0] :]]
    assert "letter to the player: final response" in [what for _, what in steps[breach[0] :]]


def test_where_the_law_is_silent_a_house_promise_that_passes_is_no_breach(ask: Ask) -> None:
    found = simulated(ask, "fr-anj", anchor="2026-03-15T22:30+01:00")
    steps = happened(found)
    assert ("2026-04-02T22:00:00Z", "the house's own date of final passes unmet") in steps
    opened = [one for one in found["timeline"] if one["at"] == "2026-04-04T22:00:00Z"]
    assert any(one["what"].startswith("gateway: ") for one in opened)
    assert "must" in opened[0]["rule"]
    assert found["stage"] == "investigating"


@pytest.mark.parametrize(
    "answer",
    [["--answered-at", "2026-03-23T10:00Z"], ["--answer-after", "3 weeks"], ["--answer-after", "21 days"]],
)
def test_an_answer_ends_the_ladder_and_opens_the_players_window(answer: list[str], ask: Ask) -> None:
    steps = [what for _, what in happened(simulated(ask, "gb-ukgc", *answer))]
    assert "letter to the player: final response" in steps
    assert "window: the player may turn to the outside body until Wed 2027-03-24 00:00:00" in steps
    assert not any("deadlock" in what or "level 2" in what for what in steps)
    assert steps[-1] == "closed: feedback window ended"


def test_an_answer_at_the_due_instant_is_too_late(ask: Ask) -> None:
    found = simulated(
        ask, "us-mi-mgcb", "--answered-at", "2027-01-02T05:00Z", anchor="2026-12-22T23:30-05:00"
    )
    steps = happened(found)
    breach = steps.index(("2027-01-02T05:00:00Z", "BREACH: final passes unmet"))
    assert steps.index(("2027-01-02T05:00:00Z", "answered: the decision is made")) > breach
    just_before = ["--answered-at", "2027-01-02T04:59:59.999Z"]
    kept = happened(simulated(ask, "us-mi-mgcb", *just_before, anchor="2026-12-22T23:30-05:00"))
    assert not any("BREACH: final" in what for _, what in kept)


def test_an_answer_to_a_complaint_that_silence_has_accepted_is_told_to_be_too_late(ask: Ask) -> None:
    steps = happened(simulated(ask, "pl", "--answer-after", "20 days"))
    assert any(what.startswith("the answer comes too late") for _, what in steps)


@pytest.mark.parametrize("pack", packs.known())
@pytest.mark.parametrize("answer", [[], ["--answer-after", "2 business_days"]])
def test_every_pack_can_be_simulated(pack: str, answer: list[str], ask: Ask) -> None:
    own = ["--set", "final.amount=10", "--set", "final.unit=calendar_days"] if pack == "mt" else []
    found = simulated(ask, pack, *own, *answer)
    assert found["pack"] == pack
    instants = [step["at"] for step in found["timeline"]]
    assert instants == sorted(instants)
    ladder = ask("simulate", "--pack", pack, "--anchor", MARCH, *own, *answer).out
    assert all(step["what"] in ladder for step in found["timeline"])


def test_a_category_has_a_ladder_of_its_own(ask: Ask) -> None:
    found = simulated(ask, "cw-cga", "--category", "responsible_gambling", anchor=CURACAO)
    assert ("2026-05-05T04:00:00Z", "BREACH: final passes unmet") in happened(found)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--answered-at", "2026-03-01T00:00Z"], "--answered-at is before --anchor"),
        (["--answered-at", "2026-03-01T00:00"], "names no zone"),
        (["--answer-after", "soon"], "'soon' is no length: write 'N unit'"),
        (["--answer-after", "0 weeks"], "0 is not between"),
        (["--answer-after", "-1 weeks"], "no length"),
        (["--answer-after", "1 fortnight"], "unit one of seconds, hours"),
        (["--answer-after", "² weeks"], "no length"),
        (["--answer-after", f"{'9' * 5000} weeks"], "no length"),
        (["--answer-after", "9 weeks", "--answered-at", "2026-04-01T00:00Z"], "not allowed with"),
        (["--category", "weather"], "--category 'weather' is unknown"),
        (["--set", "final.amount=1"], "the law does not leave"),
    ],
)
def test_a_ladder_that_cannot_be_drawn_is_refused(more: list[str], said: str, ask: Ask) -> None:
    refused(ask("simulate", "--pack", "gb-ukgc", "--anchor", MARCH, *more), said)
