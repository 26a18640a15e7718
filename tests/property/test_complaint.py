"""What holds for every complaint, whatever is asked of it, in whatever order, at whatever time."""

import json
from contextlib import suppress
from copy import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from redress.domain import audit, complaint, instants
from redress.domain import commands as c
from redress.domain.actors import person as subject
from redress.domain.commands import Command
from redress.domain.correspondence import Delivery, Letter, LetterKind, LetterStatus
from redress.domain.errors import IllegalTransition, InvalidInput, NotAllowedByPack
from redress.domain.milestones import milestones, next_due
from redress.domain.next_step import SENDING, Step, closing_reason, next_step
from redress.domain.promises import promises
from redress.domain.stages import LEGAL_AT, Stage
from redress.usecases.change import listing
from tests.support.complaints import (
    APPROVER,
    CLAIM_EXPIRY,
    HANDLER,
    PERSONAL,
    PLAYER,
    REGION,
    SYSTEM,
    T0,
    TRIAGE,
    Case,
    at_stage,
    submit,
)
from tests.support.mail_commands import mail

type Story = list[tuple[Command | str, str, timedelta]]

FAST = settings(max_examples=50)
PACKS = ("sandbox", "gb-ukgc", "pl", "cw-cga", "dk-spillemyndigheden")
# Of plain words, so that any of them found in a record is a leak and not a coincidence.
MARK = st.text(st.characters(exclude_categories=["Cs"]), max_size=20).map(lambda text: f"{PERSONAL}{text}")

