"""The journal: every event has one place, and every day a digest that follows from the one before it."""

import hashlib
import json
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from redress.domain import journal
from redress.domain.journal import FIRST, LATE, Digest, JournalRefused
from redress.domain.stages import Stage
from redress.usecases.write_digests import SETTLED
from tests.support.complaints import NUMBER, PERSONAL, at_stage
from tests.support.journals import FIRST_DAY, MemoryObjects, altered, chain, day

SECOND = timedelta(seconds=1)
FIRST_EVENT, SECOND_EVENT = "events/2026/03/01/A/000001.json", "events/2026/03/02/A/000002.json"
DIGEST = Digest(day=date(2026, 3, 2), previous=FIRST, objects={FIRST_EVENT: "a" * 64, SECOND_EVENT: "b" * 64})


def days(objects: MemoryObjects) -> dict[int, set[str]]:
    """The keys in each digest, by day of the month."""
    return {one.day.day: set(one.objects) for one in objects.digests()}


class TestPlaces:
    def test_an_event_lies_under_its_day_its_complaint_and_its_number_there(self) -> None:
        [record] = chain("R7K3-9QXM-2", FIRST_DAY)
        assert journal.entry(record.text).key == "events/2026/03/01/R7K3-9QXM-2/000001.json"

    def test_an_object_is_the_text_that_was_hashed_so_its_hash_is_that_of_the_event(self) -> None:
        for record in at_stage(Stage.CLOSED).records:
            entry = journal.entry(record.text)
            assert (entry.number, entry.seq) == (NUMBER, record.seq)
            assert entry.body.decode() == record.text
            assert hashlib.sha256(entry.body).hexdigest() == record.hash

    def test_no_two_events_share_a_place(self) -> None:
        records = [*chain("A", *(day(1, hour) for hour in range(24))), *chain("B", day(1), day(2))]
        assert len({journal.entry(record.text).key for record in records}) == len(records)

    def test_an_event_of_a_kind_that_is_not_known_here_has_its_place_like_any_other(self) -> None:
        [record] = chain("A", FIRST_DAY)
        later = record.text.replace('"Acknowledged"', '"SomethingNew"')
        assert journal.entry(later).key == journal.entry(record.text).key

    @pytest.mark.parametrize(
        "text",
        [
            *("", "{", "[]", "null", "{}", "1", '"events"', "[" * 100_000),
            '{"number":"A","seq":"1","at":"2026-03-02T00:00:00.000Z"}',
            '{"number":"A","seq":1,"at":"2026-03-02"}',
            '{"number":"A","seq":1,"at":null}',
            '{"number":"A","at":"2026-03-02T00:00:00.000Z"}',
        ],
    )
    def test_what_is_no_event_has_no_place(self, text: str) -> None:
        with pytest.raises(ValueError, match="no text of an event"):
            journal.entry(text)

    def test_nothing_personal_is_in_the_journal(self) -> None:
        case = at_stage(Stage.CLOSED)
        assert not [one for one in case.records if PERSONAL.encode() in journal.entry(one.text).body]


