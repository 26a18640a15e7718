"""What happened so far: each event in the player's words, and nothing that is the operator's own business."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from redress.domain import commands
from redress.domain.correspondence import LetterKind
from tests.support.complaints import DEADLOCK, TRIAGE, submit
from tests.support.portal import Answer, Visitor, region

RECEIVED = datetime(2026, 4, 20, 9, 14, tzinfo=UTC)
ASK = commands.RequestInformation(content={"question": "Which account was it?"}, pause=True)
REPLY = commands.Reply(content={"text": "The first one."})
EXTEND = commands.ExtendDeadline(stage="final", content={"reasons": "A log is missing."})
SECONDS = timedelta(seconds=1)


@pytest.fixture
def visitor() -> Visitor:
    """Somebody at a portal whose brand answers to many rule packs."""
    bodies = {"cw_cga": "Certified ADR", "pl": "Ombudsman of Insurance", "fr_anj": "Gaming Mediator"}
    return Visitor(region=region(**bodies), now=RECEIVED)


def complained(visitor: Visitor, pack: str) -> str:
    """The tracking page of a complaint that a team looks into."""
    path = visitor.passed_on(submit(pack))
    visitor.operator(path, TRIAGE, later=SECONDS)
    return path


def lines(page: Answer) -> list[str]:
    """The timeline, the latest line first: what happened; after bars, one sentence more, what was said."""
    [body] = re.findall(r'<ol class="timeline">(.*?)</ol>', page.body, re.DOTALL)
    found = []
    for line in re.findall(r"<li class=.*?</li>", body, re.DOTALL):
        what = re.search(r"<p>(.*?)(?: <span|</p>)", line, re.DOTALL)
        more = re.search(r'<p class="more">(.*?)</p>', line, re.DOTALL)
        said = re.search(r'<div class="said" dir="auto">(.*?)</div>', line, re.DOTALL)
        found.append(unescape(" | ".join(part[1] for part in (what, more, said) if part)))
    return found


def test_a_pause_for_a_question_and_its_end_are_told(visitor: Visitor) -> None:
    path = complained(visitor, "gb-ukgc")
    visitor.operator(path, ASK, REPLY)
    assert lines(visitor.get(path))[:4] == [
        "The time runs again, because you answered",
        "You wrote to us | The first one.",
        "The time until you may go further stands still, because we wait for your answer",
        "We asked you something | Which account was it?",
    ]


def test_a_pause_shows_its_explanation_and_never_its_evidence(visitor: Visitor) -> None:
    path = complained(visitor, "sandbox")
    content = {"explanation": "They asked us to wait.", "evidence": "File 77 of the police."}
    visitor.operator(path, commands.PauseClock(reason="police", content=content), later=SECONDS)
    visitor.letter(path, LetterKind.PAUSE)
    page = visitor.get(path)
    assert lines(page)[:2] == [
        "We told you why the time stands still",
        "The time for our answer stands still, because the police deal with it | They asked us to wait.",
    ]
    assert "File 77" not in page.body
    visitor.operator(path, commands.ResumeClock(reason="police", content={"explanation": "Internal."}))
    page = visitor.get(path)
    assert lines(page)[0] == "The time runs again"
    assert "Internal." not in page.body


def test_a_pause_that_lasted_as_long_as_it_may_is_told_to_be_over(visitor: Visitor) -> None:
    path = complained(visitor, "sandbox")
    visitor.operator(path, ASK, later=SECONDS)
    visitor.wait(path, until=visitor.now + timedelta(minutes=5))
    assert "The time runs again, because it had stood still for as long as it may" in lines(visitor.get(path))


def test_an_extension_tells_its_reasons_and_once_it_holds_the_new_date(visitor: Visitor) -> None:
    path = complained(visitor, "cw-cga")
    visitor.operator(path, EXTEND, later=timedelta(days=20))
    assert lines(visitor.get(path))[0] == "We take more time for our answer | A log is missing."
    visitor.letter(path, LetterKind.EXTENSION)
    assert lines(visitor.get(path))[:2] == [
        "We told you that we need more time",
        "We take more time for our answer | New date: by the end of Monday, 15 June 2026 | A log is missing.",
    ]


def test_an_extension_whose_letter_left_too_late_names_no_date(visitor: Visitor) -> None:
    path = complained(visitor, "cw-cga")
    visitor.operator(path, EXTEND, later=timedelta(days=28))
    visitor.now += timedelta(days=1)
    visitor.letter(path, LetterKind.EXTENSION)
    assert lines(visitor.get(path))[1] == "We take more time for our answer | A log is missing."


def test_the_date_of_an_extension_stays_what_it_was_then(visitor: Visitor) -> None:
    path = complained(visitor, "sandbox")
    visitor.operator(path, EXTEND, later=SECONDS)
    [letter] = [one.key for one in visitor.complaint(path).letters.values() if one.kind == "extension"]
    sent = commands.RecordLetterSent(letter=letter, message_id="message-1")
    visitor.operator(path, commands.ClaimLetter(letter=letter), sent, later=SECONDS)
    [told] = [line for line in lines(visitor.get(path)) if "more time for" in line]
    assert "New date: by 10:15:00 on Monday, 20 April 2026" in told  # 40 and 20 seconds
    visitor.operator(path, ASK, REPLY, later=SECONDS)
    assert told in lines(visitor.get(path))


def test_another_category_is_told_and_why_it_changed_is_not(visitor: Visitor) -> None:
    path = complained(visitor, "gb-ukgc")
    visitor.operator(
        path,
        commands.Recategorise(
            category="safer_gambling", team="care", content={"reasons": "Seen in the chat."}
        ),
    )
    page = visitor.get(path)
    assert lines(page)[0] == (
        "We now treat your complaint as one about: Safer gambling, limits and self-exclusion"
    )
    assert "Seen in the chat." not in page.body


def test_the_opening_of_the_way_out_is_told(visitor: Visitor) -> None:
    path = complained(visitor, "fr-anj")
    visitor.wait(path, until=RECEIVED + timedelta(days=25))
    assert "You may now turn to Gaming Mediator" in lines(visitor.get(path))


def test_silence_that_counts_as_acceptance_is_told(visitor: Visitor) -> None:
    path = complained(visitor, "pl")
    visitor.wait(path, until=datetime(2026, 5, 4, 21, 59, tzinfo=UTC))
    visitor.falls_due(path, until=datetime(2026, 5, 4, 22, tzinfo=UTC))
    page = visitor.get(path)
    assert page.title.startswith("Your complaint counts as accepted")
    assert lines(page)[:2] == [
        "We had not answered in time, so the law counts your complaint as accepted",
        "We did not give you our final answer in time",
    ]
    visitor.letter(path, LetterKind.FINAL_RESPONSE)
    page = visitor.get(path)
    assert "Our answer Your complaint counts as accepted, because we did not answer it in time." in page.text
    assert '<div class="said" dir="auto"></div>' not in page.body


class TestReferral:
    def refer(self, visitor: Visitor) -> str:
        """A complaint that the outside body has."""
        path = complained(visitor, "gb-ukgc")
        visitor.operator(path, DEADLOCK)
        visitor.letter(path, LetterKind.DEADLOCK)
        told = {"reference": "ADR-INTERNAL"}
        refer = commands.ReferToAdr(body="adr", complete_file_at="2026-04-20T09:20:00.000Z", content=told)
        visitor.operator(path, refer)
        return path

    def test_the_page_says_where_the_complaint_is_and_asks_nobody_to_take_it_there(
        self, visitor: Visitor
    ) -> None:
        page = visitor.get(self.refer(visitor))
        assert page.title.startswith("The independent body has your complaint")
        assert "Your complaint is with Example Adjudication Service ." in page.text
        assert "can take your complaint to" not in page.text
        assert "https://adjudication.example.test" in page.body
        assert lines(page)[0] == "Example Adjudication Service has your complaint"
        assert "ADR-INTERNAL" not in page.body

    @pytest.mark.parametrize(
        ("outcome", "said"),
        [
            ("upheld", "agreed with your complaint"),
            ("partly_upheld", "agreed with part of your complaint"),
            ("rejected", "did not agree with your complaint"),
            ("settled", "closed your complaint: it was settled"),
            ("discontinued", "ended its work on your complaint without a decision"),
        ],
    )
    def test_the_answer_and_the_outcome_are_told(self, visitor: Visitor, outcome: str, said: str) -> None:
        path = self.refer(visitor)
        visitor.operator(path, commands.AnswerAdr(), commands.RecordAdrOutcome(outcome=outcome))
        visitor.operator(path, commands.Close(reason="adr_decided"))
        page = visitor.get(path)
        assert lines(page)[:3] == [
            "Your complaint was closed: the independent body is done with it",
            f"Example Adjudication Service {said}",
            "We answered Example Adjudication Service",
        ]
        assert page.title.startswith("Your complaint is closed")

    def test_a_further_body_goes_by_the_name_that_the_pack_gives_it(self) -> None:
        visitor = Visitor(region=region(ca_on_igo="Own Choice"), now=RECEIVED)
        path = complained(visitor, "ca-on-igo")
        visitor.operator(path, DEADLOCK)
        told = commands.ReferToAdr(body="ombudsman", complete_file_at="2026-04-20T09:20:00.000Z")
        visitor.operator(path, told)
        assert lines(visitor.get(path))[0] == "Ombudsman of Ontario has your complaint"

    def test_a_late_answer_to_the_body_is_told(self, visitor: Visitor) -> None:
        path = self.refer(visitor)
        visitor.wait(path, until=datetime(2026, 5, 10, tzinfo=UTC))
        assert "We did not answer the independent body in time" in lines(visitor.get(path))


def test_the_letters_that_tell_of_dates_are_told(visitor: Visitor) -> None:
    path = complained(visitor, "dk-spillemyndigheden")
    visitor.wait(path, until=RECEIVED + timedelta(days=16))
    assert "We told you when our answer comes" in lines(visitor.get(path))


def test_what_is_the_operators_own_business_is_not_told(visitor: Visitor) -> None:
    path = complained(visitor, "gb-ukgc")
    [letter] = visitor.complaint(path).letters
    adopt = commands.AdoptPackVersion(
        pack="gb-ukgc", pack_version="2015.1", content={"reasons": "Counsel asked."}
    )
    visitor.operator(path, adopt, commands.ClaimLetter(letter=letter), commands.AbandonLetter(letter=letter))
    page = visitor.get(path)
    assert lines(page) == ["The team Payments took over your complaint", "You sent us your complaint"]
    for hidden in ("Counsel asked.", "2015.1", "letter_outcome_unknown"):
        assert hidden not in page.body
