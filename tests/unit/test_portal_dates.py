"""The dates on the tracking page: which a player sees, what became of each, and why it is that date."""

import re
from copy import replace
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest

from redress.domain import commands
from redress.domain.correspondence import LetterKind
from redress.domain.promises import promises
from redress.language import language
from redress.web.explanations import Telling, explain
from tests.support.complaints import APPROVE, DEADLOCK, TRIAGE, milestone, submit
from tests.support.portal import Answer, Visitor, region

RECEIVED = datetime(2026, 4, 20, 9, 14, tzinfo=UTC)  # a Monday, summer time in Europe
ASK = commands.RequestInformation(content={"question": "Which account was it?"}, pause=True)
PROPOSE = commands.ProposeDecision(outcome="rejected", content={"reasons": "It was lost."})
REPLY = commands.Reply(content={"text": "The first one."})
REFER = commands.ReferToAdr(body="adr", complete_file_at="2026-06-01T09:00:00.000Z")
WIDE = region(
    dk_spillemyndigheden="Mediation",
    cw_cga="Certified ADR",
    pl="Ombudsman of Insurance",
    es_dgoj="Gaming Directorate",
    fr_anj="Gaming Mediator",
    ca_on_igo="iGaming Ontario",
)
ACK, FINAL = "We confirm that we have your complaint", "You get our final answer"
NOTICE = "You have our answer, or we tell you when it comes"
BODY = "Example Adjudication Service"
TURN, LAST = f"You may turn to {BODY}", f"Your last day to turn to {BODY}"


@pytest.fixture
def visitor() -> Visitor:
    """Somebody at a portal whose brand answers to many rule packs."""
    return Visitor(region=WIDE, now=RECEIVED)


def complained(visitor: Visitor, pack: str, *residence: str, category: str = "bonuses") -> str:
    """The tracking page of a complaint under the packs, acknowledged and with its team."""
    packs = tuple(f"{one}@2026.1" for one in residence)
    path = visitor.passed_on(replace(submit(pack, category), residence_packs=packs))
    visitor.letter(path, LetterKind.ACKNOWLEDGEMENT)
    visitor.operator(path, TRIAGE)
    return path


def text(html: str) -> str:
    """What stands between tags, in one line."""
    seen = re.sub(r'<span class="unseen">.*?</span>', "", html)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", seen)).split())


def dated(page: Answer) -> dict[str, str]:
    """What the page says beneath the name of each date, explanation left out."""
    items = re.findall(r'<li class="\w+">\s*<strong>(.*?)</strong>(.*?)<details>', page.body, re.DOTALL)
    return {unescape(name): text(rest) for name, rest in items}


def why(page: Answer, name: str) -> str:
    """The explanation of a date."""
    found = re.search(
        rf"<strong>{re.escape(name)}</strong>.*?</summary>(.*?)</details>", page.body, re.DOTALL
    )
    assert found, f"no explanation of {name}"
    return text(found[1])


def state(page: Answer, name: str) -> str:
    """What the colour of a date's edge says."""
    found = re.search(rf'<li class="(\w+)">\s*<strong>{re.escape(name)}</strong>', page.body)
    assert found, f"no date {name}"
    return found[1]


def test_a_british_complaint_shows_when_it_is_confirmed_answered_and_may_go_further(visitor: Visitor) -> None:
    page = visitor.get(complained(visitor, "gb-ukgc"))
    assert dated(page) == {
        ACK: "By 10:14 on Tuesday, 21 April 2026 Kept on 20 April 2026 at 10:16",
        FINAL: "By the end of Sunday, 14 June 2026 Still to come",
        TURN: "From Monday, 15 June 2026 Not open yet",
    }
    assert [state(page, name) for name in (ACK, FINAL, TURN)] == ["kept", "open", "ahead"]


def test_a_date_explains_itself_by_the_rule_and_how_it_is_counted(visitor: Visitor) -> None:
    page = visitor.get(complained(visitor, "gb-ukgc"))
    assert why(page, FINAL) == (
        "Time: 8 weeks. It counts from 20 April 2026, when we received your complaint."
        " That day is the first that counts."
        " Rule: LCCP social responsibility code 6.1.1.2."
    )
    assert why(page, ACK).startswith(
        "Time: 24 hours. It counts from 20 April 2026 at 10:14, when we received your complaint."
        " Guidance: Gambling"
    )
    assert why(page, TURN).startswith("Time: 8 weeks. It counts from 20 April 2026, when we received")
    assert "Until then we have the time to answer you ourselves." in why(page, TURN)


