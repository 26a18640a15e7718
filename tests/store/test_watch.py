"""A rise that chance does not explain is told to whoever owns it, once, with what says so."""

from copy import replace
from datetime import UTC, datetime, timedelta

import pytest

from redress.domain.raised import Raised
from redress.store.alarms import AlarmTable
from redress.store.table import Table
from redress.usecases import watch as watching
from redress.usecases.ports import MailRefused, VersionConflict
from redress.usecases.watch import MOST_NAMED, SETTLED, TOLD_FOR, listed, tell, untold, watch
from tests.support.complaints import REGION
from tests.support.desks import Clock
from tests.support.risen import HOUR, PACK, House, key
from tests.support.senders import LostAnswer

COOL_DOWN = timedelta(hours=48)


@pytest.fixture
def house(table: Table) -> House:
    """Ten quiet days, seen forty minutes after an hour."""
    now = datetime.now(UTC).replace(minute=40, second=0, microsecond=0)
    made = House(table, Clock(now))
    made.quiet()
    return made


def looked(house: House) -> list[Raised]:
    """What the clock raises, of the one licence."""
    return list(watch(house.desk, PACK, 1))


def by_the_clock(house: House) -> int:
    """A run of the clock; how many letters left."""
    looked(house)
    return sum(tell(house.desk, one) for one in untold(house.desk))


def test_a_rise_is_one_letter_to_its_owner_with_the_evidence(house: House) -> None:
    numbers = house.complain(8)
    assert by_the_clock(house) == 1
    [raised], [mail] = house.alarms.alarms(), house.mailer.reached
    alarm = raised.alarm
    assert alarm.key.brand == "northlight"
    assert {alarm.key, *alarm.also} >= {key("game", "slot-1"), key("provider", "studio-1")}
    assert (alarm.start, alarm.end, alarm.count) == (house.hour - HOUR, house.hour, 8)
    assert alarm.expected < 1
    assert alarm.expected < alarm.upper < 8
    assert alarm.p < alarm.level < 0.001
    assert list(raised.complaints) == numbers
    assert raised.silent_until == house.hour + COOL_DOWN
    assert (raised.told_at, raised.message_id) == (house.clock(), "message-1")
    assert mail.letter_id == f"{raised.id}/rise"
    assert all(number in mail.text for number in numbers)


def test_the_team_of_the_category_that_rose_with_it_is_written_to(house: House) -> None:
    house.burst()
    by_the_clock(house)
    [raised], [mail] = house.alarms.alarms(), house.mailer.reached
    assert key("category", "bonuses") in {raised.alarm.key, *raised.alarm.also}
    assert mail.to == "payments@example.test"


def test_without_a_category_the_first_team_is_written_to(house: House) -> None:
    house.burst()
    [raised] = looked(house)
    game = replace(raised.alarm, key=key("game", "slot-1"), also=(key("provider", "studio-1"),))
    assert watching.owner(REGION, game) is REGION.teams[0]
    account = replace(raised.alarm, key=key("category", "bonuses"), also=(key("category", "account"),))
    assert watching.owner(REGION, account).id == "payments"


def test_the_same_hour_is_looked_at_once(house: House) -> None:
    house.burst()
    assert by_the_clock(house) == 1
    house.clock.move(600)
    assert by_the_clock(house) == 0
    assert len(house.alarms.alarms()) == len(house.mailer.reached) == 1


def test_two_who_look_at_once_raise_it_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one comes between this one's reading and its writing, and counts one complaint more."""
    house.burst()
    add = AlarmTable.add

    def second(table: AlarmTable, pack: str, until: datetime, raised: list[Raised]) -> None:
        monkeypatch.setattr(AlarmTable, "add", add)
        house.burst(1)
        assert len(watch(house.desk, PACK, 1)) == 1
        add(table, pack, until, raised)

    monkeypatch.setattr(AlarmTable, "add", second)
    assert looked(house) == []
    assert [one.alarm.count for one in house.alarms.alarms()] == [13]


def test_two_who_tell_at_once_send_one_letter(house: House) -> None:
    house.burst()
    [raised] = looked(house)
    others: list[bool] = []
    house.mailer.meanwhile = lambda: others.append(tell(house.desk, raised))
    assert tell(house.desk, raised)
    assert (others, len(house.mailer.reached)) == ([False], 1)


@pytest.mark.parametrize("permanent", [True, False])
def test_a_letter_that_is_refused_is_tried_by_the_next_run_and_sent_once(
    house: House, *, permanent: bool
) -> None:
    house.burst()
    house.mailer.answers = [MailRefused("AccountSuspended", permanent=permanent)]
    assert by_the_clock(house) == 0
    assert len(untold(house.desk)) == 1
    house.clock.move(3600)
    assert by_the_clock(house) == 1
    house.clock.move(3600)
    assert by_the_clock(house) == 0
    assert len(house.mailer.reached) == 2


