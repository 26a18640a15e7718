"""The access export: everything that is held about a player, and nothing of anybody else's."""

import json
from collections.abc import Callable
from copy import replace
from typing import Any

import pytest

from redress.domain import commands as c
from redress.domain import consultation, instants
from redress.domain.actors import PLAYER, SYSTEM
from redress.domain.consultation import Asked, Consultation, Record
from redress.domain.correspondence import LetterKind
from redress.domain.events import EVENT_TYPES
from redress.domain.evidence import Verdict
from redress.letters.again import LINK, written_again
from redress.region import Cause
from redress.usecases import export_document, export_person, export_words, players
from redress.usecases.export_document import Handed, Sources
from redress.usecases.export_person import Asked as Question
from tests.support.complaints import APPROVE, HANDLER, PROPOSE, REGION, TRIAGE, submit
from tests.support.desks import Clock, Office
from tests.support.evidence import added
from tests.support.mail_commands import held, mail
from tests.support.memory_store import MemoryStore

ACCOUNT, EMAIL = "list-of-account", "list-of-address"
BOTH = {players.ACCOUNT: ACCOUNT, players.EMAIL: EMAIL}
TOLD = {
    "name": "Player Example",
    "email": "player@example.com",
    "account": None,
    "description": "The bonus was not paid.",
    "transaction_references": ["T-1"],
    "remedy": "Pay it.",
}


@pytest.fixture
def office() -> Office:
    clock = Clock()
    return Office(MemoryStore(clock), clock)


def sources(**others: Any) -> Sources:
    here: dict[str, Any] = {
        "region": REGION,
        "letter": lambda case, sent: written_again(case, sent, REGION),
        "file": lambda number, sent, _kind, name: Handed(
            url=f"https://{number}/{sent}/{name}", expires_at=None
        ),
        "consultation": lambda _: None,
    }
    return Sources(**(here | others))


def told(office: Office, number: str, **others: Any) -> dict[str, Any]:
    """What the export says of a complaint, as JSON has it."""
    found = export_document.complaint(office.store.load(number), sources(**others))
    return dict(json.loads(json.dumps(found)))


def receive(office: Office, key: str = "one", player: str = EMAIL, **changes: Any) -> str:
    command = replace(submit(content=TOLD), **changes)
    return office.receive(command, key=key, player=player)


