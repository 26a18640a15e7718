"""Everything that meets a complaint whose person is forgotten: it says less, and nothing falls over it."""

from copy import replace
from datetime import timedelta

import pytest

from redress.domain import commands as c
from redress.domain import private_link
from redress.domain.commands import Command
from redress.domain.correspondence import Delivery, LetterKind
from redress.domain.errors import InvalidInput
from redress.domain.events import EvidenceRefused, MailReceived
from redress.domain.personal_data import REQUEST
from redress.http import casework_views, clock_views, evidence_views, mail_views, views
from redress.usecases import triaging
from redress.usecases.change import change
from redress.usecases.collect_evidence import collect, record_scan
from redress.usecases.link_duplicate import link_duplicate
from redress.usecases.plan_next import Question, plan_next
from redress.usecases.ports import CaseFile, Request
from redress.usecases.record_delivery import Came, Told, record_delivery
from redress.usecases.send_letter import Outcome
from redress.web.routes import ROUTES
from tests.browser.states import STATES, State, come
from tests.support.complaints import HANDLER, PLAYER, SYSTEM
from tests.support.evidence import PDF
from tests.support.letters import Story
from tests.support.mail import Postbox, signed, written
from tests.support.portal import Visitor
from tests.support.senders import Mailer, deliver
from tests.unit.test_collect_evidence import Inbox
from tests.unit.test_portal_lost_link import EMAIL, NUMBER, ask

ORDER = c.OrderErasure(because=REQUEST)
ERASED = c.RecordErased(contents=1, files=0, mails=0)


def forgotten(visitor: Visitor, path: str) -> None:
    """Taken back, and erased."""
    visitor.operator(path, c.Withdraw(), actor=PLAYER)
    visitor.operator(path, ORDER)
    number = path.split("/")[2]
    visitor.store.contents[number] = {}
    visitor.operator(path, ERASED)


def has_a_page(state: State) -> bool:
    """Whether it is a page of a complaint, which shows its content."""
    visitor = state.visitor()
    return state.story(visitor).path.startswith("/complaints/") and bool(visitor.store.records)


OF_COMPLAINTS = {name: state for name, state in STATES.items() if has_a_page(state)}


# --- Whatever reads content ------------------------------------------------------------------------------


@pytest.mark.parametrize("state", OF_COMPLAINTS.values(), ids=OF_COMPLAINTS)
def test_pages_and_views_are_shown_of_any_complaint_without_its_contents(state: State) -> None:
    """At every state that a page can be in: more than what an erased complaint comes to."""
    visitor = state.visitor()
    shown = state.story(visitor)
    for number in visitor.store.contents:
        visitor.store.contents[number] = {}
        read_all(visitor, visitor.store.load(number))
    page = come(visitor, shown, "")
    assert page.status in {shown.status, 303, 404}, "a letter that cannot be written again is not found"


def read_all(visitor: Visitor, case: CaseFile) -> None:
    """Each view of the API, and what the workflow asks."""
    region, now = visitor.desk.region, visitor.now
    whole = views.complaint(case, region, now)
    assert whole["player"] == {"name": None, "email": None, "account": None, "residence": None}
    assert whole["description"] is None
    assert {item["content"] for item in views.history(case)["items"]} == {None}
    assert {one["sha256"] for one in evidence_views.listed(case)["items"]} <= {None}
    casework_views.evidence_pack(case, region, now)
    clock_views.clock(case, region, now)
    mail_views.mails(case)
    triaging.triage_command(visitor.desk, case)


def test_the_facts_stay_with_the_instant_of_the_erasure() -> None:
    visitor = Visitor()
    path = visitor.complained()
    forgotten(visitor, path)
    case = visitor.store.load(path.split("/")[2])
    shown = views.complaint(case, visitor.desk.region, visitor.now)
    assert (shown["stage"], shown["amount_minor"], shown["category"]) == ("closed", 2550, "bonuses")
    assert shown["erased_at"] is not None
    assert shown["erasure_ordered_at"] is not None
    read_all(visitor, case)


# --- The doors -------------------------------------------------------------------------------------------


def test_an_old_link_says_what_an_expired_one_says() -> None:
    visitor, late = Visitor(), Visitor()
    path, expired = visitor.complained(), late.complained()
    late.now += timedelta(days=1_000)
    forgotten(visitor, path)
    for route in ("", "/received", "/evidence"):
        assert f"/complaints/<number>/<key>{route}" in ROUTES
        page = visitor.get(path + route)
        assert page.status == late.get(expired + route).status == 410
        assert page.text == late.get(expired + route).text


def test_a_link_of_the_new_version_would_show_no_more_than_facts() -> None:
    """Nobody is sent one; a form that is sent again leads to one."""
    visitor = Visitor()
    path = visitor.complained()
    forgotten(visitor, path)
    number = path.split("/")[2]
    version = visitor.store.load(number).link_version
    key = private_link.make(visitor.secrets[0], number, version, visitor.now, timedelta(days=1))
    page = visitor.get(f"/complaints/{number}/{key}")
    assert page.status == 200
    assert not [told for told in ("The bonus was not paid", "player@example.test") if told in page.text]