def test_an_explanation_opens_without_scripts_and_tells_whose_it_is(visitor: Visitor) -> None:
    page = visitor.get(complained(visitor, "gb-ukgc"))
    assert f'<summary>Why this date<span class="unseen">: {FINAL}</span></summary>' in page.body
    assert "<script" not in page.body


def test_how_sure_a_source_is_stays_with_the_operator(visitor: Visitor) -> None:
    page = visitor.get(complained(visitor, "cw-cga"))
    assert "Rule: CGA, Player Complaints Policy Guidelines v1.1 (18 June 2025)." in why(page, FINAL)
    for hidden in ("dwin", "inferred", "sourced", "secondary", "recalled", "not_found"):
        assert hidden not in page.body


def test_where_the_law_is_silent_the_date_is_the_operators_own_promise(visitor: Visitor) -> None:
    page = visitor.get(complained(visitor, "fr-anj"))
    assert dated(page)[FINAL] == "By the end of Friday, 8 May 2026 Still to come"
    assert why(page, FINAL) == (
        "Time: 18 days. It counts from 20 April 2026, when you sent your complaint."
        " That day itself does not count."
        " This is our own promise: no law sets this date."
    )


def test_the_operators_own_target_beside_a_lawful_date_is_not_shown(visitor: Visitor) -> None:
    page = visitor.get(complained(visitor, "pl"))
    assert list(dated(page)) == [ACK, FINAL]
    assert "By the end of Monday, 4 May 2026" in dated(page)[FINAL]


def test_a_date_that_the_law_moves_to_a_working_day_says_so() -> None:
    visitor = Visitor(region=WIDE, now=RECEIVED + timedelta(days=5))  # 14 days later is a Saturday
    page = visitor.get(complained(visitor, "pl"))
    assert "By the end of Monday, 11 May 2026" in dated(page)[FINAL]
    assert "is not a working day, so the next working day counts." in why(page, FINAL)
    assert "the law counts your complaint as accepted." in why(page, FINAL)


def test_working_days_are_explained(visitor: Visitor) -> None:
    page = visitor.get(complained(visitor, "cw-cga", category="safer_gambling"))
    assert why(page, FINAL).startswith(
        "Time: 5 working days. It counts from 20 April 2026, when we received your complaint."
        " That day itself does not count."
    )
    assert "Working days leave out weekends and public holidays." in why(page, FINAL)


class TestPauses:
    def test_a_clock_that_stands_still_says_since_when_and_why_and_gives_no_date(
        self, visitor: Visitor
    ) -> None:
        path = complained(visitor, "gb-ukgc")
        visitor.operator(path, ASK, later=timedelta(days=9))
        page = visitor.get(path)
        assert dated(page)[TURN] == (
            "No date yet: the clock has stood still since 29 April 2026 at 10:17 We wait for your answer"
        )
        assert state(page, TURN) == "paused"
        assert "The clock has stood still since 29 April 2026 at 10:17, because we wait" in why(page, TURN)

    def test_a_pause_leaves_alone_the_dates_that_it_does_not_stop(self, visitor: Visitor) -> None:
        path = complained(visitor, "gb-ukgc")
        visitor.operator(path, ASK, later=timedelta(days=9))
        page = visitor.get(path)
        assert dated(page)[FINAL] == "By the end of Sunday, 14 June 2026 Still to come"
        assert "stood still" not in why(page, FINAL)

    def test_a_pause_that_ended_moved_the_date_and_is_told(self, visitor: Visitor) -> None:
        path = complained(visitor, "gb-ukgc")
        visitor.operator(path, ASK, later=timedelta(days=9))
        visitor.operator(path, REPLY, later=timedelta(days=3))
        page = visitor.get(path)
        assert dated(page)[TURN] == "From Thursday, 18 June 2026 Not open yet"
        stood = "The clock stood still from 29 April 2026 at 10:17 to 2 May 2026 at 10:17"
        assert f"{stood}: we awaited your answer." in why(page, TURN)
        assert "stood still" not in why(page, FINAL)

    def test_a_pause_before_the_clock_began_is_not_told(self, visitor: Visitor) -> None:
        path = complained(visitor, "gb-ukgc")
        visitor.operator(path, ASK, REPLY)
        complaint = visitor.complaint(path)
        [gateway] = [one for one in promises(WIDE.rules_of(complaint), complaint) if one.clock == "gateway"]
        later = replace(gateway, anchor_at=visitor.now)
        for promise, told in ((gateway, True), (later, False)):
            said = explain(language("en"), promise, complaint, Telling(zone=promise.zone)).sentences
            assert any("stood still" in sentence for sentence in said) is told

    def test_of_two_pauses_both_reasons_are_told_until_both_are_over(self) -> None:
        visitor = Visitor()
        path = complained(visitor, "sandbox")
        police = commands.PauseClock(reason="police", content={"explanation": "They asked us to wait."})
        visitor.now -= timedelta(minutes=3)  # the sandbox counts in seconds
        visitor.operator(path, police, later=timedelta(seconds=1))
        visitor.operator(path, ASK, later=timedelta(seconds=1))
        assert "The police deal with it We wait for your answer" in dated(visitor.get(path))[FINAL]
        visitor.operator(path, REPLY, later=timedelta(seconds=1))
        page = visitor.get(path)
        assert dated(page)[FINAL].endswith("The police deal with it")
        assert "we awaited your answer" in why(page, FINAL)


