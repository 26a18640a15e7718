"""How many complaints came from one source in a day: counted with each of them, in the same call."""

from copy import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from redress.domain import number as complaint_number
from redress.domain.commands import Submit
from redress.domain.correspondence import LetterKind
from redress.store import keys
from redress.store.table import Table
from redress.usecases.caps import caps
from redress.usecases.ports import Cap, Request, RequestSeen, SentBefore, VersionConflict
from redress.usecases.resend_link import resend_link
from redress.usecases.submit_complaint import submit_complaint
from tests.support.complaints import PLAYER, REGION, submit
from tests.support.desks import Clock, Office
from tests.support.races import RacingTable, calls_of

DAY = date(2026, 3, 2)
EXPIRES = datetime(2026, 3, 5, tzinfo=UTC)
SOURCE = Cap(source="a" * 32, day=DAY, most=2, expires_at=EXPIRES)
OTHER = Cap(source="b" * 32, day=DAY, most=9, expires_at=EXPIRES)


def bring(office: Office, key: str, *counted: Cap, command: Submit | None = None) -> str:
    request = Request(
        client="portal", key=key, fingerprint=key, expires_at=office.clock() + timedelta(days=1)
    )
    sent = command or submit()
    return submit_complaint(office.intake, sent, PLAYER, request, "player-1", counted).number


def suspicions(table: Table, number: str) -> tuple[str, ...]:
    return table.load(number).complaint.suspicions


def count(table: Table, cap: Cap) -> int:
    key = {"pk": {"S": keys.cap(cap.source, cap.day)}, "sk": {"S": keys.CAP}}
    found = table.client.get_item(TableName=table.name, Key=key)
    return int(found["Item"]["count"]["N"]) if "Item" in found else 0


def test_an_intake_that_is_counted_is_still_one_call(office: Office, table: Table) -> None:
    with calls_of(table.client) as sent:
        number = bring(office, "1", SOURCE, OTHER)
    assert sent == ["TransactWriteItems"]
    assert suspicions(table, number) == ()
    assert (count(table, SOURCE), count(table, OTHER)) == (1, 1)


def test_what_is_over_the_cap_is_stored_suspected_and_counted(office: Office, table: Table) -> None:
    honest = [bring(office, str(one), SOURCE, OTHER) for one in range(2)]
    with calls_of(table.client) as sent:
        many = bring(office, "3", SOURCE, OTHER)
    assert sent == ["TransactWriteItems"] * 2
    assert [suspicions(table, one) for one in [*honest, many]] == [(), (), ("many",)]
    assert (count(table, SOURCE), count(table, OTHER)) == (3, 3)
    assert [task.task for task in table.load(many).complaint.open_tasks] == ["check_suspicion"]


def test_what_was_suspected_before_keeps_its_suspicion(office: Office, table: Table) -> None:
    full = Cap(source="c" * 32, day=DAY, most=1, expires_at=EXPIRES)
    bring(office, "1", full)
    command = Submit(**{**vars(submit()), "suspicions": ("honeypot",)})
    assert suspicions(table, bring(office, "2", full, command=command)) == ("honeypot", "many")


def test_the_same_form_twice_is_counted_once(office: Office, table: Table) -> None:
    assert bring(office, "1", SOURCE) == bring(office, "1", SOURCE)
    assert count(table, SOURCE) == 1


def test_the_same_form_twice_is_the_same_complaint_even_at_the_cap(office: Office, table: Table) -> None:
    first = bring(office, "1", SOURCE)
    bring(office, "2", SOURCE)
    assert bring(office, "1", SOURCE) == first
    assert count(table, SOURCE) == 2


def test_another_day_counts_anew_and_the_old_count_expires(office: Office, table: Table) -> None:
    for one in range(2):
        bring(office, str(one), SOURCE)
    tomorrow = Cap(**{**vars(SOURCE), "day": DAY + timedelta(days=1)})
    assert suspicions(table, bring(office, "3", tomorrow)) == ()
    key = {"pk": {"S": keys.cap(SOURCE.source, DAY)}, "sk": {"S": keys.CAP}}
    item = table.client.get_item(TableName=table.name, Key=key)["Item"]
    assert item["expires_at"] == {"N": str(int(EXPIRES.timestamp()))}


def test_two_at_the_cap_at_once_are_both_stored_and_one_is_suspected(table: Table, clock: Clock) -> None:
    one = Cap(source="d" * 32, day=DAY, most=1, expires_at=EXPIRES)
    first = Office(table, clock)
    racing = RacingTable(table.client, table.name, meanwhile=[lambda: bring(first, "1", one)])
    number = bring(Office(racing, clock), "2", one)
    assert suspicions(table, number) == ("many",)
    assert count(table, one) == 2


