"""How a complaint comes to owe each letter, and the letters that a preview shows."""

from collections.abc import Callable, Mapping
from copy import replace
from datetime import timedelta
from typing import NamedTuple

from infra.ops.letter_stories import NUMBER, PORTAL, RECEIVED, SALT, WRITTEN, Story
from redress.domain import commands as c
from redress.domain import consultation_key, instants
from redress.domain import number as complaint_number
from redress.domain.audit import Content
from redress.domain.clusters import Alarm, Key
from redress.domain.correspondence import LetterKind
from redress.domain.milestones import Milestone
from redress.domain.raised import Raised
from redress.language import SOURCE
from redress.letters.notice import render_notice
from redress.letters.rise import render_rise
from redress.region import Region
from redress.usecases.ports import Mail

HANDLER = "app:back-office/handler"
QUESTION: Content = {
    "question": "Which device did you use on 3 May?\n\nIf you still have it, please send us the confirmation"
    " of your withdrawal. A photo of the screen is enough."
}
REASONS: Content = {
    "reasons": "You withdrew 25.50 GBP on 3 May 2026 while the welcome bonus was active.\n\nOur pages said"
    " that a withdrawal ends the bonus, but the confirmation page did not say it again. You could not know"
    " that the bonus would be lost, so we give half of it back.",
    "clause": "Bonus terms, 4.2: a withdrawal before the wagering requirement is met ends the bonus.",
}
EXPLANATION: Content = {
    "explanation": "On 6 May you told us by phone that your bank is sending you the statement of April.\n\n"
    "We wait for it, because only the statement shows whether the deposit of 12 April came back to you."
}
MORE_TIME: Content = {
    "reasons": "The provider of the game has not sent us the record of your rounds of 3 May yet. It promised"
    " us to do so by 28 May."
}
NOTE: Content = {"text": "We have the record of your round.\n\nWe expect to have checked it by Friday."}
NO_AGREEMENT: Content = {"reason": "The record shows no jackpot, and you do not accept that record."}
DISPUTED: Content = {"reason": "Called on 2 June: the player does not accept the record."}
BROUGHT_UP: Content = {"reason": "The player has written to the press."}
AGAIN: Content = {"reasons": "Our confirmation page did not say it. So we give all of the bonus back."}
REVIEWER = "app:back-office/reviewer"
OTHER_NUMBER = "7K3R-9QXM-2"
CLAUSE = "General terms, 7.3: winnings from a bonus are paid once the wagering requirement is met."


def _triage(story: Story) -> c.Triage:
    team = story.region.team_for(story.case.complaint.category).id
    return c.Triage(team=team, severity="normal", reasons=("no_rule_fired",))


def investigating[S: Story](story: S) -> S:
    """Acknowledged and with its team."""
    story.now += timedelta(minutes=2)
    story.send(LetterKind.ACKNOWLEDGEMENT)
    story.do(_triage(story))
    return story


def is_over_soon(story: Story) -> bool:
    """Whether the complaint counts in seconds: it is over in the time that the first step takes."""
    return story.case.complaint.jurisdiction == "sandbox"


def asked[S: Story](story: S) -> S:
    """The player was asked a question."""
    if is_over_soon(story):
        story.do(_triage(story))
    else:
        investigating(story)
        story.now += timedelta(days=2)
    story.do(c.RequestInformation(content=QUESTION), HANDLER)
    return story


def decided[S: Story](
    story: S, outcome: str = "partly_upheld", reasons: Content = REASONS, redress: int | None = 1275
) -> S:
    """The operator decided."""
    investigating(story)
    currency = "GBP" if redress else None
    proposed = c.ProposeDecision(outcome=outcome, content=reasons, redress_minor=redress, currency=currency)
    story.do(proposed, HANDLER, after=timedelta(days=20))
    story.do(c.ApproveDecision(), "app:back-office/approver")
    return story


def paused[S: Story](story: S, reason: str = "awaiting_player_info", content: Content = EXPLANATION) -> S:
    """The operator stopped the clock."""
    if not is_over_soon(story):
        investigating(story)
        story.now += timedelta(days=2)
    story.do(c.PauseClock(reason=reason, content=content), HANDLER)
    return story


def extended[S: Story](story: S, content: Content = MORE_TIME) -> S:
    """The operator takes longer for its answer."""
    command = c.ExtendDeadline(stage="final", content=content)
    if is_over_soon(story):
        story.do(command, HANDLER)
        return story
    investigating(story)
    story.do(command, HANDLER, after=timedelta(days=20))
    return story