class TestExtensions:
    def test_an_extension_moves_the_date_once_its_letter_left(self, visitor: Visitor) -> None:
        path = complained(visitor, "cw-cga")
        longer = commands.ExtendDeadline(stage="final", content={"reasons": "A log is missing."})
        visitor.operator(path, longer, later=timedelta(days=20))
        assert dated(visitor.get(path))[FINAL] == "By the end of Monday, 18 May 2026 Still to come"
        assert "More time" not in why(visitor.get(path), FINAL)
        visitor.letter(path, LetterKind.EXTENSION)
        assert dated(visitor.get(path))[FINAL] == "By the end of Monday, 15 June 2026 Still to come"
        assert "More time was taken: 4 weeks." in why(visitor.get(path), FINAL)

    def test_an_extension_whose_letter_left_too_late_is_none(self, visitor: Visitor) -> None:
        path = complained(visitor, "cw-cga")
        longer = commands.ExtendDeadline(stage="final", content={"reasons": "A log is missing."})
        visitor.operator(path, longer, later=timedelta(days=28))
        visitor.now += timedelta(days=1)
        visitor.letter(path, LetterKind.EXTENSION)
        assert dated(visitor.get(path))[FINAL] == "By the end of Monday, 18 May 2026 Missed"
        assert "More time" not in why(visitor.get(path), FINAL)


class TestNotices:
    def test_by_when_the_player_hears_is_promised(self, visitor: Visitor) -> None:
        page = visitor.get(complained(visitor, "dk-spillemyndigheden"))
        assert dated(page)[NOTICE] == "By the end of Monday, 4 May 2026 Still to come"
        assert "we have to tell you when we will" in why(page, NOTICE)

    def test_a_letter_that_leaves_when_its_time_has_come_is_in_time(self, visitor: Visitor) -> None:
        path = complained(visitor, "dk-spillemyndigheden")
        visitor.wait(path, until=RECEIVED + timedelta(days=16))
        page = visitor.get(path)
        assert "You heard from us on 5 May 2026 at 00:0" in dated(page)[NOTICE]
        assert state(page, NOTICE) == "kept"

    def test_the_date_that_the_letter_names_is_a_promise_with_its_reason(self, visitor: Visitor) -> None:
        path = complained(visitor, "dk-spillemyndigheden")
        visitor.wait(path, until=RECEIVED + timedelta(days=16))
        page, later = visitor.get(path), "You get our final answer, as we wrote you later"
        assert dated(page)[later] == "By the end of Tuesday, 19 May 2026 Still to come"
        assert "Time: 14 days. It counts from 5 May 2026, when we wrote you that we need longer." in why(
            page, later
        )

    def test_a_letter_that_does_not_leave_is_missed_a_day_later(self, visitor: Visitor) -> None:
        path = complained(visitor, "dk-spillemyndigheden")
        visitor.now = datetime(2026, 5, 5, 21, 59, tzinfo=UTC)
        assert state(visitor.get(path), NOTICE) == "open"
        visitor.now += timedelta(minutes=1)
        assert state(visitor.get(path), NOTICE) == "missed"


