"""Lists: each names one index, pages through it in order, and shows nothing that could open a door."""

import base64
from collections.abc import Callable
from datetime import timedelta

import pytest

from redress.domain import commands as c
from redress.domain.correspondence import LetterKind
from redress.domain.errors import InvalidInput
from redress.store import keys
from redress.store.lists import Item
from redress.store.table import Table
from redress.usecases.ports import Narrow, Page
from tests.support import tables
from tests.support.complaints import PERSONAL, PLAYER, SYSTEM, TRIAGE, submit
from tests.support.desks import Clock, Office
from tests.support.races import calls_of

MINUTE = 60

type Lister = Callable[[int, str | None], Page]


def numbers(page: Page) -> list[str]:
    return [one.number for one in page.items]


def leaf_through(lister: Lister, limit: int) -> list[list[str]]:
    """Every page of a list."""
    page = lister(limit, None)
    pages = [numbers(page)]
    while page.cursor:
        page = lister(limit, page.cursor)
        pages.append(numbers(page))
    return pages


@pytest.fixture
def received(office: Office, clock: Clock) -> list[str]:
    """Five complaints of one player, a minute apart, all in one team's queue."""
    found = []
    for count in range(5):
        found.append(office.receive(key=f"key-{count}"))
        office.do(found[-1], TRIAGE, SYSTEM)
        clock.move(MINUTE)
    return found


@pytest.fixture
def register(received: list[str], office: Office) -> str:
    return f"sandbox#{office.complaint(received[0]).received_at:%Y-%m}"


class TestOrder:
    def test_a_queue_shows_the_earliest_due_first(self, table: Table, received: list[str]) -> None:
        assert numbers(table.list_queue("payments", 10, None)) == received

    def test_a_players_list_shows_the_latest_first(self, table: Table, received: list[str]) -> None:
        assert numbers(table.list_player("player-1", 10, None)) == received[::-1]

    def test_a_register_shows_the_latest_first(
        self, table: Table, received: list[str], register: str
    ) -> None:
        assert numbers(table.list_register(register, 10, None)) == received[::-1]

    @pytest.mark.parametrize("limit", [1, 2, 4, 5, 6])
    def test_paging_shows_every_complaint_once_and_ends(
        self, table: Table, received: list[str], limit: int
    ) -> None:
        pages = leaf_through(lambda count, cursor: table.list_queue("payments", count, cursor), limit)
        assert [one for page in pages for one in page] == received
        assert all(len(page) <= limit for page in pages)

    def test_backward_lists_page_too(self, table: Table, received: list[str], register: str) -> None:
        def lister(count: int, cursor: str | None) -> Page:
            return table.list_register(register, count, cursor)

        assert [one for page in leaf_through(lister, 2) for one in page] == received[::-1]

    def test_complaints_of_the_same_instant_are_all_shown(self, table: Table, office: Office) -> None:
        found = [office.receive(key=f"key-{count}") for count in range(5)]
        pages = leaf_through(lambda count, cursor: table.list_player("player-1", count, cursor), 2)
        assert sorted(one for page in pages for one in page) == sorted(found)

    def test_a_list_is_one_call(self, table: Table, received: list[str]) -> None:
        with calls_of(table.client) as sent:
            table.list_player("player-1", len(received), None)
        assert sent == ["Query"]


class TestWhoIsListed:
    def test_a_complaint_shows_what_lists_need(self, table: Table, received: list[str]) -> None:
        [first, *_] = table.list_queue("payments", 1, None).items
        assert (first.number, first.version, first.generation) == (received[0], 2, 1)
        assert (first.stage, first.team, first.assignee) == ("investigating", "payments", None)
        assert first.due_at == first.received_at + timedelta(seconds=10)

    def test_nobody_is_listed_before_triage(self, table: Table, office: Office) -> None:
        office.receive()
        assert table.list_queue("payments", 10, None) == Page(items=(), cursor=None)

    def test_a_closed_complaint_is_in_no_queue_but_stays_in_register_and_with_its_player(
        self, table: Table, office: Office, received: list[str], register: str
    ) -> None:
        office.do(received[0], c.Withdraw(), PLAYER)
        assert received[0] not in numbers(table.list_queue("payments", 10, None))
        assert received[0] in numbers(table.list_register(register, 10, None))
        assert received[0] in numbers(table.list_player("player-1", 10, None))

    def test_a_complaint_moves_in_its_queue_with_what_is_owed_next(
        self, table: Table, office: Office, received: list[str]
    ) -> None:
        office.send(received[0], LetterKind.ACKNOWLEDGEMENT)  # owed next: the final response, in 40 s
        one = next(i for i in table.list_queue("payments", 10, None).items if i.number == received[0])
        assert one.due_at == one.received_at + timedelta(seconds=40)

    def test_players_and_months_are_lists_of_their_own(
        self, table: Table, office: Office, received: list[str], register: str
    ) -> None:
        other = office.receive(submit("gb-ukgc"), key="other", player="player-2")
        assert numbers(table.list_player("player-2", 10, None)) == [other]
        assert numbers(table.list_register(register.replace("sandbox", "gb-ukgc"), 10, None)) == [other]
        assert other not in numbers(table.list_register(register, 10, None)) == received[::-1]