class Contended(RacingTable):
    """A table on which somebody else always writes the count."""

    def append(self, batch: object) -> None:
        """Fail as DynamoDB does for an item that another transaction holds."""
        if batch.caps:  # type: ignore[attr-defined]
            raise VersionConflict
        super().append(batch)  # type: ignore[arg-type]


def test_a_flood_that_keeps_its_own_count_busy_refuses_nobody(table: Table, clock: Clock) -> None:
    number = bring(Office(Contended(table.client, table.name), clock), "1", SOURCE)
    assert suspicions(table, number) == ("many",)


ASKED = {"brand": "northlight", "account": "Player-1", "email": "P@example.test", "network": "192.0.2.7"}


def sources(secret: bytes = b"secret", day: date = DAY, **changes: str) -> list[str]:
    return [one.source for one in caps(secret, REGION, day, **{**ASKED, **changes})]


def test_address_account_and_network_each_count() -> None:
    assert [one.most for one in caps(b"secret", REGION, DAY, **ASKED)] == [5, 5, 50]
    assert len(set(sources())) == 3
    assert len(sources(account=" ", network="")) == 1


def test_another_spelling_is_the_same_source() -> None:
    assert sources(email=" p@EXAMPLE.test ", account="player-1 ") == sources()


def test_nobody_finds_an_address_in_it_without_the_secret_nor_the_same_source_on_another_day() -> None:
    assert not set(ASKED.values()) & set(sources())
    assert not set(sources(b"other")) & set(sources())
    assert not set(sources(day=DAY + timedelta(days=1))) & set(sources())


class TestLostLink:
    """Whether there is such a complaint shows in no answer, and not in the calls either."""

    EMAIL = "PERSONAL-MARK@example.test"
    CALLS = ("GetItem", "Query", "TransactWriteItems")

    @pytest.fixture
    def number(self, office: Office) -> str:
        return office.receive()

    def ask(self, office: Office, table: Table, number: str, email: str, key: str = "key") -> list[str]:
        request = Request(
            client="portal", key=key, fingerprint=key, expires_at=office.clock() + timedelta(days=1)
        )
        with calls_of(table.client) as sent:
            resend_link(office.desk, number, email, request)
        return sent

    @pytest.mark.parametrize(
        ("email", "is_known"),
        [(EMAIL, True), ("other@example.test", True), (EMAIL, False)],
        ids=["theirs", "another address", "no such complaint"],
    )
    def test_the_calls_are_the_same(
        self, office: Office, table: Table, number: str, email: str, *, is_known: bool
    ) -> None:
        asked = number if is_known else complaint_number.from_random(99)
        assert self.ask(office, table, asked, email) == list(self.CALLS)

    def test_the_fourth_of_a_day_makes_the_same_calls_and_changes_nothing(
        self, office: Office, table: Table, number: str
    ) -> None:
        for key in "123":
            self.ask(office, table, number, self.EMAIL, key)
            office.send(number, LetterKind.PRIVATE_LINK)
        before = table.load(number).complaint.version
        assert self.ask(office, table, number, self.EMAIL, "4") == list(self.CALLS)
        assert table.load(number).complaint.version == before

    def test_what_led_to_nothing_is_remembered_as_well(self, office: Office, table: Table) -> None:
        request = Request(
            client="portal", key="key", fingerprint="f", expires_at=office.clock() + timedelta(days=1)
        )
        table.remember(request, "0000-0001-Y", office.clock())
        with pytest.raises(RequestSeen):
            table.remember(request, "0000-0001-Y", office.clock())


SAYING = replace(SOURCE, content="c" * 32)


def test_the_same_content_twice_in_a_row_is_told_and_nothing_is_stored(office: Office, table: Table) -> None:
    bring(office, "1", SAYING, OTHER)
    with calls_of(table.client) as sent, pytest.raises(SentBefore):
        bring(office, "2", SAYING, OTHER)
    assert sent == ["TransactWriteItems"]
    assert (count(table, SOURCE), count(table, OTHER)) == (1, 1)


def test_another_content_or_none_is_taken(office: Office, table: Table) -> None:
    for key, counted in {"1": SAYING, "2": replace(SAYING, content="d" * 32), "3": SOURCE}.items():
        number = bring(office, key, counted)
    assert suspicions(table, number) == ("many",)  # the third of two that may be


def test_the_same_content_over_the_cap_is_told_too(office: Office, table: Table) -> None:
    full = replace(SAYING, most=1)
    bring(office, "1", full)
    with pytest.raises(SentBefore):
        bring(office, "2", full)
    other = bring(office, "3", replace(full, content="e" * 32))
    assert suspicions(table, other) == ("many",)


def test_the_same_request_gets_its_answer_though_its_content_is_known(office: Office) -> None:
    first = bring(office, "1", SAYING)
    assert bring(office, "1", SAYING) == first
