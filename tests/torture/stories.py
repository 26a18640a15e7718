"""The stories that faults are put into: what is there before, what happens, and all that follows from it.

Each drives the real handlers from a door to whatever the system does by itself. Together they make every
call that any function makes (`calls.toml`).
"""

from datetime import timedelta

import jwt

from tests.store.test_delivery_events import bounce
from tests.support.risen import House
from tests.torture import actors
from tests.torture.actors import Application, Browser, number_of
from tests.torture.backends import HAPPENED
from tests.torture.endings import ENDINGS
from tests.torture.environment import PREFILL_SECRET
from tests.torture.sources import for_the_relay
from tests.torture.storybook import COMPLAINTS, QUESTIONS, Before, Book, Story
from tests.torture.world import World

_book = Book()
story = _book.story


# --- What is there before -----------------------------------------------------------------------------


def _investigated(world: World) -> Before:
    """A complaint by the form, acknowledged and with its team."""
    path = Browser(world).complain("The first bonus was not paid: P-0.")
    world.settle()
    return {"path": path, "number": number_of(path)}


def _two(world: World) -> Before:
    first = _investigated(world)
    other = Application(world).complain(
        "The bonus again: P-0b.", account="player-1", email="player@example.test"
    )
    world.settle()
    return {**first, "other": other}


def _proposed(world: World) -> Before:
    told = _investigated(world)
    Application(world).propose(told["number"], "You are right: P-00.")
    world.settle()
    return told


def _scanned_file(world: World) -> Before:
    told = _investigated(world)
    actors.file_comes(world, told["number"], "e1")
    world.settle()
    return told


def _subscribed(world: World) -> Before:
    """A complaint, and a webhook that hears of whatever happens."""
    told = _investigated(world)
    body = {"url": "https://hooks.example.com/redress"}
    made = Application(world).post("/webhooks", body)
    world.settle()
    return {**told, "webhook": str(made.body["webhook"])}


def _counted(world: World) -> Before:
    """Two complaints, and whatever happens to them is counted from the first event on."""
    world.services.held.unheard.discard(HAPPENED)
    return _two(world)


def _risen(world: World) -> Before:
    """Ten quiet days by the counters, and a burst in the hour before, of which the register has one."""
    told = _investigated(world)
    world.later(timedelta(minutes=80))
    house = House(world.table, world.clock)
    house.quiet()
    house.burst()
    return told


def _asked(world: World) -> Before:
    path = Browser(world).ask("May you take a bonus back? P-0q")
    world.settle()
    return {"path": path, "number": number_of(path)}


def _held_mail(world: World) -> Before:
    """A mail with a file to a complaint, that may be forged: a person has to look."""
    told = _investigated(world)
    to = actors.reply_to(told["number"])
    actors.mail_comes(world, "held-1", "It was on Sunday: P-0h.", to, attached=True, forged=True)
    world.settle()
    return told


def _kept_mails(world: World) -> Before:
    """A complaint under a legal hold."""
    told = _held_mail(world)
    Application(world).guarded(told["number"], "legal-hold", {"reason": "A letter before action came."})
    world.settle()
    return told


# --- What happens ---------------------------------------------------------------------------------------


@story()
def _a_complaint_by_the_form(world: World, _: Before) -> None:
    Browser(world).complain()
    world.settle()


@story()
def _a_complaint_by_a_link_of_the_operators_site(world: World, _: Before) -> None:
    at = int(world.clock.at.timestamp())
    claims = {
        "iss": "back-office",
        "aud": "redress-portal",
        "iat": at - 5,
        "exp": at + 600,
        "brand": "northlight",
        "account": "player-77",
        "transactions": ["T-1"],
    }
    token = jwt.encode(claims, PREFILL_SECRET, algorithm="HS256")
    browser = Browser(world)
    browser.get(f"/complaints?category=bonuses&prefill={token}")
    world.settle()


@story()
def _a_complaint_by_the_api(world: World, _: Before) -> None:
    Application(world).complain()
    world.settle()


@story(_investigated)
def _a_reply_on_the_tracking_page(world: World, told: Before) -> None:
    Browser(world).reply(told["path"], "It was on Sunday: P-1.")
    world.settle()


@story(_counted)
def _complaints_are_counted(world: World, told: Before) -> None:
    Application(world).complain("One more bonus: P-0c.", account="player-9", email="other@example.test")
    world.settle()
    Browser(world).reply(told["path"], "It was on Sunday: P-1.")
    Application(world).guarded(told["other"], "withdrawal", {})
    world.settle()


@story(_risen)
def _a_rise_is_told(world: World, _: Before) -> None:
    """Whatever broke: raised once, and told; twice where it left and nobody heard of that."""
    for _hour in range(3):
        actors.run_until_done(world, "insight")
        world.skip(timedelta(hours=1))
    [raised] = House(world.table, world.clock).alarms.alarms()
    left = [one for one in world.services.held.mails if one.number == raised.id]
    assert raised.told_at is not None
    assert len(left) == 1 or (world.wire.struck and len(left) == 2), left
    world.settle()


