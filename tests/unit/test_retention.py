"""How long what is known of a person is kept: the longest of all that is said, by the calendar."""

from copy import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from redress.domain import audit, retention
from redress.domain import commands as c
from redress.domain.complaint import Complaint
from redress.domain.personal_data import RETENTION
from redress.domain.rulepack import Records, Retention, RulePack, Sourced
from redress.domain.rules import Rules
from redress.region import Region
from redress.usecases.erasure_ports import Place
from redress.usecases.ports import CaseFile
from redress.usecases.retention import AT_ONCE, MOST, Looked, order_overdue
from tests.support.complaints import HANDLER, PLAYER, REGION, Case, personal, submit
from tests.support.desks import Clock, Office
from tests.support.memory_store import MemoryStore

LEAP_DAY = datetime(2024, 2, 29, 12, tzinfo=UTC)


def closed(at: datetime) -> Case:
    """A complaint that was received and taken back at an instant."""
    case = Case(at=at)
    case.do(c.Withdraw(), PLAYER)
    return case


def keeps(pack: RulePack, amount: int, unit: str = "years", since: str = "closure") -> RulePack:
    """A pack that says how long."""
    said = Retention(amount=amount, unit=unit, since=since)  # type: ignore[arg-type]  # names of tests
    return replace(pack, records=Records(retention=Sourced(value=said)))


def over_at(case: Case, *packs: RulePack, years: int | None = None) -> datetime | None:
    """When its time is over by some packs, or else by its own."""
    rules = Rules(packs) if packs else case.rules
    return retention.over_at(rules, case.complaint, case.records, years)


@pytest.fixture
def pack() -> RulePack:
    """One that says nothing of it."""
    return REGION.pack("sandbox")


def test_what_the_operator_does_not_limit_is_kept(pack: RulePack) -> None:
    """A pack says for how long records have to be kept, and not that they have to go."""
    assert over_at(closed(LEAP_DAY)) is None
    assert over_at(closed(LEAP_DAY), keeps(pack, 1)) is None


def test_what_is_open_is_not_over() -> None:
    assert over_at(Case(at=LEAP_DAY), years=1) is None


@pytest.mark.parametrize(
    ("years", "day"), [(1, date(2025, 3, 1)), (3, date(2027, 3, 1)), (4, date(2028, 3, 1))]
)
def test_years_count_by_the_calendar_to_the_end_of_a_day(years: int, day: date) -> None:
    """From a leap day to 28 February, or to the next one; what is over is over with the day behind it."""
    assert over_at(closed(LEAP_DAY), years=years) == datetime(day.year, day.month, day.day, tzinfo=UTC)


def test_the_day_is_that_of_the_packs_zone(pack: RulePack) -> None:
    far = keeps(replace(pack, timezone="Asia/Tokyo"), 1)
    received = closed(datetime(2026, 3, 2, 20, tzinfo=UTC))
    assert over_at(received, far, years=1) == datetime(2027, 3, 3, 15, tzinfo=UTC)


def test_a_packs_longer_time_wins_over_the_operators(pack: RulePack) -> None:
    case = closed(LEAP_DAY)
    assert over_at(case, keeps(pack, 5), years=2) == over_at(case, years=5)
    assert over_at(case, keeps(pack, 2), years=5) == over_at(case, years=5)


def test_of_all_packs_the_longest_wins(pack: RulePack) -> None:
    case = closed(LEAP_DAY)
    assert over_at(case, keeps(pack, 18, "months"), pack, keeps(pack, 5), years=1) == over_at(case, years=5)


def test_it_counts_since_what_the_pack_says(pack: RulePack) -> None:
    case = Case(at=LEAP_DAY)
    for days in (10, 20):
        case.do(c.Reply(content=personal("still nothing")), PLAYER, at=LEAP_DAY + timedelta(days=days))
    case.do(c.AddNote(visibility="internal", content=personal("late")), at=LEAP_DAY + timedelta(days=25))
    case.do(c.Withdraw(), HANDLER, at=LEAP_DAY + timedelta(days=30))
    sinces = ("receipt", "last_contact", "closure")
    ends = {since: over_at(case, keeps(pack, 25, "months", since), years=1) for since in sinces}
    assert ends == {
        "receipt": datetime(2026, 3, 29, 23, tzinfo=UTC),
        "last_contact": datetime(2026, 4, 20, 23, tzinfo=UTC),
        "closure": datetime(2026, 4, 30, 23, tzinfo=UTC),
    }


# --- The round over the closed complaints ---------------------------------------------------------------


class Shelf:
    """The closed complaints of a store in memory, as the index of the table shows them."""

    def __init__(self, store: MemoryStore) -> None:
        self.store, self.noted = store, Place(day=date.min, after=None)

    def closed(self, until: datetime, after: str, limit: int) -> tuple[list[str], str | None]:
        """By receipt, then number."""
        states = self.store.states.values()
        shown = sorted(
            f"{one.listing.received_at.isoformat()} {one.number}"
            for one in states
            if one.listing.kept and one.listing.received_at <= until
        )
        part = [one for one in shown if one > after][:limit]
        return [one.split()[-1] for one in part], part[-1] if len(part) == limit else None

    def place(self) -> Place:
        """Where the last round ended."""
        return self.noted

    def keep_place(self, place: Place) -> None:
        """It came so far."""
        self.noted = place


