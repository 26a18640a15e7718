"""The stories of what comes after everything: a person is forgotten, a day is proven."""

from datetime import timedelta

from tests.torture import actors
from tests.torture.actors import Application, Browser, number_of
from tests.torture.backends import ERASURES, MAIL
from tests.torture.storybook import Before, Book, Story
from tests.torture.world import World

_book = Book()


def _known(world: World) -> Before:
    """Of somebody everything is known that can be: a question, contents, a mail, a file, one more of which
    S3 never told. They withdrew.
    """
    browser, application = Browser(world), Application(world)
    asked = browser.ask("May you take a bonus back? P-0q")
    world.settle()
    actors.answer_question(application, number_of(asked), "Because of clause 7: P-0a.")
    number = number_of(actors.complain_of_answer(browser, asked, "So I complain: P-0."))
    actors.mail_comes(world, "known-1", "It was on Monday: P-0m.", actors.reply_to(number))
    actors.file_comes(world, number, "e1")
    world.settle()
    actors.scan(world, number, "e1")
    actors.file_comes(world, number, "e2", told=False)
    Application(world).post(f"/complaints/{number}/withdrawal", {"reason": "It was paid."})
    world.settle()
    return {"number": number}


def _old(world: World) -> Before:
    """All of that is over for longer than anybody has to keep it."""
    told = _known(world)
    world.later(timedelta(days=1))
    world.skip(timedelta(days=7 * 365))
    world.later(timedelta(minutes=1))
    return told


@_book.story(_known)
def _a_person_asks_to_be_forgotten(world: World, told: Before) -> None:
    world.forget_promises()
    Application(world).guarded(told["number"], "erasure", {"reason": "request"})
    world.settle()


@_book.story(_known)
def _an_order_to_forget_of_which_no_message_comes(world: World, _: Before) -> None:
    """The clock finds it in the table; what one of its runs cannot do the next one does."""
    world.services.held.unheard.add(ERASURES)
    world.forget_promises()
    person = {"brand": "northlight", "email": "player@example.test", "account": "player-1"}
    made = Application(world).post("/players/erasure", person)
    assert [one["outcome"] for one in made.body["items"]] == ["ordered"], made.body
    world.settle()
    for _hour in range(2):
        actors.run_until_done(world, "erasure")
    world.settle()


@_book.story(_known)
def _whose_hold_was_lifted_is_forgotten_with_the_copies_of_mails(world: World, told: Before) -> None:
    """Nobody tells that the hold is over."""
    application = Application(world)
    application.guarded(told["number"], "legal-hold", {"reason": "A letter before action came."})
    world.settle()
    world.services.held.unheard.add(MAIL)
    application.guarded(told["number"], "legal-hold/lifting", {"reason": "They settled."})
    world.forget_promises()
    application.guarded(told["number"], "erasure", {"reason": "request"})
    world.settle()


@_book.story(_old)
def _what_is_over_is_forgotten_by_the_clock(world: World, _: Before) -> None:
    world.forget_promises()
    actors.run_until_done(world, "erasure")
    world.settle()


def _lived_for_a_day(world: World) -> Before:
    """A complaint of yesterday, and a journal with its digest."""
    path = Browser(world).complain("The bonus was not paid: P-0.")
    world.later(timedelta(hours=1))
    world.skip(timedelta(days=1))
    world.later(timedelta(minutes=1))
    actors.run_until_done(world, "journal")
    return {"number": number_of(path)}


@_book.story(_lived_for_a_day)
def _each_day_is_proven(world: World, _: Before) -> None:
    """On the first day nobody signs at first: what was written stands, and is signed later."""
    world.wire.down = frozenset({"kms"})
    world.attempt("reports", {"source": "aws.events"})
    world.wire.down = frozenset()
    actors.run_until_done(world, "reports")
    world.skip(timedelta(days=1))
    actors.run_until_done(world, "reports")


ENDINGS: tuple[Story, ...] = tuple(_book.stories)