@story(_investigated)
def _a_lost_link(world: World, told: Before) -> None:
    browser = Browser(world)
    nonce = browser.get("/lost-link").nonce("lost-link")
    sent = {"number": told["number"], "email": "player@example.test", "nonce": nonce}
    browser.post("/lost-link", sent)
    world.settle()


@story(_investigated)
def _a_file_is_sent_kept_and_scanned(world: World, told: Before) -> None:
    Browser(world).get(f"{told['path']}/evidence")
    actors.file_comes(world, told["number"], "e1")
    world.settle()
    actors.scan(world, told["number"], "e1")
    world.settle()


@story(_scanned_file)
def _a_scan_finds_something(world: World, told: Before) -> None:
    actors.scan(world, told["number"], "e1", "THREATS_FOUND")
    world.settle()


@story(_investigated)
def _a_note_an_assignment_and_a_question(world: World, told: Before) -> None:
    application = Application(world)
    application.note(told["number"], "He called again: P-1.")
    application.guarded(told["number"], "assignment", {"assignee": "handler"})
    world.promise("When was it? P-2")
    question = {"question": "When was it? P-2"}
    application.post(f"/complaints/{told['number']}/information-requests", question)
    world.settle()


@story(_proposed)
def _a_decision_and_its_letter(world: World, told: Before) -> None:
    Application(world).approve(told["number"])
    world.settle()


@story(_investigated)
def _a_cause_is_found_and_something_done_about_it(world: World, told: Before) -> None:
    application, place = Application(world), "/corrective-actions"
    application.post(f"/complaints/{told['number']}/subject", {"game": "slot-1842"})
    title = {"title": "Rewrite the terms", "owner": "payments", "due_on": "2026-12-31"}
    action = application.post(place, {**title, "cause": "unclear_terms"}).body["action"]
    found = {"cause": "unclear_terms", "action": action}
    application.post(f"/complaints/{told['number']}/cause", found)
    tag = application.get(f"{place}/{action}").etag
    done = {"done_on": world.clock.at.date().isoformat()}
    application.post(f"{place}/{action}/completion", done, if_match=tag)
    [kept] = application.get(place).body["items"]  # whatever went wrong: opened once, and done
    assert (kept["action"], kept["done_on"]) == (action, done["done_on"])
    world.settle()


@story(_two)
def _a_duplicate(world: World, told: Before) -> None:
    body = {"number": told["number"], "reason": "The same bonus."}
    Application(world).post(f"/complaints/{told['other']}/duplicate-of", body)
    world.settle()


@story(_investigated)
def _a_letter_arrives(world: World, _: Before) -> None:
    [sent] = world.services.held.mails
    actors.ses_tells(world, sent, {"eventType": "Delivery"})
    world.settle()


@story(_investigated)
def _a_letter_comes_back(world: World, _: Before) -> None:
    [sent] = world.services.held.mails
    actors.ses_tells(world, sent, bounce())
    world.settle()


@story()
def _a_complaint_by_mail(world: World, _: Before) -> None:
    actors.mail_comes(world, "mail-1", "Where is my money? P-1", COMPLAINTS, attached=True)
    world.settle()
    actors.announce_files(world)
    world.settle()


@story(_investigated)
def _a_reply_by_mail(world: World, told: Before) -> None:
    actors.mail_comes(world, "mail-2", "It was on Monday: P-2.", actors.reply_to(told["number"]))
    world.settle()


@story(_held_mail)
def _a_mail_that_was_held_is_accepted(world: World, told: Before) -> None:
    application = Application(world)
    [held] = application.get(f"/complaints/{told['number']}/mails").body["items"]
    application.post(f"/complaints/{told['number']}/mails/{held['received']}/accept", {})
    world.promise("It was on Sunday: P-0h.", times=2)  # as the mail that it was, and as the reply that it is
    world.settle()
    actors.announce_files(world)
    world.settle()


@story(_held_mail)
def _mails_are_kept_under_a_legal_hold(world: World, told: Before) -> None:
    """Those that are there, whatever became of them, and one that comes afterwards."""
    Application(world).guarded(told["number"], "legal-hold", {"reason": "A letter before action came."})
    world.settle()
    actors.mail_comes(world, "mail-4", "Now you hear from my lawyer: P-4.", actors.reply_to(told["number"]))
    world.settle()


@story(_kept_mails)
def _a_legal_hold_is_lifted(world: World, told: Before) -> None:
    Application(world).guarded(told["number"], "legal-hold/lifting", {"reason": "They settled."})
    world.settle()


@story()
def _a_question_by_mail(world: World, _: Before) -> None:
    actors.mail_comes(world, "mail-3", "May you take it back? P-3", QUESTIONS)
    world.settle()


