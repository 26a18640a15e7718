"""What holds for every suspected complaint, whatever is asked of it, in whatever order, at whatever time."""

from copy import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from redress.domain import commands as c
from redress.domain import events as e
from redress.domain.correspondence import TO_STAFF, LetterKind
from redress.domain.milestones import milestones
from redress.domain.next_step import next_step
from redress.domain.promises import promises
from redress.domain.stages import Stage
from tests.property.test_complaint import FAST, PACKS, Story, contents, play, stories
from tests.support.complaints import CLAIM_EXPIRY, Case, at_stage, personal, submit

SUSPICIONS = st.lists(st.sampled_from(["honeypot", "form_token", "too_fast", "too_old", "many"]), min_size=1)
suspected = st.builds(
    lambda pack, content, found: Case(replace(submit(pack, content=content), suspicions=tuple(found))),
    st.sampled_from(PACKS),
    contents,
    SUSPICIONS,
)
NOT_RELEASED = stories.map(
    lambda story: [one for one in story if not isinstance(one[0], c.Release | c.RecordLetterSent)]
)
ONLY_THE_CLOCK = st.lists(
    st.tuples(st.just("the next milestone"), st.just("system"), st.just(timedelta())), max_size=12
)


@FAST
@given(suspected, NOT_RELEASED)
def test_while_it_is_held_no_letter_to_the_player_leaves_whatever_happens(case: Case, story: Story) -> None:
    play(case, story)
    claimed = {one.event.kind for one in case.records if isinstance(one.event, e.LetterClaimed)}
    assert {LetterKind(kind) for kind in claimed} <= TO_STAFF


@FAST
@given(suspected, NOT_RELEASED, st.timedeltas(timedelta(), timedelta(days=400)))
def test_while_it_is_held_none_is_owed_at_any_time(case: Case, story: Story, later: timedelta) -> None:
    play(case, story)
    step = next_step(case.complaint, milestones(case.rules, case.complaint), case.now + later, CLAIM_EXPIRY)
    assert step.letter is None or step.letter.kind in TO_STAFF


@FAST
@given(st.sampled_from(PACKS), SUSPICIONS, st.sampled_from([one for one in Stage if one is not Stage.CLOSED]))
def test_released_it_owes_what_an_honest_one_owes(pack: str, found: list[str], stage: Stage) -> None:
    honest = at_stage(stage, submit(pack))
    case = at_stage(stage, submit(pack))
    case.complaint = replace(case.complaint, suspicions=tuple(found))
    case.do(c.Release(content=personal("why")))
    for one in (honest, case):
        one.now += timedelta(seconds=1)
    steps = [
        next_step(one.complaint, milestones(one.rules, one.complaint), one.now, CLAIM_EXPIRY)
        for one in (honest, case)
    ]
    assert steps[0] == steps[1]


@FAST
@given(st.sampled_from(PACKS), contents, SUSPICIONS, ONLY_THE_CLOCK)
def test_the_clock_is_the_same_with_and_without_suspicion(
    pack: str, content: dict[str, object], found: list[str], story: Story
) -> None:
    honest = Case(submit(pack, content=content))
    case = Case(replace(submit(pack, content=content), suspicions=tuple(found)))
    for one in (honest, case):
        play(one, story)
    dates = [
        [(date.clock, date.due_at, date.kept) for date in promises(one.rules, one.complaint)]
        for one in (honest, case)
    ]
    assert dates[0] == dates[1]
    assert honest.complaint.fired == case.complaint.fired
    assert [one.key for one in milestones(honest.rules, honest.complaint)] == [
        one.key for one in milestones(case.rules, case.complaint)
    ]