class TestOutsideBody:
    def test_the_way_out_opens_at_its_date(self, visitor: Visitor) -> None:
        path = complained(visitor, "gb-ukgc")
        visitor.now = datetime(2026, 6, 14, 22, 59, tzinfo=UTC)
        assert state(visitor.get(path), TURN) == "ahead"
        visitor.now += timedelta(minutes=1)
        page = visitor.get(path)
        assert dated(page)[TURN] == "Since 15 June 2026 at 00:00 Open: you need not wait for our answer"
        assert state(page, TURN) == "opened"

    def test_a_letter_opens_it_earlier_and_starts_the_players_time(self, visitor: Visitor) -> None:
        path = complained(visitor, "gb-ukgc")
        visitor.operator(path, DEADLOCK, later=timedelta(days=30))
        visitor.letter(path, LetterKind.DEADLOCK)
        page = visitor.get(path)
        assert dated(page)[FINAL].endswith("On 20 May 2026 at 10:19 we told you how to take it further")
        assert dated(page)[TURN] == "Since 20 May 2026 at 10:19 Open: you need not wait for our answer"
        assert "Our letter to you opened the way before that." in why(page, TURN)
        assert dated(page)[LAST] == "By the end of Thursday, 20 May 2027 Free of charge and independent of us"
        assert why(page, LAST).startswith(
            "Time: 12 months. It counts from 20 May 2026, when we sent you our last word on it."
        )
        assert state(page, LAST) == "yours"

    def test_a_breach_opens_it_though_its_own_clock_stands_still(self, visitor: Visitor) -> None:
        path = complained(visitor, "gb-ukgc")
        visitor.operator(path, ASK, later=timedelta(days=9))
        breach = replace(milestone("due", breach=True), pack="gb-ukgc", actions=("open_adr",))
        visitor.operator(path, breach, later=timedelta(days=50))
        page = visitor.get(path)
        assert dated(page)[TURN] == "Since 18 June 2026 at 10:17 Open: you need not wait for our answer"
        assert "We did not answer in time, which opened the way." in why(page, TURN)
        assert f"You can take your complaint to {BODY} ." in page.text

    def test_the_players_time_ends(self, visitor: Visitor) -> None:
        path = complained(visitor, "gb-ukgc")
        visitor.operator(path, PROPOSE, APPROVE)
        visitor.letter(path, LetterKind.FINAL_RESPONSE)
        assert dated(visitor.get(path))[TURN].endswith(" Open")
        assert "Our answer to you opened the way before that." in why(visitor.get(path), TURN)
        visitor.now += timedelta(days=400)
        assert dated(visitor.get(path))[LAST].endswith("This time has ended")

    def test_once_referred_what_is_owed_to_the_body_and_by_it_is_shown(self, visitor: Visitor) -> None:
        path = complained(visitor, "sandbox")
        assert f"We answer {BODY}" not in dated(visitor.get(path))
        visitor.operator(path, DEADLOCK)
        visitor.letter(path, LetterKind.DEADLOCK)
        visitor.operator(path, replace(REFER, complete_file_at="2026-04-20T09:20:00.000Z"))
        visitor.now = datetime(2026, 4, 20, 9, 20, 5, tzinfo=UTC)
        page = visitor.get(path)
        assert dated(page)[f"We answer {BODY}"].endswith("Still to come")
        assert dated(page)[f"{BODY} should decide"].endswith("Still to come")
        assert state(page, f"{BODY} should decide") == "theirs"
        assert dated(page)[LAST].endswith("Done: it has your complaint")
        visitor.now += timedelta(minutes=1)
        page = visitor.get(path)
        assert dated(page)[f"We answer {BODY}"].endswith("Missed")
        assert dated(page)[f"{BODY} should decide"].endswith("Not decided yet")
        visitor.operator(path, commands.AnswerAdr(), commands.RecordAdrOutcome(outcome="upheld"))
        page = visitor.get(path)
        assert "Missed, done on 20 April 2026" in dated(page)[f"We answer {BODY}"]
        assert "Decided on 20 April 2026" in dated(page)[f"{BODY} should decide"]

    def test_a_withdrawn_complaint_has_no_way_out(self, visitor: Visitor) -> None:
        path = complained(visitor, "fr-anj")
        assert "Your last day to turn to Gaming Mediator" in dated(visitor.get(path))
        visitor.operator(path, commands.Withdraw())
        visitor.now += timedelta(days=30)
        page = visitor.get(path)
        assert set(dated(page)) == {ACK, FINAL}
        assert "Taking it further" not in page.text


