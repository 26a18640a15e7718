"""The invariants see what they are for: each is broken here, and is told in words."""

import io
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from datetime import timedelta
from unittest.mock import patch

import pytest

from redress.adapters import wiring
from redress.domain import next_step
from redress.domain.actors import SYSTEM
from redress.domain.commands import ClaimLetter
from redress.domain.complaint import is_live
from redress.domain.correspondence import LetterKind, LetterStatus
from redress.store import keys
from redress.usecases.change import change
from tests.torture import actors, backends
from tests.torture.actors import Application, Browser, number_of
from tests.torture.environment import JOURNAL_BUCKET, MAIL_BUCKET
from tests.torture.invariants import Violated, check
from tests.torture.storybook import STORY_REGION
from tests.torture.world import World, opened

type Break = Callable[[World, str], object]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A new world."""
    with opened(STORY_REGION, tmp_path_factory.mktemp("region")) as made:
        yield made


@pytest.fixture
def number(world: World) -> Iterator[str]:
    """A complaint that is acknowledged and waits with its team."""
    empty = world.snapshot()
    with redirect_stdout(io.StringIO()):
        path = Browser(world).complain("The bonus was not paid: P-1.")
        world.later(timedelta(minutes=16))
    yield number_of(path)
    world.restore(empty)


def crash(world: World, _number: str) -> None:
    for one in list(world.workflow.parked()):
        world.workflow.crash(one)


def lose_its_token(world: World, _number: str) -> None:
    for one in world.workflow.parked():
        one.token = "another"


def first_event(world: World, number: str) -> str:
    [key] = [one for one in world.journaled() if number in one and one.endswith("000001.json")]
    return key


def write_over_an_object(world: World, number: str) -> None:
    key = first_event(world, number)
    world.put_object(JOURNAL_BUCKET, key, world.journaled()[key])


def change_an_object(world: World, number: str) -> None:
    key = first_event(world, number)
    backends.remove(JOURNAL_BUCKET, key)
    world.put_object(JOURNAL_BUCKET, key, b"{}")


def send_again(world: World, _number: str) -> None:
    world.services.held.mails *= 2


def lose_the_mail(world: World, _number: str) -> None:
    world.services.held.mails.clear()


def keep_a_copy_under_no_hold(world: World, number: str) -> None:
    world.put_object(MAIL_BUCKET, f"held/{number}/ses-1", b"raw")


def forget_what_was_published(world: World, _number: str) -> None:
    world.services.held.published.clear()


BROKEN: dict[str, tuple[Break, str]] = {
    "a promise": (lambda world, _: world.promise("Nobody wrote this."), "is stored 0 times"),
    "a promise kept twice": (lambda world, _: world.promise("P-1", times=0), "is stored 2 times"),
    "a copy of a mail under no hold": (keep_a_copy_under_no_hold, "of mail ses-1 is kept, under no hold"),
    "an execution that failed": (crash, "neither waits nor has ended"),
    "a token that nobody holds": (lose_its_token, "a token that nobody holds"),
    "a changed object": (change_an_object, "the journal holds another"),
    "an object written twice": (write_over_an_object, "again, 1, which no complaint knows"),
    "a letter that left twice": (send_again, "left 2 times, and is on record as sent 1 times"),
    "a letter that never left": (lose_the_mail, "left 0 times, and is on record as sent 1 times"),
    "an event that nobody heard of": (forget_what_was_published, "was never published"),
    "a message that waits": (lambda world, _: world.services.put(backends.NOTICES, {}), "waits in notices"),
    "a dead letter": (lambda world, _: world.sources.dead.append(("mail", "{}")), "dead letters of mail"),
    "a milestone that passed": (lambda world, _: world.skip(timedelta(days=70)), "is owed, and nobody does"),
    "an instant that passed": (lambda world, _: world.skip(timedelta(days=70)), "should have been looked at"),
}


def test_nothing_is_wrong_with_a_complaint_that_nothing_happened_to(world: World, number: str) -> None:
    assert number in world.stored()
    assert check(world) > 0


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_seen_and_told(world: World, number: str, what: str) -> None:
    break_it, told = BROKEN[what]
    break_it(world, number)
    with pytest.raises(Violated, match=told):
        check(world)


@pytest.fixture
def flying(world: World, number: str) -> str:
    """A letter that a sender claimed before it died, and before the player took the complaint back."""
    application = Application(world)
    with redirect_stdout(io.StringIO()):
        question = {"question": "When was it?"}
        application.post(f"/complaints/{number}/information-requests", question)
        letters = world.complaint(number).letters.values()
        [key] = [one.key for one in letters if one.kind is LetterKind.INFORMATION_REQUEST]
        change(wiring.desk(), number, ClaimLetter(letter=key), SYSTEM)
        application.post(f"/complaints/{number}/withdrawal", {"reason": "It was paid."})
    return key


def test_a_claim_of_a_complaint_that_has_ended_is_given_up(world: World, number: str, flying: str) -> None:
    with redirect_stdout(io.StringIO()):
        world.later(timedelta(minutes=16))
    assert check(world) > 0
    assert world.complaint(number).letters[flying].status is LetterStatus.ABANDONED


def test_a_claim_that_nobody_gives_up_is_seen(world: World, number: str, flying: str) -> None:
    with redirect_stdout(io.StringIO()), patch.object(next_step, "_is_unsettled", is_live):
        world.later(timedelta(minutes=16))
        assert world.standing(number).ended
    with pytest.raises(Violated, match=f"letter {flying} is neither sent nor given up"):
        check(world)


@pytest.mark.usefixtures("flying")
def test_a_claim_of_who_was_to_be_forgotten_in_between_stays(world: World, number: str) -> None:
    with redirect_stdout(io.StringIO()):
        world.forget_promises()
        Application(world).guarded(number, "erasure", {"reason": "request"})
        world.later(timedelta(minutes=16))
    assert check(world) > 0


def test_a_mail_that_is_not_kept_under_a_hold_is_seen(world: World, number: str) -> None:
    with redirect_stdout(io.StringIO()):
        actors.mail_comes(world, "mail-1", "It was on Monday: P-2.", actors.reply_to(number))
        Application(world).guarded(number, "legal-hold", {"reason": "A letter before action came."})
        world.later(timedelta(minutes=16))
    check(world)
    backends.remove(MAIL_BUCKET, f"held/{number}/mail-1")
    with pytest.raises(Violated, match="no copy of mail mail-1 is kept under its hold"):
        check(world)


@pytest.fixture
def forgotten(world: World, number: str) -> str:
    """A complaint whose player is forgotten."""
    application = Application(world)
    with redirect_stdout(io.StringIO()):
        application.post(f"/complaints/{number}/withdrawal", {"reason": "It was paid."})
        world.settle()
        world.forget_promises()
        application.guarded(number, "erasure", {"reason": "request"})
        world.later(timedelta(minutes=16))
    check(world)
    return number


def find_a_file(world: World, number: str) -> None:
    actors.file_comes(world, number, "e1", told=False)


def find_a_content(world: World, number: str) -> None:
    world.table.client.put_item(
        TableName=world.table.name,
        Item={
            "pk": {"S": keys.complaint(number)},
            "sk": {"S": keys.content(1)},
            "content": {"S": "{}"},
            "salt": {"B": b"salt"},
        },
    )


def find_a_text(world: World, _number: str) -> None:
    item = {"pk": {"S": "ELSEWHERE"}, "sk": {"S": "COPY"}, "text": {"S": "The bonus was not paid: P-1."}}
    world.table.client.put_item(TableName=world.table.name, Item=item)


REMEMBERED: dict[str, tuple[Break, str]] = {
    "a file": (find_a_file, "incoming/.* is there, and was to be erased"),
    "a content": (find_a_content, "the content of event 1 is there, and was to be erased"),
    "a text elsewhere": (find_a_text, "is stored 2 times"),
}


@pytest.mark.parametrize("what", REMEMBERED)
def test_what_is_left_of_a_person_who_was_to_be_forgotten_is_seen(
    world: World, forgotten: str, what: str
) -> None:
    leave_it, told = REMEMBERED[what]
    leave_it(world, forgotten)
    with pytest.raises(Violated, match=told):
        check(world)


def test_an_order_to_forget_that_nobody_carries_out_is_seen(world: World, number: str) -> None:
    world.services.held.unheard.add(backends.ERASURES)
    application = Application(world)
    with redirect_stdout(io.StringIO()):
        application.post(f"/complaints/{number}/withdrawal", {"reason": "It was paid."})
        world.settle()
        application.guarded(number, "erasure", {"reason": "request"})
        world.later(timedelta(minutes=16))
    with pytest.raises(Violated, match="its erasure is on record 0 times"):
        check(world)


@pytest.fixture
def proven(world: World, number: str) -> str:
    """A day of the journal with its proof, and the place of that without the kind of a document."""
    with redirect_stdout(io.StringIO()):
        world.later(timedelta(days=1))
        actors.run_until_done(world, "reports")
    check(world)
    assert number in world.stored()
    return "proofs/gb-ukgc/2026-03-02"


def test_a_document_written_twice_is_seen(world: World, proven: str) -> None:
    world.put_object(JOURNAL_BUCKET, f"{proven}.csv", world.journaled()[f"{proven}.csv"])
    with pytest.raises(Violated, match="csv again, 1 belongs to no proof"):
        check(world)


def test_a_document_that_is_missing_is_seen(world: World, proven: str) -> None:
    backends.remove(JOURNAL_BUCKET, f"{proven}.html")
    with pytest.raises(Violated, match="the proof lacks proofs/gb-ukgc/2026"):
        check(world)


def test_a_changed_document_is_seen(world: World, proven: str) -> None:
    backends.remove(JOURNAL_BUCKET, f"{proven}.csv")
    world.put_object(JOURNAL_BUCKET, f"{proven}.csv", b"another")
    with pytest.raises(Violated, match="is over other documents"):
        check(world)


def test_a_changed_signature_is_seen(world: World, proven: str) -> None:
    body = world.journaled()[f"{proven}.sig.json"]
    backends.remove(JOURNAL_BUCKET, f"{proven}.sig.json")
    world.put_object(JOURNAL_BUCKET, f"{proven}.sig.json", body.replace(b"gb-ukgc", b"gb-uxgc"))
    with pytest.raises(Violated, match="is not what its key signed"):
        check(world)


def test_a_chain_with_an_event_changed_is_seen(world: World, number: str) -> None:
    table = world.table
    key = {"pk": {"S": f"COMPLAINT#{number}"}, "sk": {"S": "EVENT#000002"}}
    text = table.client.get_item(TableName=table.name, Key=key)["Item"]["text"]["S"]
    table.client.update_item(
        TableName=table.name,
        Key=key,
        UpdateExpression="SET #text = :text",
        ExpressionAttributeNames={"#text": "text"},
        ExpressionAttributeValues={":text": {"S": text.replace('"actor":"system"', '"actor":"player"')}},
    )
    with pytest.raises(Violated, match="does not carry the hash"):
        check(world)
