"""What the player sees of casework: second looks, duplicates, redress; and what is not theirs to see."""

import re
from collections.abc import Iterator
from copy import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from html import unescape

import pytest

from redress.domain import commands as c
from redress.domain.commands import Command
from redress.domain.correspondence import Delivery, LetterKind
from redress.domain.events import EVENT_TYPES
from redress.language import language
from redress.usecases.ports import CaseFile
from redress.web.timeline import OWN_BUSINESS, Timeline
from tests.support.complaints import DEADLOCK, TRIAGE, milestone, submit
from tests.support.mail_commands import go_out, held, mail
from tests.support.portal import Answer, Visitor, region

RECEIVED = datetime(2026, 4, 20, 9, 14, tzinfo=UTC)
HANDLER, APPROVER = "app:back-office/handler", "app:back-office/approver"
REVIEWER, SECOND = "app:back-office/reviewer", "app:back-office/second-approver"
HIDDEN = "NOT-FOR-THE-PLAYER"
OWN = {"reason": HIDDEN}
NO_AGREEMENT = {"reason": "The record of the game shows no jackpot."}
OTHER = "7K3R-9QXM-2"


def propose(
    outcome: str, reasons: str, minor: int | None = None, kind: str | None = None
) -> c.ProposeDecision:
    """A proposal, with redress in pounds if there is any."""
    currency = "GBP" if minor else None
    return c.ProposeDecision(
        outcome=outcome,
        content={"reasons": reasons},
        redress_minor=minor,
        currency=currency,
        redress_kind=kind,
    )


@pytest.fixture
def visitor() -> Visitor:
    """Somebody at a portal whose brand answers to several rule packs."""
    return Visitor(region=region(cw_cga="Certified ADR", pl="Ombudsman of Insurance"), now=RECEIVED)


def complained(visitor: Visitor, pack: str = "gb-ukgc") -> str:
    """The tracking page of a complaint that a team looks into."""
    path = visitor.passed_on(submit(pack))
    visitor.letter(path, LetterKind.ACKNOWLEDGEMENT)
    visitor.operator(path, TRIAGE)
    return path


def answered(visitor: Visitor, path: str, minor: int | None = 1275) -> None:
    """The first answer, with redress."""
    visitor.operator(path, propose("partly_upheld", "Half of it was our mistake.", minor), actor=HANDLER)
    visitor.operator(path, c.ApproveDecision(), actor=APPROVER)
    visitor.letter(path, LetterKind.FINAL_RESPONSE)


def reopened(visitor: Visitor, path: str, ground: str = "disputed") -> None:
    """The player does not accept the first answer."""
    answered(visitor, path)
    visitor.operator(path, c.Reopen(ground=ground, content=OWN), actor=HANDLER, later=timedelta(days=2))


def decided_again(visitor: Visitor, path: str) -> None:
    """The second answer, which has not left yet."""
    proposed = propose("upheld", "All of it was our mistake.", 2550, "refund")
    visitor.operator(path, proposed, actor=REVIEWER)
    visitor.operator(path, c.ApproveDecision(), actor=SECOND)


def lines(page: Answer) -> list[str]:
    """The timeline, the latest line first: what happened; after bars, one sentence more, what was said."""
    [body] = re.findall(r'<ol class="timeline">(.*?)</ol>', page.body, re.DOTALL)
    found = []
    for line in re.findall(r"<li class=.*?</li>", body, re.DOTALL):
        what = re.search(r"<p>(.*?)</p>", line, re.DOTALL)
        more = re.search(r'<p class="more">(.*?)</p>', line, re.DOTALL)
        said = re.search(r'<div class="said" dir="auto">(.*?)</div>', line, re.DOTALL)
        parts = [part[1] for part in (what, more, said) if part]
        found.append(unescape(re.sub("<.*?>", "", " | ".join(parts))))
    return found


def steps(page: Answer) -> list[str]:
    """The steps of the way, each with what became of it."""
    found = re.findall(r'<li class="(\w+)"[^>]*>([^<]+)<span class="unseen">', page.body)
    return [f"{name}: {state}" for state, name in found]


def panel(page: Answer) -> str:
    """What the page says of the answer."""
    [found] = re.findall(r'aria-labelledby="decision-title">(.*?)</section>', page.body, re.DOTALL)
    return " ".join(unescape(re.sub("<.*?>", " ", found)).split())