def events_of(document: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [one for one in document["events"] if one["type"] == kind]


def left_out(document: dict[str, Any]) -> dict[str, list[int]]:
    return {one["what"]: one["events"] for one in document["left_out"]}


def test_every_kind_of_event_has_words() -> None:
    assert set(export_words.EVENTS) == set(EVENT_TYPES.values())


def test_what_the_player_wrote_and_what_was_written_about_them_is_there(office: Office) -> None:
    number = receive(office)
    office.send(number, LetterKind.ACKNOWLEDGEMENT)
    office.do(number, TRIAGE, SYSTEM)
    office.do(number, c.AddNote(visibility="internal", content={"text": "They sounded upset."}))
    office.do(number, c.Reply(content={"text": "It was on Sunday."}), PLAYER)
    office.do(number, c.AddContact(content={"email": "other@example.com"}))
    document = told(office, number)
    assert events_of(document, "ComplaintReceived")[0]["content"] == TOLD
    assert events_of(document, "PlayerReplied")[0]["content"] == {"text": "It was on Sunday."}
    [note] = events_of(document, "NoteAdded")
    assert (note["by"], note["content"]) == ("operator", {"text": "They sounded upset."})
    assert document["addresses"] == ["player@example.com", "other@example.com"]
    facts = {one["fact"]: one["value"] for one in document["facts"]}
    assert (facts["To"], facts["Amount"], facts["Stage"]) == (
        *("Northlight Casino", "25.50 GBP", "investigating"),
    )


def test_what_it_is_about_and_what_lies_at_its_root_is_there(office: Office) -> None:
    region = replace(REGION, causes=(Cause(id="unclear_terms", name="Our terms could be misread"),))
    number = receive(office)
    subject = {"product": "casino", "game": "slot-1842", "provider": "studio-7", "payment_route": "card"}
    office.do(number, c.StateSubject(**subject))
    office.do(number, c.FindCause(cause="unclear_terms", action="A-R7K3-9QXM-3"))
    document = told(office, number, region=region)
    facts = {one["fact"]: one["value"] for one in document["facts"]}
    assert {facts[name] for name in ("Product", "Game", "Provider", "Payment route")} == set(subject.values())
    assert facts["Found at its root"] == "Our terms could be misread"
    assert [one["data"] for one in events_of(document, "SubjectStated")] == [subject]
    [found] = events_of(document, "CauseFound")
    assert found["data"] == {"cause": "unclear_terms", "action": "A-R7K3-9QXM-3"}


def test_a_letter_is_written_again_without_its_private_link(office: Office) -> None:
    number = receive(office)
    office.send(number, LetterKind.ACKNOWLEDGEMENT)
    [letter] = told(office, number)["letters"]
    assert (letter["kind"], letter["to"]) == ("acknowledgement", "player@example.com")
    assert number in letter["subject"]
    assert LINK in letter["text"]
    assert "://private-link" not in letter["text"]
    assert f"/complaints/{number}" not in letter["text"]


def test_who_of_the_operators_people_acted_is_told_by_role(office: Office) -> None:
    number = receive(office)
    office.send(number, LetterKind.ACKNOWLEDGEMENT)
    office.do(number, TRIAGE, SYSTEM)
    office.do(number, c.Assign(assignee="subject-of-a-handler", team="payments"))
    office.do(number, PROPOSE, "app:back-office/subject-of-a-handler")
    office.do(number, APPROVE, "app:back-office/subject-of-an-approver")
    document = told(office, number)
    assert "subject-of" not in json.dumps(document)
    assert HANDLER.rpartition("/")[2] not in {one["by"] for one in document["events"]}
    assert {one["by"] for one in document["events"]} == {"player", "system", "operator"}
    assert "who of our people acted" in left_out(document)


def test_a_notice_to_staff_is_named_and_not_shown(office: Office) -> None:
    number = receive(office, content={**TOLD, "description": "I want to kill myself."})
    urgent = replace(TRIAGE, needs_human=True, content={"why": ["self-harm: kill myself"]})
    office.send(number, LetterKind.ACKNOWLEDGEMENT)
    office.do(number, urgent, SYSTEM)
    office.send(number, LetterKind.ALERT)
    document = told(office, number)
    notice = document["letters"][-1]
    assert (notice["kind"], notice["to"], notice["text"]) == ("alert", None, None)
    assert {"texts of notices to our people", "which signals were found"} <= left_out(document).keys()
    assert "self-harm" not in json.dumps(document)
    assert "reasons" not in events_of(document, "Triaged")[0]["data"]


@pytest.mark.parametrize("found", [None, "rejected", "accepted"])
def test_a_mail_that_may_be_another_persons_stays_out_until_it_is_found_to_be_the_players(
    office: Office, found: str | None
) -> None:
    number = receive(office)
    office.send(number, LetterKind.ACKNOWLEDGEMENT)
    office.do(number, TRIAGE, SYSTEM)
    office.do(number, mail("reply", "It was the blue one."), SYSTEM)
    office.do(number, held("A stranger's words.", mail_id="mail-2"), SYSTEM)
    received = max(office.complaint(number).mails)
    if found == "rejected":
        office.do(number, c.RejectMail(received=received, content={"reason": "A stranger's name."}))
    if found == "accepted":
        office.do(number, c.AcceptMail(received=received, content={"text": "A stranger's words."}))
    document = told(office, number)
    shown = json.dumps(document)
    assert "It was the blue one." in shown
    assert ("A stranger's" in shown) == (found == "accepted")
    assert (received in left_out(document).get("what a mail says", [])) == (found != "accepted")


def test_files_are_named_and_handed_out_where_they_may_be_opened(office: Office) -> None:
    number = receive(office)
    for place, verdict in enumerate((Verdict.CLEAN, Verdict.INFECTED, None), 1):
        office.do(number, added(f"e{place}"), PLAYER)
        if verdict:
            office.do(number, c.RecordScan(evidence=f"e{place}", verdict=verdict), SYSTEM)
    clean, infected, waiting = told(office, number)["files"]
    assert clean["url"] == f"https://{number}/e1/{number}-1.pdf"
    assert (clean["name"], clean["media_type"], clean["size"]) == (
        *(f"{number}-1.pdf", "application/pdf", 348_000),
    )
    assert (infected["state"], infected["url"]) == ("infected", None)
    assert (waiting["state"], waiting["url"]) == ("checking", None)
    assert [one["url"] for one in told(office, number, file=None)["files"]] == [None] * 3


def test_the_question_that_it_began_with_is_there(office: Office) -> None:
    number = receive(office, consultation="Q-R7K3-9QXM-3")
    asked = Asked(
        brand="northlight",
        language="en",
        team="care",
        due_at=instants.to_text(office.clock()),
        key_hash="hash-of-the-key",
        signals=("harm",),
    )
    records = (
        Record(seq=1, at=office.clock(), actor=PLAYER, event=asked, text="May you take it back?"),
        Record(seq=2, at=office.clock(), actor=HANDLER, event=consultation.Answered(), text="Clause 7."),
    )
    known: Callable[[str], Consultation] = lambda asked_for: consultation.fold(asked_for, records)  # noqa: E731
    document = told(office, number, consultation=known)
    assert [one["text"] for one in document["consultation"]["messages"]] == [
        *("May you take it back?", "Clause 7."),
    ]
    assert [one["by"] for one in document["consultation"]["messages"]] == ["player", "operator"]
    assert "hash-of-the-key" not in json.dumps(document)


def test_what_outside_bodies_were_told_is_there(office: Office) -> None:
    number = receive(office)
    referred = c.ReferToAdr(body="adr", complete_file_at=instants.to_text(office.clock()), pack="sandbox")
    office.do(number, referred)
    office.do(number, c.AnswerAdr(content={"reference": "Mail of 9 June"}))
    shared = told(office, number)["shared"]
    assert [one["with_whom"] for one in shared] == ["Example Adjudication Service"] * 2


def test_why_a_legal_hold_was_placed_is_not_told_to_who_may_sue(office: Office) -> None:
    number = receive(office)
    office.do(number, c.PlaceLegalHold(content={"reason": "We expect to lose."}))
    document = told(office, number)
    assert document["legal_hold"]
    assert "We expect to lose." not in json.dumps(document)
    assert "why it is kept, as for a court" in left_out(document)


def test_when_its_time_is_over_is_told_of_a_closed_complaint(office: Office) -> None:
    number = receive(office)
    assert told(office, number)["keep_until"] is None
    office.do(number, c.Withdraw(), PLAYER)
    years = sources(region=replace(REGION, retention_years=2))
    closed = export_document.complaint(office.store.load(number), years)
    assert closed["keep_until"] is not None
    assert closed["keep_until"] > instants.to_text(office.clock())


def test_an_erased_complaint_is_facts_alone(office: Office) -> None:
    number = receive(office)
    office.do(number, added("e1", scanned=False), PLAYER)
    office.send(number, LetterKind.ACKNOWLEDGEMENT)
    office.do(number, c.Withdraw(content={"reason": "Leave me alone."}), PLAYER)
    office.do(number, c.OrderErasure(because="request"), HANDLER)
    assert [one["url"] for one in told(office, number)["files"]] == [None]
    office.do(number, c.RecordErased(contents=3, files=1, mails=0), SYSTEM)
    case = replace(office.store.load(number), contents={})
    document = export_document.complaint(case, sources())
    assert document["erased_at"] is not None
    assert {one["content"] is None for one in document["events"]} == {True}
    assert {one["text"] for one in document["letters"]} == {None}
    assert [(one["state"], one["url"], one["sha256"]) for one in document["files"]] == [
        ("erased", None, None)
    ]
    assert document["addresses"] == []
    assert {"Received at", "Closed at", "About"} <= {one["fact"] for one in document["facts"]}


def numbers_of(office: Office, **asked: Any) -> tuple[list[str], str | None]:
    """The complaints of a part of the export, and the cursor of the next."""
    question = Question(**({"known": BOTH, "brand": "northlight"} | asked))
    made = export_person.export(office.store, sources(), question, office.clock())
    return [one["number"] for one in made["complaints"]], made["cursor"]


def test_a_player_is_found_by_account_and_by_address_page_by_page(office: Office) -> None:
    stranger = receive(office, "stranger", "another-list")
    theirs = {receive(office, f"key-{place}", (ACCOUNT, EMAIL)[place % 2]) for place in range(7)}
    seen: list[str] = []
    cursor = None
    for _ in range(10):
        part, cursor = numbers_of(office, limit=2, cursor=cursor)
        assert len(part) <= 2
        seen += part
        if cursor is None:
            break
    assert (set(seen), len(seen)) == (theirs, 7)
    assert stranger not in seen


def test_of_another_brand_nothing_is_shown_even_if_a_list_held_it(office: Office) -> None:
    receive(office)
    assert numbers_of(office, brand="southlight") == ([], None)


def test_a_part_ends_before_it_grows_too_large_to_be_sent(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = {receive(office, f"key-{place}") for place in range(3)}
    monkeypatch.setattr(export_person, "LARGEST_PART", 10)
    seen: list[str] = []
    cursor = None
    for _ in theirs:
        part, cursor = numbers_of(office, known={players.EMAIL: EMAIL}, cursor=cursor)
        assert len(part) == 1
        seen += part
    assert (set(seen), cursor) == (theirs, None)


def test_of_who_never_complained_nothing_is_held(office: Office) -> None:
    receive(office)
    assert numbers_of(office, known={players.EMAIL: "nobody"}) == ([], None)


def test_nothing_is_changed_by_an_export(office: Office) -> None:
    number = receive(office)
    before = office.complaint(number)
    told(office, number)
    numbers_of(office)
    assert office.complaint(number) == before


def test_the_secret_and_the_brand_make_the_lists() -> None:
    mine = players.lists(b"secret", "northlight", "account-1", "Player@example.com")
    assert mine == players.lists(b"secret", "northlight", "account-1", "player@EXAMPLE.com")
    assert set(mine) == {players.ACCOUNT, players.EMAIL}
    assert not set(mine.values()) & set(players.lists(b"secret", "southlight", "account-1", None).values())
    assert players.lists(b"secret", "northlight", None, None) == {}
