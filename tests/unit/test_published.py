"""What others are told of an event: its facts, and nothing about a person."""

import json

import pytest

from redress import published
from redress.domain import audit
from redress.domain import commands as c
from redress.domain import events as e
from redress.domain.events import EVENT_TYPES, Event
from redress.domain.stages import Stage
from redress.published import PUBLISHED, VERSIONS, WITHHELD, envelope, schema_of
from tests.support.complaints import APPROVER, HANDLER, NUMBER, PERSONAL, PLAYER, SYSTEM, T0, Case, at_stage


def text(event: Event, actor: str = HANDLER, seq: int = 3) -> str:
    """The canonical text of an event."""
    return audit.write(NUMBER, seq, T0, actor, event, audit.GENESIS, audit.GENESIS).text


def told(stored: str, *, training: bool = False) -> dict[str, object]:
    return envelope(stored, "northlight", "gb-ukgc", training)


def test_an_event_is_told_with_its_place_its_time_and_its_facts() -> None:
    assert told(text(e.ClockPaused(reason="kyc", clocks=("a:b", "c:d"), notice="pause"))) == {
        "id": f"{NUMBER}-3",
        "schema": "ClockPaused.v1",
        "type": "ClockPaused",
        "number": NUMBER,
        "seq": 3,
        "at": "2026-03-02T12:00:00.000Z",
        "actor": "app:back-office",
        "brand": "northlight",
        "jurisdiction": "gb-ukgc",
        "training": False,
        "data": {"reason": "kyc", "clocks": ["a:b", "c:d"], "notice": "pause", "ends_at": None},
    }


def test_it_is_the_same_after_json() -> None:
    document = told(text(e.Triaged(team="care", severity="high", reasons=("one", "two"))))
    assert json.loads(json.dumps(document)) == document


def test_practice_is_marked() -> None:
    assert told(text(e.Acknowledged()), training=True)["training"] is True


@pytest.mark.parametrize(
    ("actor", "shown"),
    [(PLAYER, "player"), (SYSTEM, "system"), ("app:desk/s-77", "app:desk"), ("app:desk/-", "app:desk")],
)
def test_of_an_actor_no_more_is_told_than_the_application(actor: str, shown: str) -> None:
    assert told(text(e.Acknowledged(), actor))["actor"] == shown


def test_who_a_complaint_is_assigned_to_is_told_to_nobody() -> None:
    document = told(text(e.Assigned(assignee="subject-77", team="care")))
    assert document["data"] == {"team": "care"}
    assert "subject-77" not in json.dumps(document)


def test_neither_the_chain_nor_a_hash_of_content_is_told() -> None:
    case = at_stage(Stage.RESOLVED)
    hashes = {one for record in case.records for one in (record.hash, record.previous, record.content_hash)}
    documents = json.dumps([told(record.text) for record in case.records])
    assert [one for one in hashes if one and one in documents] == []


def test_a_whole_life_tells_nothing_personal() -> None:
    case = at_stage(Stage.INVESTIGATING)
    case.do(c.Assign(assignee="subject-77", team="payments"))
    documents = json.dumps([told(record.text) for record in (*case.records, *at_stage(Stage.CLOSED).records)])
    assert PERSONAL not in documents
    assert "subject-77" not in documents
    assert not [actor for actor in (HANDLER, APPROVER) if actor in documents]


def test_a_fact_that_an_old_text_lacks_has_its_default() -> None:
    received = json.loads(Case().records[0].text)
    for later in ("residence_packs", "sent_at", "received_at"):
        del received["data"][later]
    data = told(json.dumps(received))["data"]
    assert isinstance(data, dict)
    assert (data["residence_packs"], data["sent_at"], data["received_at"]) == ([], None, None)


def test_a_text_that_redress_did_not_write_is_refused() -> None:
    with pytest.raises(KeyError):
        told('{"type": "ComplaintReceived"}')


def fields(kind: str) -> set[str]:
    return set(vars(EVENT_TYPES[kind])["__annotations__"])


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_somebody_decided_for_each_field_of_each_event_whether_it_is_told(kind: str) -> None:
    published, withheld = set(PUBLISHED.get(kind, ())), set(WITHHELD.get(kind, {}))
    assert fields(kind) - published - withheld == set(), "add to PUBLISHED or WITHHELD; is it about a person?"
    assert published & withheld == set()


def test_nothing_is_decided_about_what_does_not_exist() -> None:
    assert PUBLISHED.keys() == EVENT_TYPES.keys()
    assert WITHHELD.keys() | VERSIONS.keys() <= EVENT_TYPES.keys()
    decided = [(kind, name) for table in (PUBLISHED, WITHHELD) for kind in table for name in table[kind]]
    assert [(kind, name) for kind, name in decided if name not in fields(kind)] == []


# Names under which a person, or what somebody wrote, would come. Fields are told only under other names.
SUSPECT = {"name", "email", "phone", "address", "account", "player", "person", "user", "subject", "by"} | {
    *("assignee", "approver", "reviewer", "handler", "text", "note", "comment", "description", "explanation"),
    *("reference", "url", "token", "ip"),
}


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_no_field_is_told_whose_name_sounds_like_a_person_or_free_text(kind: str) -> None:
    words = {word: name for name in PUBLISHED[kind] for word in (name, *name.split("_"))}
    # `by_notice` says how an extension holds, not by whom.
    assert {name for word, name in words.items() if word in SUSPECT} <= {"by_notice"}


def test_an_event_follows_the_first_version_of_its_schema_until_another_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(published, "VERSIONS", {"Closed": 2})
    assert schema_of("Closed") == "Closed.v2"
    assert schema_of("Acknowledged") == "Acknowledged.v1"