contents = st.fixed_dictionaries({"text": MARK})
outcomes = st.sampled_from(["upheld", "partly_upheld", "rejected", "goodwill", "out_of_scope"])
letters = st.builds("{}-{}".format, st.sampled_from(list(LetterKind)), st.integers(1, 12))
pausing = st.sampled_from(["awaiting_player_info", "police"])
dues = st.sampled_from([None, instants.to_text(T0 + timedelta(seconds=20))])
received = st.sampled_from([instants.to_text(T0 + timedelta(seconds=gap)) for gap in (-40, -3, 0, 9)])
mails = st.builds(
    lambda number, taken_as, content, came_at: replace(
        mail(taken_as, mail_id=f"mail-{number}"),
        content={**content, "from": f"{PERSONAL}@example.com"},
        came_at=came_at,
    ),
    st.integers(1, 5),
    st.sampled_from(["reply", "held", "automatic", "survey_declined"]),
    contents,
    st.one_of(st.none(), received),
)
asked = st.one_of(
    st.just(TRIAGE),
    st.builds(c.Release, content=contents),
    st.builds(c.RejectAsSpam, content=contents),
    st.just(c.RequestLink()),
    st.builds(c.Assign, assignee=st.just("subject-1"), team=st.sampled_from(["care", "payments"])),
    st.builds(c.RequestInformation, content=contents, pause=st.booleans()),
    st.builds(c.PauseClock, reason=pausing, content=contents),
    st.builds(c.ResumeClock, reason=pausing, content=contents),
    st.builds(c.ExtendDeadline, stage=st.just("final"), content=contents),
    st.builds(
        c.Recategorise,
        team=st.just("care"),
        category=st.sampled_from(["safer_gambling", "account"]),
        content=contents,
    ),
    st.builds(c.ReferToAdr, body=st.just("adr"), complete_file_at=st.just(instants.to_text(T0))),
    st.builds(c.AnswerAdr, content=contents),
    st.builds(
        c.RecordAdrOutcome,
        outcome=st.just("upheld"),
        redress_minor=st.sampled_from([None, 500]),
        currency=st.just("GBP"),
        content=contents,
    ),
    st.builds(c.Reply, content=contents, harm=st.sampled_from([{}, {"signals": [f"{PERSONAL}distress"]}])),
    st.builds(c.OverruleTriage, severity=st.sampled_from([None, "high"]), content=contents),
    st.builds(c.AddNote, visibility=st.sampled_from(["internal", "player"]), content=contents),
    st.builds(c.AttachContext, kinds=st.just(("bet",)), content=contents),
    st.builds(c.OpenTask, team=st.just("care"), due_at=dues, content=contents),
    st.builds(c.CloseTask, opened=st.integers(1, 30), outcome=st.just("done"), content=contents),
    st.builds(c.Escalate, content=contents),
    st.builds(c.DeclareDeadlock, content=contents),
    st.builds(c.Reopen, ground=st.just("disputed"), content=contents),
    st.builds(c.LinkDuplicate, duplicate=st.just("0000-0001-Y"), received_at=received),
    st.builds(c.LinkAsDuplicate, primary=st.just("0000-0001-Y"), content=contents),
    st.builds(
        c.RecordRedressPaid,
        amount_minor=st.just(10**9),
        currency=st.just("GBP"),
        paid_on=st.just("2026-03-02"),
        content=contents,
    ),
    st.builds(c.SendOtherwise, letter=letters, means=st.just("post"), content=contents),
    st.builds(
        c.ProposeDecision,
        outcome=outcomes,
        content=contents,
        redress_minor=st.one_of(st.none(), st.integers(1, 10**9)),
        currency=st.just("GBP"),
    ),
    st.builds(c.ReturnDecision, content=contents),
    st.builds(c.ApproveDecision, second_person=st.booleans()),
    st.builds(c.Withdraw, content=contents),
    st.builds(c.GiveFeedback, score=st.integers(1, 5), content=contents),
    st.builds(c.ClaimLetter, letter=letters),
    st.builds(c.RecordLetterSent, letter=letters, message_id=st.just("message-1")),
    st.builds(c.RecordLetterRefused, letter=letters, reason=st.just("throttled"), permanent=st.booleans()),
    st.builds(c.AbandonLetter, letter=letters),
    st.builds(
        c.RecordDelivery,
        letter=letters,
        message_id=st.sampled_from(["message-1", "message-2"]),
        outcome=st.sampled_from(Delivery),
        permanent=st.booleans(),
        other_contact=st.booleans(),
    ),
    st.builds(c.AddContact, content=contents),
    mails,
    mails,
    st.builds(c.AcceptMail, received=st.integers(1, 30), content=contents),
    st.builds(c.RejectMail, received=st.integers(1, 30), content=contents),
    st.builds(c.PlaceLegalHold, content=contents),
    st.builds(c.LiftLegalHold, content=contents),
    st.builds(c.StateSubject, game=st.sampled_from([None, "slot-1", "slot-2"])),
    st.builds(c.FindCause, cause=st.sampled_from(["unclear_terms", "slow_bank"])),
    st.builds(c.OrderErasure, because=st.sampled_from(["request", "retention"])),
    st.builds(c.RecordErased, contents=st.just(1), files=st.just(0), mails=st.just(0)),
    st.builds(c.Close, reason=st.just("completed")),
    st.sampled_from(["what is owed", "what is owed", "the letter leaves", "the next milestone"]),
)
actors = st.sampled_from([PLAYER, SYSTEM, HANDLER, APPROVER, "app:crm/second", "app:crm/third"])
pauses = st.integers(0, 40).map(lambda seconds: timedelta(seconds=seconds))
stories = st.lists(st.tuples(asked, actors, pauses), min_size=8, max_size=25)
cases = st.builds(
    lambda stage, pack, content: at_stage(stage, submit(pack, content=content)),
    st.sampled_from([stage for stage in Stage if stage is not Stage.CLOSED]),
    st.sampled_from(PACKS),
    contents,
)


def play(case: Case, story: Story) -> list[tuple[Stage, int]]:
    """Ask everything, whether it is possible or not; stage and version after each step."""
    trace = [(case.complaint.stage, case.complaint.version)]
    for wish, actor, pause in story:
        case.now += pause
        command = wish if not isinstance(wish, str) else _as_workflow(case, wish)
        before = case.complaint
        try:
            if command:
                case.do(command, actor)
        except (IllegalTransition, NotAllowedByPack, InvalidInput):
            assert case.complaint == before
        trace.append((case.complaint.stage, case.complaint.version))
    return trace