def accepted[S: Story](story: S) -> S:
    """Nobody answered, and the law takes that for acceptance."""
    investigating(story)
    story.reach_first(lambda one: "mark_deemed_accepted" in one.actions)
    return story


def _reached(*fits: Callable[[Milestone], bool]) -> Callable[[Story], Story]:
    def tell[S: Story](story: S) -> S:
        investigating(story)
        for one in fits:
            story.reach_first(one)
        return story

    return tell


def _named(name: str) -> Callable[[Milestone], bool]:
    return lambda one: one.name.startswith(name)


def noted[S: Story](story: S, content: Content = NOTE) -> S:
    """A handler wrote something for the player."""
    if not is_over_soon(story):
        investigating(story)
    story.do(c.AddNote(visibility="player", content=content), HANDLER)
    return story


def resolved[S: Story](story: S, outcome: str = "partly_upheld", redress: int | None = 1275) -> S:
    """The operator's answer has left."""
    decided(story, outcome, {**REASONS, "clause": CLAUSE}, redress)
    story.send(LetterKind.FINAL_RESPONSE)
    return story


def reopened[S: Story](story: S, ground: str = "disputed") -> S:
    """The player does not accept the answer."""
    resolved(story)
    after = timedelta(seconds=9) if is_over_soon(story) else timedelta(days=9)
    story.do(c.Reopen(ground=ground, content=DISPUTED), HANDLER, after=after)
    return story


def linked[S: Story](story: S) -> S:
    """Another complaint about the same goes on in this one."""
    if not is_over_soon(story):
        investigating(story)
        story.now += timedelta(days=1)
    received_at = instants.to_text(RECEIVED - timedelta(days=3))
    story.do(c.LinkDuplicate(duplicate=OTHER_NUMBER, received_at=received_at), HANDLER)
    return story


def alerted[S: Story](story: S) -> S:
    """The rules of triage ask for a human."""
    story.do(replace(_triage(story), needs_human=True, reasons=("duty_of_care",)))
    return story


def declared[S: Story](story: S) -> S:
    """A person finds that there will be no agreement."""
    investigating(story)
    story.do(c.DeclareDeadlock(content=NO_AGREEMENT), HANDLER, after=timedelta(days=12))
    return story


def link_lost[S: Story](story: S) -> S:
    """The player asks for the private link again."""
    investigating(story)
    story.do(c.RequestLink(), "player")
    return story


TOLD: Mapping[LetterKind, Callable[[Story], Story]] = {
    LetterKind.ACKNOWLEDGEMENT: lambda story: story,
    LetterKind.INFORMATION_REQUEST: asked,
    LetterKind.PAUSE: paused,
    LetterKind.EXTENSION: extended,
    LetterKind.HOLDING: _reached(lambda one: "send_holding_letter" in one.actions),
    LetterKind.PROGRESS: _reached(_named("progress")),
    LetterKind.FINAL_RESPONSE: decided,
    LetterKind.DEADLOCK: _reached(_named("deadlock")),
    LetterKind.FEEDBACK_REQUEST: resolved,
    LetterKind.WARNING: _reached(_named("warning")),
    LetterKind.ESCALATION: _reached(_named("escalation_1"), _named("escalation_2")),
    LetterKind.BREACH: _reached(lambda one: one.breach),
    LetterKind.REMINDER: _reached(_named("reminder")),
    LetterKind.MESSAGE: noted,
    LetterKind.REOPENED: reopened,
    LetterKind.DUPLICATE: linked,
    LetterKind.ALERT: alerted,
    LetterKind.PRIVATE_LINK: link_lost,
}

# The rule pack under which a kind of letter is shown; the others under Great Britain's.
HOME = {LetterKind.EXTENSION: "cw-cga", LetterKind.HOLDING: "dk-spillemyndigheden"}


def answered_again[S: Story](
    story: S,
    outcome: str = "upheld",
    redress: int | None = 2550,
    kind: str | None = "refund",
    content: Content = AGAIN,
) -> S:
    """The second answer, by people who had no part in the first one."""
    reopened(story)
    currency = "GBP" if redress else None
    proposed = c.ProposeDecision(
        outcome=outcome, content=content, redress_minor=redress, currency=currency, redress_kind=kind
    )
    story.do(proposed, REVIEWER, after=timedelta(days=5))
    story.do(c.ApproveDecision(), "app:back-office/second-approver")
    return story