# --- Everything that can happen ------------------------------------------------------------------------


def worked(visitor: Visitor) -> str:
    """A complaint with much of what casework knows. Whatever is the operator's own carries a mark."""
    path = complained(visitor)
    found: list[Command] = [
        c.OverruleTriage(severity="critical", content=OWN),
        c.Assign(assignee="subject-77", team="payments"),
        c.AddNote(visibility="internal", content={"text": HIDDEN}),
        c.AddNote(visibility="player", content={"text": "We have found the round."}),
        c.AttachContext(kinds=("transaction",), content={"references": [{"id": HIDDEN}]}),
        c.RequestInformation(content={"question": "Which account?"}, pause=True),
        c.Reply(content={"text": "The first one."}, harm={"signals": ["distress", HIDDEN]}),
        c.Recategorise(category="account", team="care", content=OWN),
        c.AdoptPackVersion(pack="gb-ukgc", pack_version="2015.1", content=OWN),
        c.LinkDuplicate(duplicate=OTHER, received_at="2026-04-19T09:14:00.000Z"),
        c.OpenTask(team="payments", content={"what": HIDDEN}),
        milestone("escalation_1", level=1),
        c.Escalate(level=2, content=OWN),
        milestone("due", breach=True),
        propose("rejected", HIDDEN),
        c.ReturnDecision(content={"comment": HIDDEN}),
        c.StateSubject(product="casino", game="hidden-slot", provider="hidden-studio"),
        c.FindCause(cause="hidden-cause"),
    ]
    visitor.operator(path, *found, actor=HANDLER)
    reopened(visitor, path)
    decided_again(visitor, path)
    visitor.letter(path, LetterKind.FINAL_RESPONSE)
    [owed] = visitor.complaint(path).unpaid
    paid = c.RecordRedressPaid(
        amount_minor=2550,
        currency="GBP",
        paid_on="2026-05-05",
        opened=owed.opened,
        content={"reference": HIDDEN},
    )
    refer = c.ReferToAdr(
        body="adr", complete_file_at="2026-05-05T09:20:00.000Z", content={"reference": HIDDEN}
    )
    awarded = c.RecordAdrOutcome(outcome="upheld", redress_minor=5000, currency="GBP")
    visitor.operator(path, paid, c.GiveFeedback(score=2), refer, c.AnswerAdr(), awarded)
    return path


def sent_by_post(visitor: Visitor) -> str:
    """A complaint whose confirmation mail could not bring."""
    path = visitor.passed_on(submit("gb-ukgc"))
    [letter] = visitor.complaint(path).letters
    visitor.operator(
        path,
        c.ClaimLetter(letter=letter),
        c.RecordLetterRefused(letter=letter, reason=HIDDEN, permanent=True),
        c.SendOtherwise(letter=letter, means="post", content={"reference": HIDDEN}),
    )
    return path


def with_files(visitor: Visitor) -> str:
    """A complaint with a file of the player, one of the operator, and one that was not taken."""
    path = complained(visitor)
    for file, actor in (("f1", "player"), ("f2", HANDLER)):
        kept = c.AddEvidence(evidence=file, media_type="image/png", size=1024, content={"sha256": HIDDEN})
        visitor.operator(path, kept, actor=actor)
    visitor.operator(path, c.RecordScan(evidence="f1", verdict="clean"))
    visitor.operator(path, c.RefuseEvidence(evidence="f3", reason="kind_not_taken"), actor="player")
    return path


def mailed(visitor: Visitor) -> Iterator[str]:
    """Complaints whose letters fared in every way, and to which every kind of mail came."""
    kind = LetterKind.ACKNOWLEDGEMENT
    for outcome in Delivery:
        path = visitor.passed_on(submit("gb-ukgc"))
        case = partial(visitor.store.load, path.split("/")[2])
        go_out(case, partial(visitor.operator, path), kind, outcome)
        yield path
    path = complained(visitor)
    visitor.operator(path, c.AddContact(content={"email": f"{HIDDEN}@example.test"}), actor=HANDLER)
    visitor.operator(path, held(HIDDEN), held(mail_id="mail-2"), mail("survey_declined", mail_id="mail-3"))
    forged, own = (one.seq for one in visitor.complaint(path).held_mails)
    accepted = c.AcceptMail(received=own, content={"text": "It was me."})
    visitor.operator(path, c.RejectMail(received=forged, content=OWN), accepted, actor=HANDLER)
    yield path