class TestTwoPacks:
    def test_the_earliest_date_that_the_operator_owes_is_shown_and_why(self, visitor: Visitor) -> None:
        page = visitor.get(complained(visitor, "gb-ukgc", "es-dgoj"))
        assert (
            dated(page)[FINAL] == "By the end of Wednesday, 20 May 2026 Time of Europe/Madrid Still to come"
        )
        assert why(page, FINAL) == (
            "Time: 1 month. It counts from 20 April 2026, when we registered your complaint."
            " That day itself does not count."
            " Counted in the time of Europe/Madrid."
            " Two sets of rules apply to your complaint: of their dates, the earliest binds us."
            " Rule: Ministerial orders under Ley 13/2011. Read the rule"
        )
        assert "Two sets of rules" not in why(page, ACK)  # both say 24 hours

    def test_each_body_has_its_own_day(self, visitor: Visitor) -> None:
        page = visitor.get(complained(visitor, "gb-ukgc", "es-dgoj"))
        assert dated(page)[TURN] == "From Monday, 15 June 2026 Not open yet"
        assert dated(page)["You may turn to Gaming Directorate"] == (
            "From Thursday, 21 May 2026 Time of Europe/Madrid Not open yet"
        )

    def test_a_missed_date_stays_though_the_other_pack_has_time_left(self, visitor: Visitor) -> None:
        path = complained(visitor, "gb-ukgc", "es-dgoj")
        visitor.now = datetime(2026, 5, 25, 12, tzinfo=UTC)
        assert state(visitor.get(path), FINAL) == "missed"

    def test_the_bodies_of_both_are_named_from_when_each_is_open(self, visitor: Visitor) -> None:
        path = complained(visitor, "gb-ukgc", "es-dgoj")
        assert "Taking it further" not in visitor.get(path).text
        visitor.operator(path, DEADLOCK)
        visitor.letter(path, LetterKind.DEADLOCK)
        page = visitor.get(path)
        assert f"can take your complaint to {BODY}" in page.text
        assert "can also take your complaint" not in page.text  # no such letter opens the other one
        visitor.now = datetime(2026, 5, 21, 12, tzinfo=UTC)
        assert "You can also take your complaint to Gaming Directorate" in visitor.get(path).text

    def test_the_final_answer_names_the_bodies_of_both(self, visitor: Visitor) -> None:
        path = complained(visitor, "gb-ukgc", "es-dgoj")
        visitor.operator(path, PROPOSE, APPROVE)
        visitor.letter(path, LetterKind.FINAL_RESPONSE)
        page = visitor.get(path)
        assert f"you can take your complaint to {BODY}" in page.text
        assert "you can also take your complaint to Gaming Directorate" in page.text
        assert "https://es.example.test" in page.body

    def test_one_body_under_both_packs_is_named_once(self) -> None:
        visitor = Visitor(region=region(), now=RECEIVED)
        path = complained(visitor, "gb-ukgc", "sandbox")
        visitor.operator(path, PROPOSE, APPROVE)
        visitor.letter(path, LetterKind.FINAL_RESPONSE)
        page = visitor.get(path)
        assert list(dated(page)).count(TURN) == 1
        assert page.text.count(f"take your complaint to {BODY}") == 1
        assert "of their dates, you have the latest." in why(page, LAST)
        assert "By the end of Tuesday, 20 April 2027" in dated(page)[LAST]


def test_the_way_out_shows_at_its_date_though_no_letter_was_sent(visitor: Visitor) -> None:
    path = complained(visitor, "fr-anj")
    visitor.wait(path, until=RECEIVED + timedelta(days=30))
    page = visitor.get(path)
    assert visitor.complaint(path).routes_opened
    assert "You can take your complaint to Gaming Mediator" in page.text
    assert "By the end of Friday, 8 May 2026 Missed" in dated(page)[FINAL]


def test_the_confirmation_says_what_comes_next_and_nothing_more(visitor: Visitor) -> None:
    path = visitor.passed_on(submit("gb-ukgc"))
    page = visitor.get(f"{path}/received")
    assert f"{FINAL} By the end of Sunday, 14 June 2026" in page.text
    assert TURN not in page.text
    assert f"You can take your complaint to {BODY}, free of charge and independent of us." in page.text
