"""Records are chained: what was altered, removed or moved shows, and what was stored reads back the same."""

import json
from datetime import UTC, datetime

import pytest

from redress.domain import audit, events
from redress.domain.audit import GENESIS, ChainBroken, Record
from redress.domain.stages import Stage
from tests.support.complaints import NUMBER, SALT, Case, at_stage

NOW = datetime(2026, 3, 2, 12, 0, 0, 123_999, tzinfo=UTC)


def write(event: events.Event, seq: int = 1, previous: str = GENESIS) -> Record:
    return audit.write(NUMBER, seq, NOW, "system", event, previous, None)


@pytest.fixture
def case() -> Case:
    return at_stage(Stage.CLOSED)


def altered(record: Record, **changes: object) -> Record:
    """The record as somebody with access to the table would rewrite it."""
    document = {**json.loads(record.text), **changes}
    return audit.read(json.dumps(document, sort_keys=True, separators=(",", ":")))


def test_a_whole_life_is_an_unbroken_chain(case: Case) -> None:
    audit.verify(case.records, case.head)


def test_the_first_record_follows_nothing() -> None:
    assert at_stage(Stage.RECEIVED).records[0].previous == GENESIS


def test_a_record_reads_back_as_it_was_written(case: Case) -> None:
    assert [audit.read(record.text) for record in case.records] == case.records


def test_a_list_in_an_event_reads_back_as_it_was() -> None:
    record = write(events.Triaged(team="care", severity="high", reasons=("one", "two")))
    assert audit.read(record.text).event == record.event


def test_the_instant_of_a_record_is_what_its_text_says_not_finer() -> None:
    assert write(events.Acknowledged()).at == datetime(2026, 3, 2, 12, 0, 0, 123_000, tzinfo=UTC)


def test_the_text_of_a_record_is_canonical() -> None:
    text = write(events.LetterRefused(letter="a-1", kind="ä", reason="нет", permanent=False)).text
    document = json.loads(text)
    assert text == json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert "нет" in text


def test_altered_text_breaks_the_chain_at_the_next_record(case: Case) -> None:
    case.records[2] = altered(case.records[2], actor="somebody else")
    with pytest.raises(ChainBroken, match="event 4") as broken:
        audit.verify(case.records, case.head)
    assert (broken.value.number, broken.value.seq) == (NUMBER, 4)


def test_altered_text_of_the_last_record_is_not_the_head_any_more(case: Case) -> None:
    head = case.head
    case.records[-1] = altered(case.records[-1], actor="somebody else")
    with pytest.raises(ChainBroken, match="not the head"):
        audit.verify(case.records, head)


@pytest.mark.parametrize("missing", [0, 1, 5, 8])
def test_a_missing_record_breaks_the_chain_at_its_place(case: Case, missing: int) -> None:
    del case.records[missing]
    with pytest.raises(ChainBroken) as broken:
        audit.verify(case.records, audit.read(case.records[-1].text).hash)
    assert broken.value.seq == missing + 1


def test_a_missing_end_is_seen_at_the_head(case: Case) -> None:
    with pytest.raises(ChainBroken, match="not the head"):
        audit.verify(case.records[:-1], case.head)


def test_records_in_another_order_break_the_chain(case: Case) -> None:
    case.records[3], case.records[4] = case.records[4], case.records[3]
    with pytest.raises(ChainBroken, match="found event 5 in its place"):
        audit.verify(case.records, case.head)


def test_a_chain_rewritten_from_the_altered_record_on_still_misses_the_head(case: Case) -> None:
    head = case.head
    rewritten: list[Record] = []
    for record in case.records:
        previous = rewritten[-1].hash if rewritten else GENESIS
        rewritten.append(altered(record, previous=previous, actor="somebody else"))
    with pytest.raises(ChainBroken, match="not the head"):
        audit.verify(rewritten, head)


def test_a_chain_is_that_of_one_complaint(case: Case) -> None:
    last = case.records[-1]
    moved = audit.write("R7K3-9QXM-2", last.seq, last.at, "system", last.event, last.previous, None)
    with pytest.raises(ChainBroken, match="is of complaint R7K3-9QXM-2"):
        audit.verify([*case.records[:-1], moved], moved.hash)


def test_nothing_follows_from_nothing() -> None:
    audit.verify([], GENESIS)


def test_text_that_redress_did_not_write_is_refused(case: Case) -> None:
    unknown_type = case.records[0].text.replace("ComplaintReceived", "ComplaintEaten")
    for text in ("{}", unknown_type):
        with pytest.raises(KeyError):
            audit.read(text)


@pytest.mark.parametrize("changes", [{"data": []}, {"data": None}, {"type": []}, {"at": 5}, {"seq": "1"}])
def test_a_text_of_other_types_is_refused_in_the_same_way(case: Case, changes: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError)):
        altered(case.records[0], **changes)


def test_the_hash_of_content_needs_its_salt() -> None:
    content = {"text": "Ich möchte mein Geld"}
    assert audit.content_hash(content, SALT) == audit.content_hash(dict(content), SALT)
    assert audit.content_hash(content, SALT) != audit.content_hash(content, SALT[::-1])
    assert audit.content_hash({"text": "ich möchte mein Geld"}, SALT) != audit.content_hash(content, SALT)


def test_the_order_of_fields_does_not_change_the_hash_of_content() -> None:
    assert audit.content_hash({"a": 1, "b": 2}, SALT) == audit.content_hash({"b": 2, "a": 1}, SALT)