def every_story(visitor: Visitor) -> Iterator[str]:
    """Complaints to which, together, everything happens."""
    yield worked(visitor)
    yield sent_by_post(visitor)
    extended = complained(visitor, "cw-cga")
    visitor.operator(extended, c.ExtendDeadline(stage="final", content={"reasons": "A log is missing."}))
    yield extended
    deadlocked = complained(visitor)
    visitor.operator(deadlocked, c.DeclareDeadlock(content=NO_AGREEMENT), actor=HANDLER)
    yield deadlocked
    linked = complained(visitor)
    visitor.operator(linked, c.LinkAsDuplicate(primary=OTHER, content=OWN), actor=HANDLER)
    yield linked
    withdrawn = complained(visitor)
    visitor.operator(withdrawn, c.Withdraw())
    yield withdrawn
    yield with_files(visitor)
    yield from mailed(visitor)
    suspected = visitor.passed_on(replace(submit("gb-ukgc"), suspicions=("too_fast",)))
    visitor.operator(suspected, c.Release(content=OWN), actor=HANDLER)
    visitor.operator(suspected, c.RequestLink())
    yield suspected
    kept = complained(visitor)
    visitor.operator(kept, c.PlaceLegalHold(content=OWN), actor=HANDLER)
    yield kept
    visitor.operator(kept, c.LiftLegalHold(content=OWN), c.Withdraw(), c.OrderErasure(because="request"))
    visitor.operator(kept, c.RecordErased(contents=3, files=0, mails=0))
    yield kept
    silent = complained(visitor, "pl")
    visitor.falls_due(silent, until=visitor.now + timedelta(days=90))
    while visitor.complaint(silent).decision is None:
        visitor.falls_due(silent, until=visitor.now + timedelta(days=90))
    yield silent


def told(visitor: Visitor, case: CaseFile) -> Iterator[type]:
    """The types of the events that add a line to the timeline."""
    rules = visitor.region.rules_of(case.complaint)
    brand, before = visitor.region.brands[0], 0
    for place, record in enumerate(case.records, start=1):
        part = replace(case, records=case.records[:place])
        timeline = Timeline(
            language=language("en"), case=part, region=visitor.region, rules=rules, brand=brand
        )
        now = len(list(timeline.entries()))
        if now > before:
            yield type(record.event)
        before = now


def test_every_event_is_told_to_the_player_or_is_the_operators_own_business(visitor: Visitor) -> None:
    happened: set[str] = set()
    shown: set[type] = set()
    for path in every_story(visitor):
        case = visitor.store.load(path.split("/")[2])
        happened |= {type(record.event).__name__ for record in case.records}
        shown |= set(told(visitor, case))
        assert HIDDEN not in visitor.get(path).body
    assert happened == set(EVENT_TYPES)
    assert {kind.__name__ for kind in shown | OWN_BUSINESS} == set(EVENT_TYPES)
    assert not shown & OWN_BUSINESS


def test_what_the_operators_people_say_among_themselves_is_on_no_page(visitor: Visitor) -> None:
    page = visitor.get(worked(visitor))
    for own in (HIDDEN, "subject-77", "distress", "critical", "harm", "2015.1", "Escalate"):
        assert own not in page.body
    assert [line for line in lines(page) if "senior" in line] == [
        "Your complaint went to a more senior person, to be answered in time"
    ]


def test_a_persons_escalation_right_after_a_warning_is_not_told(visitor: Visitor) -> None:
    path = complained(visitor)
    before = lines(visitor.get(path))
    visitor.operator(path, milestone("warning_1"), c.Escalate(content=OWN), actor=HANDLER)
    assert lines(visitor.get(path)) == before


# --- Each of it ----------------------------------------------------------------------------------------


def test_a_note_is_told_with_its_text_and_then_that_it_was_sent(visitor: Visitor) -> None:
    path = complained(visitor)
    visitor.operator(path, c.AddNote(visibility="player", content={"text": "We have found the round."}))
    visitor.letter(path, LetterKind.MESSAGE)
    assert lines(visitor.get(path))[:2] == [
        "We sent you our message by e-mail",
        "We wrote you a message | We have found the round.",
    ]