class TestCursor:
    def test_a_cursor_of_another_list_is_refused(
        self, table: Table, received: list[str], register: str
    ) -> None:
        assert received
        cursor = table.list_register(register, 2, None).cursor
        listers: tuple[Callable[[], Page], ...] = (
            lambda: table.list_register("sandbox#1999-01", 2, cursor),
            lambda: table.list_player("player-1", 2, cursor),
            lambda: table.list_queue("payments", 2, cursor),
            lambda: table.list_player(register, 2, cursor),
        )
        for lister in listers:
            with pytest.raises(InvalidInput) as refused:
                lister()
            assert [problem.field for problem in refused.value.problems] == ["cursor"]

    @pytest.mark.parametrize("cursor", ["x", "ключ", "🙂", "AAAA", "W1tb" * 1500, "__4="])
    def test_what_never_was_a_cursor_is_bad_input(
        self, table: Table, received: list[str], cursor: str
    ) -> None:
        assert received
        with pytest.raises(InvalidInput, match="cursor"):
            table.list_queue("payments", 2, cursor)

    @pytest.mark.parametrize(
        ("place", "forged"),
        [
            (0, "0" * 16),
            (1, "yesterday"),
            (1, "1#yesterday"),
            (1, "2#2026-03-02T12:00:00.000Z"),
            (1, "2026-03-02T12:00:00.000Z"),
            (2, "COMPLAINT#STATE"),
            (2, "COMPLAINT#0000-0001-Z"),
            (2, "REQUEST#0000-0001-Y"),
            (3, "EVENT#000001"),
            (3, "TASK#"),
        ],
    )
    def test_a_forged_cursor_is_bad_input(
        self, table: Table, received: list[str], place: int, forged: str
    ) -> None:
        assert received
        cursor = table.list_queue("payments", 2, None).cursor
        assert cursor
        parts = base64.urlsafe_b64decode(cursor).decode().split("\n")
        assert table.list_queue("payments", 2, base64.urlsafe_b64encode("\n".join(parts).encode()).decode())
        parts[place] = forged
        with pytest.raises(InvalidInput, match="cursor"):
            table.list_queue("payments", 2, base64.urlsafe_b64encode("\n".join(parts).encode()).decode())

    def test_a_cursor_of_other_filters_is_refused(self, table: Table, received: list[str]) -> None:
        assert received
        narrow = Narrow(unassigned=True)
        cursor = table.list_queue("payments", 2, None, narrow).cursor
        others = (Narrow(), Narrow(assignee="person-1"), Narrow(unassigned=True, brands=("northlight",)))
        for other in others:
            with pytest.raises(InvalidInput, match="cursor"):
                table.list_queue("payments", 2, cursor, other)
        assert numbers(table.list_queue("payments", 2, cursor, narrow)) == received[2:4]

    def test_a_cursor_outlives_the_complaint_it_points_to_leaving_the_list(
        self, table: Table, office: Office, received: list[str]
    ) -> None:
        cursor = table.list_queue("payments", 2, None).cursor
        office.do(received[1], c.Withdraw(), PLAYER)
        assert numbers(table.list_queue("payments", 10, cursor)) == received[2:]


class TestWhatIndexesHold:
    def everything(self, table: Table) -> list[Item]:
        """All items of all indexes."""
        return [
            item
            for index in tables.INDEXES
            for item in table.client.scan(TableName=table.name, IndexName=index)["Items"]
        ]

    def test_no_index_holds_a_token_a_key_or_a_word_of_the_player(
        self, table: Table, office: Office, received: list[str]
    ) -> None:
        table.client.update_item(
            TableName=table.name,
            Key={"pk": {"S": keys.complaint(received[0])}, "sk": {"S": keys.STATE}},
            UpdateExpression="SET #token = :token",
            ExpressionAttributeNames={"#token": "token"},
            ExpressionAttributeValues={":token": {"S": "task-token"}},
        )
        office.do(received[0], c.Reply(content={"text": PERSONAL}), PLAYER)
        found = self.everything(table)
        assert len(found) == 4 * len(received)
        assert "task-token" not in str(found)
        assert PERSONAL not in str(found)
        assert not {"token", "head", "link_version"} & {name for item in found for name in item}

    def test_only_states_are_indexed(self, table: Table, received: list[str]) -> None:
        assert received
        assert {item["sk"]["S"] for item in self.everything(table)} == {keys.STATE}