def escalated[S: Story](story: S, content: Content = BROUGHT_UP) -> S:
    """A person brings the complaint up, right after the clock warned of it."""
    investigating(story)
    story.reach("warning")
    story.do(c.Escalate(content=content), HANDLER)
    return story


def unpaid[S: Story](story: S) -> S:
    """The redress that was decided has not been paid in time."""
    due = instants.to_text(RECEIVED + timedelta(days=30))
    investigating(story)
    proposed = c.ProposeDecision(outcome="upheld", content=REASONS, redress_minor=2550, currency="GBP")
    story.do(proposed, HANDLER, after=timedelta(days=20))
    story.do(
        c.ApproveDecision(pay_team=story.region.redress_team or story.region.teams[0].id, pay_by=due),
        "app:back-office/approver",
    )
    story.reach_first(lambda one: one.clock == "task")
    return story


def asked_by_mail(
    region: Region, jurisdiction: str = "", language: str = SOURCE, portal: str = PORTAL
) -> Mail:
    """What somebody is told who asked by mail: of the first brand, or the first that a rule pack knows."""
    brand = next((one for one in region.brands if jurisdiction in one.jurisdictions), region.brands[0])
    asked_for = {
        "kind": "consultation",
        "brand": brand.id,
        "language": language,
        "to": WRITTEN["email"],
        "number": f"Q-{NUMBER}",
        "key": consultation_key.make_key(SALT, f"Q-{NUMBER}"),
        "in_reply_to": "<question-1@example.com>",
    }
    return render_notice(asked_for, region, portal, RECEIVED)


def risen(region: Region, jurisdiction: str = "gb-ukgc", so_many: int = 14) -> Mail:
    """What the owner of a rise is told: a game, of the first brand that a rule pack knows, in six hours."""
    brand = next((one for one in region.brands if jurisdiction in one.jurisdictions), region.brands[0])
    key = Key(dimension="game", value="slot-1842", brand=brand.id)
    end = RECEIVED.replace(minute=0)
    alarm = Alarm(
        key=key,
        start=end - timedelta(hours=6),
        end=end,
        count=so_many + 3,
        expected=1.43,
        upper=8,
        p=3.2e-8,
        level=4e-5,
        weeks=8,
        also=(replace(key, dimension="category", value="game_results"),),
    )
    raised = Raised(
        pack=jurisdiction,
        alarm=alarm,
        complaints=tuple(complaint_number.from_random(0x_17_26_93_AA_5C + at) for at in range(so_many)),
        raised_at=RECEIVED,
        silent_until=end + timedelta(hours=48),
    )
    return render_rise(raised, region, RECEIVED)


class Example(NamedTuple):
    """A letter that a preview shows: of which kind, and what has to happen before it is owed."""

    kind: LetterKind
    tell: Callable[[Story], Story]
    by_mail: bool = False
    training: bool = False


def _decided_as(outcome: str, redress: int | None = None) -> Example:
    reasons = {**REASONS, "clause": CLAUSE}
    return Example(LetterKind.FINAL_RESPONSE, lambda story: decided(story, outcome, reasons, redress))


EXAMPLES: Mapping[str, Example] = {
    **{
        str(kind): Example(kind, tell) for kind, tell in TOLD.items() if kind is not LetterKind.FINAL_RESPONSE
    },
    "acknowledgement_by_mail": Example(LetterKind.ACKNOWLEDGEMENT, lambda story: story, by_mail=True),
    "acknowledgement_practice": Example(LetterKind.ACKNOWLEDGEMENT, lambda story: story, training=True),
    "deadlock_declared": Example(LetterKind.DEADLOCK, declared),
    "escalation_by_person": Example(LetterKind.ESCALATION, escalated),
    "final_response_upheld": _decided_as("upheld", 2550),
    "final_response_partly_upheld": _decided_as("partly_upheld", 1275),
    "final_response_rejected": _decided_as("rejected"),
    "final_response_goodwill": _decided_as("goodwill", 500),
    "final_response_out_of_scope": _decided_as("out_of_scope"),
    "final_response_withdrawn": _decided_as("withdrawn"),
    "final_response_by_law": Example(LetterKind.FINAL_RESPONSE, accepted),
    "final_response_again": Example(
        LetterKind.FINAL_RESPONSE, lambda story: answered_again(story, content={**AGAIN, "clause": CLAUSE})
    ),
    "reminder_of_payment": Example(LetterKind.REMINDER, unpaid),
}