def test_a_letter_by_post_is_not_told_as_a_mail(visitor: Visitor) -> None:
    assert lines(visitor.get(sent_by_post(visitor)))[0] == "We confirmed that we have your complaint by post"


def test_a_complaint_back_in_a_queue_is_told_with_its_team(visitor: Visitor) -> None:
    path = complained(visitor)
    visitor.operator(path, c.Assign(assignee="subject-77", team="care"), c.Assign(assignee=None, team="care"))
    assert lines(visitor.get(path))[:2] == [
        "The team Player Care took over your complaint",
        "A member of the team was put in charge of your complaint",
    ]


class TestSecondLook:
    def test_the_page_says_that_it_is_looked_at_again_and_keeps_the_first_answer(
        self, visitor: Visitor
    ) -> None:
        path = complained(visitor)
        reopened(visitor, path)
        page = visitor.get(path)
        assert page.title.startswith("We are looking at it again")
        assert panel(page) == (
            "Our first answer We agree with part of your complaint. We pay you £12.75."
            " Half of it was our mistake."
        )
        assert lines(page)[0] == "You did not agree with our answer, so we look at your complaint again"
        assert steps(page)[3:] == [
            "Answered: done",
            "Looked into again: current",
            "Answered again: ahead",
            "Closed: ahead",
        ]
        assert "you get no second answer" in page.text

    def test_something_new_is_told_as_what_it_is(self, visitor: Visitor) -> None:
        path = complained(visitor)
        reopened(visitor, path, "new_information")
        assert lines(visitor.get(path))[0] == "You told us something new, so we look at your complaint again"

    def test_its_date_is_among_the_promises_and_says_why(self, visitor: Visitor) -> None:
        path = complained(visitor)
        reopened(visitor, path)
        page = visitor.get(path)
        assert (
            "You get our final answer By the end of Sunday, 14 June 2026 Kept on 20 April 2026" in page.text
        )
        assert "You get our answer after we looked again By the end of Wednesday, 6 May 2026" in page.text
        assert "when we began to look at it again." in page.text

    def test_the_second_answer_is_not_shown_before_its_letter_has_left(self, visitor: Visitor) -> None:
        path = complained(visitor)
        reopened(visitor, path)
        decided_again(visitor, path)
        page = visitor.get(path)
        assert page.title.startswith("We have decided again")
        assert panel(page).startswith("Our first answer")
        assert "All of it was our mistake." not in page.body
        assert "£25.50" not in panel(page)
        visitor.letter(path, LetterKind.FINAL_RESPONSE)
        page = visitor.get(path)
        assert page.title.startswith("You have our second answer")
        assert panel(page) == (
            "Our answer after looking again We agree with your complaint. We refund you £25.50."
            " All of it was our mistake."
        )
        assert steps(page)[-2:] == ["Answered again: current", "Closed: ahead"]

    def test_it_may_end_with_the_way_outside(self, visitor: Visitor) -> None:
        path = complained(visitor)
        reopened(visitor, path)
        visitor.operator(path, c.DeclareDeadlock(content=NO_AGREEMENT), actor=REVIEWER)
        page = visitor.get(path)
        assert page.title.startswith("You can take your complaint further")
        assert steps(page)[-3:] == ["Looked into again: done", "Referred: current", "Closed: ahead"]

    def test_a_second_look_that_is_withdrawn_leaves_the_first_answer(self, visitor: Visitor) -> None:
        path = complained(visitor)
        reopened(visitor, path)
        paid = c.RecordRedressPaid(amount_minor=1275, currency="GBP", paid_on="2026-05-05")
        visitor.operator(path, paid, c.Withdraw())
        page = visitor.get(path)
        assert page.title.startswith("You withdrew your complaint")
        assert panel(page).startswith("Our first answer")
        assert "No longer needed: you withdrew" in page.text