def _as_workflow(case: Case, wish: str) -> Command | None:
    """What the workflow would do now, the end of a letter in flight, or the next milestone."""
    if wish == "the letter leaves":
        flying = [one for one in case.complaint.letters.values() if one.status is LetterStatus.CLAIMED]
        return c.RecordLetterSent(letter=flying[0].key, message_id="message-1") if flying else None
    ahead = milestones(case.rules, case.complaint)
    step = next_step(case.complaint, ahead, case.now, CLAIM_EXPIRY)
    if wish == "what is owed" and step.letter:
        return c.ClaimLetter(letter=step.letter.key)
    one = step.milestone or (ahead[0] if ahead else None)
    return one.command if one else None


@FAST
@given(cases, stories)
def test_the_version_is_the_number_of_events_and_never_falls(case: Case, story: Story) -> None:
    versions = [version for _, version in play(case, story)]
    assert versions == sorted(versions)
    assert case.complaint.version == len(case.records)
    assert [record.seq for record in case.records] == list(range(1, len(case.records) + 1))


@FAST
@given(cases, stories)
def test_the_chain_holds(case: Case, story: Story) -> None:
    play(case, story)
    audit.verify(case.records, case.head)


@FAST
@given(cases, stories)
def test_a_complaint_is_its_stored_events_and_nothing_else(case: Case, story: Story) -> None:
    play(case, story)
    read = [audit.read(record.text) for record in case.records]
    assert read == case.records
    assert complaint.fold(read) == case.complaint


@FAST
@given(cases, stories, st.integers(1, 30))
def test_it_does_not_matter_where_reading_stopped_and_went_on(case: Case, story: Story, place: int) -> None:
    play(case, story)
    first, rest = case.records[:place], case.records[place:]
    assert complaint.fold_onto(complaint.fold(first), rest) == case.complaint


@FAST
@given(cases, stories)
def test_closed_stays_closed_unless_an_outside_body_has_it_or_the_player_reopens_it(
    case: Case, story: Story
) -> None:
    stages = [stage for stage, _ in play(case, story)]
    if Stage.CLOSED in stages and case.complaint.referral is None and case.complaint.review is None:
        assert set(stages[stages.index(Stage.CLOSED) :]) == {Stage.CLOSED}


@FAST
@given(cases, stories)
def test_a_decision_is_undone_by_nothing_but_a_reopening(case: Case, story: Story) -> None:
    stages = [stage for stage, _ in play(case, story)]
    if Stage.DECIDED in stages and case.complaint.review is None:
        later = stages[stages.index(Stage.DECIDED) :]
        assert set(later) <= {Stage.DECIDED, Stage.RESOLVED, Stage.CLOSED}


@FAST
@given(cases, stories)
def test_nothing_personal_is_in_a_record(case: Case, story: Story) -> None:
    play(case, story)
    assert not [record.seq for record in case.records if PERSONAL in record.text]


@FAST
@given(cases, stories)
def test_a_pause_ends_between_its_beginning_and_now_whenever_the_mail_came(case: Case, story: Story) -> None:
    play(case, story)
    for pause in case.complaint.pauses:
        assert pause.started_at <= (pause.ended_at or case.now) <= case.now


@FAST
@given(cases, stories)
def test_each_milestone_is_recorded_once(case: Case, story: Story) -> None:
    play(case, story)
    events = [json.loads(record.text) for record in case.records]
    reached = [
        (one["data"]["clock"], one["data"]["milestone"], one["data"]["deadline_version"])
        for one in events
        if one["type"] == "MilestoneReached"
    ]
    assert len(reached) == len(set(reached)) == len(case.complaint.fired)