@pytest.mark.parametrize("done", [[], [ERASED]], ids=["ordered", "done"])
def test_a_lost_link_is_answered_as_for_a_number_that_does_not_exist(done: list[Command]) -> None:
    visitor = Visitor()
    path = visitor.complained()
    visitor.operator(path, c.Withdraw(), actor=PLAYER)
    visitor.operator(path, ORDER, *done)
    letters = visitor.complaint(path).letters
    assert ask(visitor).location == ask(visitor, "0000-0002-W", EMAIL).location
    assert visitor.complaint(path).letters == letters
    assert NUMBER in path


def test_a_mail_to_its_own_address_is_a_new_mail() -> None:
    post = Postbox()
    number = post.complained()
    post.office.do(number, c.Withdraw(), PLAYER)
    change(post.desk, number, ORDER, HANDLER)
    before = post.complaint(number)
    [came] = post.arrives(written("One more thing."), signed(number))
    assert came.taken_as == "complaint"
    assert came.number != number
    assert post.complaint(number) == before


def test_a_mail_that_is_told_again_after_the_order_changes_nothing() -> None:
    post = Postbox()
    number = post.complained()
    arrived = post.put(written("First."), signed(number))
    post.tell(arrived)
    post.office.do(number, c.Withdraw(), PLAYER)
    change(post.desk, number, ORDER, HANDLER)
    before = len(post.store.complaints)
    [again] = post.tell(arrived)
    assert (again.number, again.files) == (number, 0)
    assert len(post.store.complaints) == before
    assert sum(isinstance(event, MailReceived) for event in post.events(number)) == 1


# --- What is under way -----------------------------------------------------------------------------------


def test_a_file_in_flight_is_refused_and_never_kept() -> None:
    inbox = Inbox()
    inbox.visitor.operator(inbox.path, c.Withdraw(), actor=PLAYER)
    inbox.visitor.operator(inbox.path, ORDER)
    kept: list[object] = []
    inbox.files.keep = lambda *file: kept.append(file)  # type: ignore[method-assign]
    for _ in range(2):
        assert inbox.arrives(PDF) == "refused"
    assert (kept, inbox.files.came) == ([], {})
    last = inbox.visitor.store.load(inbox.number).records[-1]
    assert isinstance(last.event, EvidenceRefused)
    assert last.content_hash is None
    assert collect(inbox.collector, inbox.number, "e9") == "gone"


def test_a_file_that_was_kept_while_all_others_went_goes_when_its_message_comes_again() -> None:
    """It was read before the order, kept after the files went, and the function ended there."""
    inbox = Inbox()
    inbox.visitor.operator(inbox.path, c.Withdraw(), actor=PLAYER)
    inbox.visitor.operator(inbox.path, ORDER, ERASED)
    inbox.files.keep(inbox.number, "e1", PDF, "application/pdf")
    assert collect(inbox.collector, inbox.number, "e1") == "gone"
    assert inbox.files.kept == {}


def test_the_scan_of_such_a_file_does_not_come_again_for_ever() -> None:
    inbox = Inbox()
    inbox.visitor.operator(inbox.path, c.Withdraw(), actor=PLAYER)
    inbox.visitor.operator(inbox.path, ORDER, ERASED)
    inbox.files.keep(inbox.number, "e1", PDF, "application/pdf")
    assert record_scan(inbox.collector, inbox.number, "e1", "clean") == "gone"
    assert inbox.files.kept == {}


def test_a_claimed_letter_is_no_longer_owed_and_the_workflow_ends() -> None:
    story, mailer = Story(), Mailer()
    acknowledgement = story.letter(LetterKind.ACKNOWLEDGEMENT).key
    change(story.desk, story.number, c.ClaimLetter(letter=acknowledgement), SYSTEM)
    change(story.desk, story.number, c.Withdraw(), PLAYER)
    change(story.desk, story.number, ORDER, HANDLER)
    story.now += timedelta(hours=1)
    assert deliver(story, mailer) is Outcome.NOT_OWED
    assert mailer.reached == []
    question = Question(
        number=story.number, generation=1, turns=0, started_at=story.now, definition="deployed"
    )
    assert plan_next(story.desk, question, "deployed").next == "Done"


def test_what_becomes_of_a_letter_is_still_put_on_record() -> None:
    story = Story()
    deliver(story, Mailer())
    change(story.desk, story.number, c.Withdraw(), PLAYER)
    change(story.desk, story.number, ORDER, HANDLER)
    letter = story.letter(LetterKind.ACKNOWLEDGEMENT)
    told = Told(
        number=story.number,
        letter=letter.key,
        message_id=letter.message_id or "",
        outcome=Delivery.BOUNCED,
        permanent=True,
    )
    assert record_delivery(story.desk, told).came is Came.RECORDED
    assert not story.case.complaint.open_tasks
    assert record_delivery(story.desk, replace(told, outcome=Delivery.DELIVERED)).came is Came.KNOWN


def test_nothing_goes_on_in_a_complaint_that_is_erased() -> None:
    visitor = Visitor()
    path, other = visitor.complained(), visitor.complained(description="Once more.").split("/")[2]
    forgotten(visitor, path)
    request = Request(client="api", key="k", fingerprint="f", expires_at=visitor.now + timedelta(days=1))
    with pytest.raises(InvalidInput):
        link_duplicate(visitor.desk, other, path.split("/")[2], "same", HANDLER, request, lambda _: None)
    assert visitor.store.load(other).complaint.closed_at is None