def test_a_letter_whose_fate_nobody_knows_goes_again_when_its_claim_is_over(house: House) -> None:
    house.burst()
    house.mailer.answers = [LostAnswer()]
    [raised] = looked(house)
    with pytest.raises(LostAnswer):
        tell(house.desk, raised)
    house.clock.move(watching.CLAIM.total_seconds() - 1)
    assert not tell(house.desk, raised)
    house.clock.move(1)
    assert tell(house.desk, raised)
    assert len(house.mailer.reached) == 2


def test_it_is_tried_for_two_days_and_stays_on_record(house: House) -> None:
    house.burst()
    looked(house)
    house.clock.move(TOLD_FOR.total_seconds())
    assert len(untold(house.desk)) == 1
    house.clock.move(1)
    assert untold(house.desk) == []
    assert len(house.alarms.alarms()) == 1


def test_what_was_told_is_silent_for_two_days_and_so_is_what_rose_with_it(house: House) -> None:
    house.burst()
    assert by_the_clock(house) == 1
    told = house.clock.at
    house.clock.at = told + COOL_DOWN - HOUR
    house.burst(400)
    assert by_the_clock(house) == 0
    house.clock.at = told + COOL_DOWN
    assert by_the_clock(house) == 1
    assert len(house.alarms.alarms()) == 2


def test_another_brand_rises_by_itself(house: House) -> None:
    south = replace(REGION.brands[0], id="southlight", name="Southlight")
    house.region = replace(REGION, brands=(*REGION.brands, south))
    house.quiet(brand="southlight")
    house.burst()
    assert {one.alarm.key.brand for one in looked(house)} == {"northlight"}


def test_a_brand_that_is_gone_is_looked_at_no_more(house: House) -> None:
    house.burst()
    house.region = replace(REGION, brands=(replace(REGION.brands[0], id="southlight"),))
    assert looked(house) == []


def test_a_licence_is_looked_at_alone(house: House) -> None:
    house.burst()
    assert watch(house.desk, "sandbox", 2) == []
    assert len(watch(house.desk, PACK, 2)) == 1


def test_less_than_a_week_says_nothing_about_what_is_usual(table: Table) -> None:
    young = House(table, Clock(datetime.now(UTC).replace(minute=40, second=0, microsecond=0)))
    young.quiet(6)
    young.burst()
    assert looked(young) == []


def test_a_quiet_house_has_no_alarm(house: House) -> None:
    house.burst(1)
    assert looked(house) == []


def test_an_hour_is_looked_at_when_what_was_received_in_it_is_counted(house: House) -> None:
    house.burst()
    house.clock.at = house.hour + SETTLED - timedelta(seconds=1)
    assert looked(house) == []
    house.clock.move(1)
    assert len(looked(house)) == 1


def test_a_clock_that_missed_some_hours_still_sees_the_burst(house: House) -> None:
    house.burst()
    house.clock.at += 3 * HOUR
    [raised] = looked(house)
    assert raised.alarm.start <= house.hour - 4 * HOUR < raised.alarm.end == house.hour


def test_of_many_complaints_some_are_named_and_the_rest_are_counted(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "MOST_NAMED", 5)
    numbers = house.complain(7)
    [raised] = looked(house)
    assert (list(raised.complaints), raised.more) == (numbers[:5], 2)
    assert MOST_NAMED == 50


def test_complaints_of_the_hour_that_are_about_something_else_are_not_named(house: House) -> None:
    about = house.complain(6)
    house.complain(1, game="slot-2")
    [raised] = looked(house)
    game = replace(raised.alarm, key=key("game", "slot-1"))
    assert list(watching._complaints(house.desk, PACK, game)) == about


def test_who_looked_further_is_not_overtaken(house: House) -> None:
    looked(house)
    for until in (house.hour, house.hour - HOUR):
        with pytest.raises(VersionConflict):
            house.alarms.add(PACK, until, ())
    assert house.alarms.looked(PACK) == house.hour


def test_the_table_forgets_alarms_after_two_years(house: House) -> None:
    house.burst()
    looked(house)
    items = house.table.client.scan(TableName=house.table.name)["Items"]
    [stored] = [one for one in items if one["sk"]["S"].startswith("ALARM#")]
    assert int(stored["expires_at"]["N"]) == int((house.hour + timedelta(days=731)).timestamp())


def test_the_list_is_paged_the_latest_first_and_of_brands_alone(house: House) -> None:
    house.burst()
    [raised] = looked(house)
    for back in (1, 2):
        alarm = replace(raised.alarm, end=raised.alarm.end - back * COOL_DOWN)
        house.alarms.add("sandbox", house.hour - (9 - back) * HOUR, [replace(raised, alarm=alarm)])
    seen, place = [], None
    while True:
        [one], place = listed(house.alarms, {"northlight"}, 1, place)
        seen.append(one.alarm.end)
        if place is None:
            break
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 3
    assert listed(house.alarms, {"southlight"}, 25, None) == ([], None)