@FAST
@given(cases, stories, pauses)
def test_an_open_complaint_always_has_a_step_and_a_closed_one_but_for_breaches_links_and_claims(
    case: Case, story: Story, later: timedelta
) -> None:
    play(case, story)
    now = case.now + later
    ahead = milestones(case.rules, case.complaint)
    step = next_step(case.complaint, ahead, now, CLAIM_EXPIRY)
    if case.complaint.stage is Stage.CLOSED:
        breach = step.step is Step.RECORD_MILESTONE and step.milestone and step.milestone.breach
        letters = _unsettled(case)
        waiting = [one for one in letters if one.status is not LetterStatus.CLAIMED]
        assert all(one.kind is LetterKind.PRIVATE_LINK for one in waiting)
        assert breach or (step.step is not Step.DONE if letters else step.step is Step.DONE)
    else:
        assert step.step is not Step.DONE
    assert (step.letter is not None) == (step.step in {*SENDING.values(), Step.GIVE_UP_LETTER})
    assert step.until is None or step.until > now


def _unsettled(case: Case) -> list[Letter]:
    """What a closed complaint still has to do with letters: nothing, once its erasure is ordered."""
    letters = [] if case.complaint.erasure_ordered_at else case.complaint.letters.values()
    return [one for one in letters if one.status is LetterStatus.CLAIMED or one.is_live(Stage.CLOSED)]


@FAST
@given(cases, stories)
def test_milestones_ahead_have_keys_of_their_own_and_none_is_recorded_yet(case: Case, story: Story) -> None:
    play(case, story)
    keys = [one.key for one in milestones(case.rules, case.complaint)]
    assert len(keys) == len(set(keys))
    assert not set(keys) & case.complaint.fired


@FAST
@given(cases, stories)
def test_a_duty_that_passes_unmet_is_on_record_or_still_ahead(case: Case, story: Story) -> None:
    play(case, story)
    ahead = milestones(case.rules, case.complaint)
    passing = {one.clock for one in ahead if one.breach or one.name == "target"}
    for promise in promises(case.rules, case.complaint):
        if promise.kind == "duty" and promise.missed(case.now):
            name = "target" if promise.rule.strength == "house" else "due"  # our own promise is no law
            recorded = any(key.startswith(f"{promise.clock}:{name}:") for key in case.complaint.fired)
            assert recorded or promise.clock in passing


@FAST
@given(cases, stories)
def test_what_lists_show_agrees_with_the_complaint(case: Case, story: Story) -> None:
    play(case, story)
    shown = listing(REGION, case.complaint)
    assert shown.stage == case.complaint.stage
    is_open = case.complaint.stage is not Stage.CLOSED
    assert shown.queue == (case.complaint.team if is_open else None)
    assert shown.due_at == (next_due(case.rules, case.complaint) if is_open else None)


@FAST
@given(cases, stories)
def test_a_sent_letter_is_never_sent_again(case: Case, story: Story) -> None:
    play(case, story)
    sent = [one for one in case.complaint.letters.values() if one.status is LetterStatus.SENT]
    for letter in sent:
        assert not complaint.may_claim(case.complaint, letter, case.now + timedelta(days=9), CLAIM_EXPIRY)


@FAST
@given(cases, stories)
def test_nothing_happens_at_a_stage_that_the_table_does_not_name(case: Case, story: Story) -> None:
    for wish, actor, pause in story:
        case.now += pause
        command = wish if not isinstance(wish, str) else _as_workflow(case, wish)
        if command is None:
            continue
        stage = case.complaint.stage
        with suppress(IllegalTransition, NotAllowedByPack, InvalidInput):
            case.do(command, actor)
            assert stage in LEGAL_AT[type(command)]


@FAST
@given(stories, stories)
def test_a_reopened_complaint_is_never_decided_by_its_first_handlers(first: Story, second: Story) -> None:
    case = at_stage(Stage.RESOLVED)
    play(case, first)
    with suppress(IllegalTransition):
        case.do(c.Reopen(ground="disputed", content={}), PLAYER)
    play(case, second)
    review, decision = case.complaint.review, case.complaint.decision
    if review and decision and decision.outcome != "deemed_accepted":
        by = {subject(decision.proposed_by), subject(decision.approved_by or "")}
        assert not by & review.first_handlers


@FAST
@given(cases, stories)
def test_what_is_to_be_paid_keeps_a_complaint_from_closing_by_itself(case: Case, story: Story) -> None:
    play(case, story)
    if case.complaint.unpaid:
        assert closing_reason(case.complaint) is None