class TestDuplicates:
    def test_the_duplicate_says_where_it_goes_on(self, visitor: Visitor) -> None:
        path = complained(visitor)
        visitor.operator(path, c.LinkAsDuplicate(primary=OTHER, content=OWN), actor=HANDLER)
        page = visitor.get(path)
        assert page.title.startswith("Your complaint goes on in another one")
        assert f"We deal with it in your complaint {OTHER}." in page.text
        assert f"No longer needed: it goes on in complaint {OTHER}" in page.text
        assert "you withdrew" not in page.text
        assert "You may turn to" not in page.text
        assert lines(page)[:2] == [
            "This complaint was closed, because it goes on in the other one",
            f"Your complaint goes on in complaint {OTHER}, which is about the same",
        ]

    def test_the_primary_says_what_it_takes_in_and_counts_from_the_earlier(self, visitor: Visitor) -> None:
        path = complained(visitor)
        visitor.operator(path, c.LinkDuplicate(duplicate=OTHER, received_at="2026-04-13T09:14:00.000Z"))
        visitor.letter(path, LetterKind.DUPLICATE)
        page = visitor.get(path)
        assert f"Your complaint {OTHER} is part of this one." in page.text
        assert "You get our final answer By the end of Sunday, 7 June 2026" in page.text
        assert lines(page)[:2] == [
            "We told you that two of your complaints go on as one by e-mail",
            f"We now deal with your complaint {OTHER} together with this one",
        ]


class TestGiven:
    def test_redress_that_was_paid_is_told_with_amount_and_date(self, visitor: Visitor) -> None:
        path = complained(visitor)
        visitor.operator(path, propose("upheld", "Ours.", 2550, "bonus"), c.ApproveDecision())
        visitor.letter(path, LetterKind.FINAL_RESPONSE)
        assert "We credit you with a bonus of £25.50. Ours." in panel(visitor.get(path))
        visitor.operator(path, c.RecordRedressPaid(amount_minor=2550, currency="GBP", paid_on="2026-04-30"))
        page = visitor.get(path)
        assert lines(page)[0] == "We credited you with a bonus of £25.50 on 30 April 2026"
        assert "We credited you with a bonus of £25.50 on 30 April 2026 Ours." in panel(page)

    def test_what_the_outside_body_awards_is_told(self, visitor: Visitor) -> None:
        page = visitor.get(worked(visitor))
        awarded = ("Example Adjudication Service agreed with your complaint", "By that we owe you £50.00")
        assert lines(page)[0] == " | ".join(awarded)
        assert f"Taking it further {' '.join(awarded)}" in page.text
        assert "Your complaint is with" not in page.text

    def test_a_complaint_that_the_player_took_back_is_told_so(self, visitor: Visitor) -> None:
        path = complained(visitor)
        visitor.operator(path, propose("withdrawn", "You said so on the phone."), c.ApproveDecision())
        visitor.letter(path, LetterKind.FINAL_RESPONSE)
        assert "You told us that you take your complaint back" in panel(visitor.get(path))


class TestDeadlock:
    def test_one_that_a_person_declared_gives_the_reasons(self, visitor: Visitor) -> None:
        path = complained(visitor)
        visitor.operator(path, c.DeclareDeadlock(content=NO_AGREEMENT), actor=HANDLER)
        assert lines(visitor.get(path))[0] == (
            "We could not come to an agreement with you, so you may take your complaint further"
            " | The record of the game shows no jackpot."
        )

    def test_one_that_the_clock_brought_speaks_of_the_time(self, visitor: Visitor) -> None:
        path = complained(visitor)
        visitor.operator(path, DEADLOCK)
        assert lines(visitor.get(path))[0] == (
            "We had not reached an answer in time, so you may take your complaint further"
        )


def test_files_are_told_by_who_sent_them_and_shown_with_what_came_of_them(visitor: Visitor) -> None:
    page = visitor.get(with_files(visitor))
    assert lines(page)[:3] == [
        "A file was not taken: you find beneath the files why",
        "We added a file",
        "You sent us a file",
    ]
    assert "Your files" in page.text
    assert page.body.count('/evidence"') == 1


def test_a_practice_complaint_says_so_and_a_real_one_does_not(visitor: Visitor) -> None:
    real = visitor.passed_on(submit("gb-ukgc"))
    visitor.now += timedelta(minutes=1)
    practice = visitor.passed_on(replace(submit("gb-ukgc"), training=True))
    assert "This is practice" in visitor.get(practice).text
    assert "practice" not in visitor.get(real).text