@story(_asked)
def _a_question_is_answered_asked_on_and_becomes_a_complaint(world: World, told: Before) -> None:
    application, browser = Application(world), Browser(world)
    actors.answer_question(application, told["number"], "Because of clause 7: P-1.")
    actors.complain_of_answer(browser, told["path"], "So I complain: P-2.")
    world.settle()


@story(_subscribed)
def _a_webhook_fails_first_and_is_told_then(world: World, told: Before) -> None:
    world.failing_posts = 1
    Application(world).note(told["number"], "He called again: P-1.")
    world.settle()
    actors.wait(world, minutes=2)


@story(_subscribed)
def _webhooks_are_managed(world: World, told: Before) -> None:
    application, place = Application(world), f"/webhooks/{told['webhook']}"
    application.get("/webhooks")
    application.get(place)
    application.post(f"{place}/test", {})
    application.post(f"{place}/secret", {})
    application.get(f"{place}/dead-letters")
    world.settle()


@story(_two)
def _lists_are_read_and_work_is_drawn(world: World, told: Before) -> None:
    application = Application(world)
    application.get("/complaints", team="payments")
    application.get("/complaints", jurisdiction="gb-ukgc", month="2026-03")
    application.get("/complaints", account="player-1", brand="northlight")
    application.post("/teams/payments/next", {})
    application.get(f"/complaints/{told['number']}/events")
    application.get("/reports", pack="gb-ukgc", **{"from": "2026-03-01", "to": "2026-03-31"})
    world.settle()


@story(_scanned_file)
def _files_are_read_and_sent_by_an_application(world: World, told: Before) -> None:
    application = Application(world)
    application.get(f"/complaints/{told['number']}/evidence")
    application.post(f"/complaints/{told['number']}/evidence", {})
    world.settle()


@story(_two)
def _the_sweep_finds_executions_that_ended(world: World, told: Before) -> None:
    """Both executions are stopped from outside: nobody is there to be woken by what happens next."""
    for one in list(world.workflow.parked()):
        world.workflow.crash(one)
    for number in (told["number"], told["other"]):
        Application(world).note(number, f"They called again: P-{number}.")
    world.settle()
    world.skip(timedelta(minutes=4))
    world.sweep()
    world.settle()


@story(_two)
def _the_sweep_wakes_who_was_overlooked(world: World, told: Before) -> None:
    """What the relay was to wake for is lost: the executions wait on, and do not know."""
    relay = world.sources.readers["relay"]
    for number in (told["number"], told["other"]):
        Application(world).note(number, f"They called again: P-{number}.")
    relay.wants = lambda record: "EVENT#" in str(record["dynamodb"]["Keys"]) and for_the_relay(record)
    world.settle()
    relay.wants = for_the_relay
    world.skip(timedelta(minutes=4))
    world.sweep()
    world.settle()


@story(_investigated)
def _the_workflow_and_the_bus_are_down_for_a_while(world: World, told: Before) -> None:
    world.wire.down = frozenset({"sfn", "eventbridge"})
    Application(world).complain()
    Application(world).note(told["number"], "He called again: P-1.")
    world.settle()
    world.wire.down = frozenset()
    actors.wait(world, minutes=2)


@story(_investigated)
def _an_event_that_nobody_can_read_is_set_aside(world: World, told: Before) -> None:
    """The journal keeps what it cannot hold for people to look at, and goes on with what comes after it."""
    world.spoil_next_event()
    Application(world).note(told["number"], "He called again: P-1.")
    world.settle()
    actors.seen_by_people(world)
    Application(world).note(told["number"], "And again: P-2.")
    world.settle()


@story(_subscribed)
def _a_webhook_that_never_answers_is_given_up(world: World, told: Before) -> None:
    world.failing_posts = 10_000
    Application(world).note(told["number"], "He called again: P-1.")
    world.settle()
    for _ in range(2):  # what came twice begins anew where the first one ends
        world.skip(timedelta(days=2))
        world.settle()


@story(_investigated)
def _an_application_asks_for_somebody(world: World, told: Before) -> None:
    question = {"brand": "northlight", "jurisdiction": "gb-ukgc", "category": "bonuses", "language": "en-GB"}
    world.promise("May you take a bonus back? P-1")
    application = Application(world)
    application.post("/consultations", {**question, "text": "May you take a bonus back? P-1"})
    said = f"Where is it? https://complaints.example.test{told['path']}"
    application.post("/assistant", {"brand": "northlight", "language": "en-GB", "said": said})
    world.settle()


@story(_investigated)
def _the_journal_is_digested(world: World, _: Before) -> None:
    for _day in range(2):
        world.skip(timedelta(days=2))
        actors.run_until_done(world, "journal")


@story()
def _a_whole_life_in_the_sandbox(world: World, _: Before) -> None:
    Browser(world).complain(jurisdiction="sandbox")
    actors.wait(world, minutes=2)


STORIES: tuple[Story, ...] = (*_book.stories, *ENDINGS)