class TestDigests:
    def test_a_day_is_told_when_it_is_over_and_not_before(self) -> None:
        objects = MemoryObjects()
        objects.write(chain("A", day(1)))
        objects.digest(day(2, 0) + SETTLED - SECOND)
        assert days(objects) == {28: set()}  # the day before: the last that was over
        objects.digest(day(2, 0) + SETTLED)
        assert days(objects) == {28: set(), 1: {FIRST_EVENT}}

    def test_a_digest_has_the_hash_of_each_object_and_of_the_digest_before_it(self) -> None:
        objects = MemoryObjects()
        first, second = chain("A", day(1), day(2))
        objects.write([first, second])
        objects.digest(day(3))
        one, two = objects.digests()
        assert (one.objects, two.objects) == ({FIRST_EVENT: first.hash}, {SECOND_EVENT: second.hash})
        assert one.previous == FIRST
        assert two.previous == hashlib.sha256(objects.read("digests/2026-03-01.json")).hexdigest()

    def test_what_comes_late_belongs_to_the_day_on_which_it_was_written(self) -> None:
        objects = MemoryObjects()
        objects.write(chain("A", day(1, 23.99)), at=day(2, 0.01))
        objects.digest(day(3))
        assert days(objects) == {2: {FIRST_EVENT}}

    def test_what_comes_two_weeks_late_is_found_still(self) -> None:
        objects = MemoryObjects()
        objects.write(chain("A", day(1)), at=day(16))
        objects.write(chain("B", day(1)))
        objects.digest(day(17))
        assert timedelta(days=15) <= LATE
        assert days(objects)[16] == {FIRST_EVENT}

    def test_an_event_from_before_midnight_can_be_told_on_the_day_before_its_own(self) -> None:
        """Two clocks disagree: the one that dated it, and the one of the store."""
        objects = MemoryObjects()
        objects.write(chain("A", day(2, 0)), at=day(1, 23.99))
        objects.digest(day(3))
        assert days(objects) == {1: {"events/2026/03/02/A/000001.json"}, 2: set()}

    def test_a_day_without_events_has_a_digest_too(self) -> None:
        objects = MemoryObjects()
        objects.write(chain("A", day(1), day(4)))
        objects.digest(day(5))
        assert {name: len(keys) for name, keys in days(objects).items()} == {1: 1, 2: 0, 3: 0, 4: 1}

    def test_days_that_were_missed_are_caught_up_with_as_if_none_had_been(self) -> None:
        late, punctual = MemoryObjects(), MemoryObjects()
        for number in range(1, 6):
            for objects in (late, punctual):
                objects.write(chain(f"{number}", day(number)))
            punctual.digest(day(number + 1, 1))
        late.digest(day(6, 1))
        assert list(late.digests()) == list(punctual.digests())
        assert len(days(late)) == 5

    def test_a_second_run_changes_nothing(self) -> None:
        objects = MemoryObjects()
        objects.write(chain("A", day(1), day(2)))
        objects.digest(day(3))
        before = dict(objects.objects)
        objects.digest(day(3, 13))
        assert objects.objects == before

    def test_a_run_says_until_when_all_is_told(self) -> None:
        objects = MemoryObjects()
        assert objects.digest(day(5)) == day(5, 0)
        assert objects.digest(day(5, 13)) == day(5, 0)
        assert objects.digest(day(6, 0)) == day(5, 0)
        assert objects.digest(day(6, 1)) == day(6, 0)

    def test_a_digest_that_others_wrote_meanwhile_is_found_and_never_replaced(self) -> None:
        objects, beside = MemoryObjects(), MemoryObjects()
        for one in (objects, beside):
            one.write(chain("A", day(1)))
        objects.digest(day(2))
        key = journal.digest_key(date(2026, 3, 1))
        objects.add(key, beside.read(key) if beside.digest(day(2)) else b"")
        with pytest.raises(JournalRefused, match="other bytes"):
            objects.add(key, journal.to_bytes(DIGEST))


class TestTheFormOfADigest:
    def test_it_reads_back_as_it_was_written(self) -> None:
        assert journal.read_digest(journal.to_bytes(DIGEST)) == DIGEST

    def test_it_is_json_with_a_line_for_each_object(self) -> None:
        written = journal.to_bytes(DIGEST)
        assert json.loads(written) == {"day": "2026-03-02", "previous": FIRST, "objects": DIGEST.objects}
        assert f'  "{FIRST_EVENT}": "{"a" * 64}",'.encode() in written.splitlines()

    @pytest.mark.parametrize(
        "change",
        [
            lambda body: body.replace(b" ", b"  ", 1),
            lambda body: body + b"\n",
            lambda body: body.replace(b"2026-03-02", b"2026-03-32"),
            lambda body: body.replace(b'"day"', b'"date"'),
            lambda body: body.replace(b'"previous"', b'"more": 1,\n "previous"'),
            lambda _: b"[]",
            lambda _: b"\xff",
            lambda _: b"[" * 100_000,
            lambda body: altered(body, objects=[1]),
            lambda body: altered(body, objects=None),
        ],
    )
    def test_any_other_form_is_refused(self, change: Callable[[bytes], bytes]) -> None:
        with pytest.raises(ValueError, match="no digest"):
            journal.read_digest(change(journal.to_bytes(DIGEST)))