class Archive:
    """A desk over closed complaints, and the round."""

    def __init__(self, years: int | None = 1) -> None:
        self.clock = Clock()
        self.store = MemoryStore(self.clock)
        self.shelf = Shelf(self.store)
        self.office = Office(self.store, self.clock)
        self.region: Region = replace(REGION, retention_years=years)
        self.count = 0

    def closed(self, jurisdiction: str = "sandbox", *, training: bool = False) -> str:
        """One more complaint, closed at once."""
        self.count += 1
        sent = replace(submit(jurisdiction), training=training)
        number = self.office.receive(sent, key=f"key-{self.count}")
        self.office.do(number, c.Withdraw(), PLAYER)
        return number

    def round(self) -> Looked:
        """What the clock does."""
        return order_overdue(replace(self.office.desk, region=self.region), self.shelf)

    def complaint(self, number: str) -> Complaint:
        """As it is stored."""
        return self.store.load(number).complaint


@pytest.fixture
def archive() -> Archive:
    """An operator who keeps complaints for a year."""
    return Archive()


def test_what_is_over_is_ordered_to_be_erased_and_nothing_else(archive: Archive) -> None:
    old, practice = archive.closed(), archive.closed(training=True)
    archive.clock.move(200 * 86_400)
    young = archive.closed()
    archive.clock.move(166 * 86_400)
    assert archive.round() == Looked(complaints=2, ordered=2)
    ordered = [archive.complaint(one).erasure_ordered_at for one in (old, practice, young)]
    assert ordered == [archive.clock(), archive.clock(), None]
    assert vars(archive.store.load(old).records[-1].event) == {"because": RETENTION}


def test_nothing_is_over_a_day_too_early(archive: Archive) -> None:
    number = archive.closed()
    archive.clock.at = datetime(2027, 3, 2, 23, 59, 59, tzinfo=UTC)
    assert archive.round().ordered == 0
    archive.clock.at = datetime(2027, 3, 3, tzinfo=UTC)
    assert archive.round().ordered == 1
    assert archive.complaint(number).erasure_ordered_at


def test_a_legal_hold_keeps_it_until_it_is_lifted(archive: Archive) -> None:
    number = archive.closed()
    archive.office.do(number, c.PlaceLegalHold(content=personal("court")))
    archive.clock.move(400 * 86_400)
    assert archive.round() == Looked()
    archive.office.do(number, c.LiftLegalHold(content=personal("over")))
    archive.clock.move(86_400)
    assert archive.round().ordered == 1


def test_where_nobody_says_when_nothing_is_erased_by_itself() -> None:
    archive = Archive(years=None)
    archive.closed()
    archive.clock.move(50 * 365 * 86_400)
    assert archive.round().ordered == 0


def test_a_round_is_made_once_a_day_and_goes_on_where_it_was_cut_off(archive: Archive) -> None:
    numbers = [archive.closed() for _ in range(AT_ONCE + 1)]
    archive.clock.move(400 * 86_400)
    tired = archive.shelf.closed
    calls: list[str] = []

    def closed_once(until: datetime, after: str, limit: int) -> tuple[list[str], str | None]:
        calls.append(after)
        if len(calls) == 2:
            raise TimeoutError
        return tired(until, after, limit)

    archive.shelf.closed = closed_once  # type: ignore[method-assign]
    with pytest.raises(TimeoutError):
        archive.round()
    assert sum(archive.complaint(one).erasure_ordered_at is not None for one in numbers) == AT_ONCE
    assert archive.round() == Looked(complaints=1, ordered=1)
    assert calls[2] == calls[1]
    assert archive.round() == Looked()
    assert len(calls) == 3


def test_a_run_ends_however_many_there_are(archive: Archive) -> None:
    class Endless(Shelf):
        """Full of complaints that nobody can find."""

        def closed(self, until: datetime, after: str, limit: int) -> tuple[list[str], str | None]:
            del until, after
            return ["0000-0000-0"] * limit, "more"

    looked = order_overdue(replace(archive.office.desk, region=archive.region), Endless(archive.store))
    assert looked.complaints == MOST
    assert len(looked.failed) == MOST


def test_one_that_cannot_be_read_or_decided_holds_up_no_other(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoiled, lost, sound = (archive.closed() for _ in range(3))
    load = archive.store.load

    def read(number: str) -> CaseFile:
        if number == spoiled:
            audit.read("{}")
        case = load(number)
        gone = replace(case.complaint, pack_version="0")
        return replace(case, complaint=gone) if number == lost else case

    monkeypatch.setattr(archive.store, "load", read)
    archive.clock.move(400 * 86_400)
    assert archive.round() == Looked(complaints=3, ordered=1, failed=(spoiled, lost))
    monkeypatch.undo()
    assert archive.complaint(sound).erasure_ordered_at
