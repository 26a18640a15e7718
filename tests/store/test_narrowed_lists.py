"""Lists that filters narrow: nothing is lost between pages, and what a request costs has a bound."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from redress.domain import instants
from redress.domain import number as complaint_number
from redress.store import keys
from redress.store.lists import COUNTED, MOST, READS, Item, listed
from redress.store.table import Table
from redress.usecases.ports import EVERYTHING, Listed, Narrow, Page, Total
from tests.support import tables
from tests.support.narrowing import fits
from tests.support.races import calls_of

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MANY = 2_500

type Lister = Callable[[Table, int, str | None, Narrow], Page]


def listers(whose: str) -> dict[str, Lister]:
    """The three lists that the same complaints are in."""
    return {
        "queue": lambda table, *asked: table.list_queue(whose, *asked),
        "register": lambda table, *asked: table.list_register(whose, *asked),
        "player": lambda table, *asked: table.list_player(whose, *asked),
    }


LISTERS = listers("crowd")


def state(place: int, whose: str = "crowd", begin: int = 0, **texts: str | None) -> dict[str, Any]:
    """A STATE item in a queue, a register and a player's list, as `append` writes it."""
    number = complaint_number.from_random(begin + place)
    at = instants.to_text(NOW + timedelta(minutes=place // 3))  # three at the same instant
    shown = {
        "pk": keys.complaint(number),
        "sk": keys.STATE,
        "number": number,
        "stage": "investigating",
        "brand": "northlight",
        "jurisdiction": "sandbox",
        "category": "bonuses",
        "received_at": at,
        "register": whose,
        "player": whose,
        "queue": keys.queue(whose),
        "queue_order": f"{0 if texts.get('needs_human') else 1}#{texts.get('due_at') or at}",
        **texts,
    }
    item = {name: {"S": text} for name, text in shown.items() if text is not None}
    return {**item, "version": {"N": "2"}, "generation": {"N": "1"}}


def store(table: Table, items: Sequence[Item]) -> None:
    """Write items, 25 in a call."""
    for begin in range(0, len(items), 25):
        puts = [{"PutRequest": {"Item": item}} for item in items[begin : begin + 25]]
        table.client.batch_write_item(RequestItems={table.name: puts})  # type: ignore[dict-item]  # plain items


def leaf_through(lister: Lister, table: Table, limit: int, narrow: Narrow) -> list[Page]:
    """Every page of a list; a list that never ends fails."""
    pages = [lister(table, limit, None, narrow)]
    while pages[-1].cursor:
        assert len(pages) < 2 * MANY
        pages.append(lister(table, limit, pages[-1].cursor, narrow))
    return pages


@pytest.fixture(scope="module")
def shared() -> Iterator[Table]:
    """A table for small lists, each under a name of its own."""
    with mock_aws():
        client = boto3.client("dynamodb", region_name="eu-west-2")
        tables.make(client)
        yield Table(client, tables.NAME)


@pytest.fixture(scope="module")
def crowd(shared: Table) -> Table:
    """A queue, a register and a player with 2,500 complaints; the last one is the only critical one."""
    tables.make(shared.client, "crowd")
    table = Table(shared.client, "crowd")
    severities = ["low"] * (MANY - 1) + ["critical"]
    store(table, [state(place, severity=one) for place, one in enumerate(severities)])
    return table


class TestWhatManyMatchesCost:
    """What holds for 2,500 holds for 100,000: no number here depends on how many there are."""

    @pytest.mark.parametrize("name", LISTERS)
    def test_a_page_without_filters_is_one_call(self, crowd: Table, name: str) -> None:
        with calls_of(crowd.client) as sent:
            page = LISTERS[name](crowd, 25, None, Narrow(brands=("northlight",)))
        assert (sent, len(page.items)) == (["Query"], 25)

    @pytest.mark.parametrize("name", LISTERS)
    def test_a_page_of_a_filter_that_all_match_is_one_call(self, crowd: Table, name: str) -> None:
        with calls_of(crowd.client) as sent:
            page = LISTERS[name](crowd, 100, None, Narrow(stages=("investigating",), unassigned=True))
        assert (sent, len(page.items)) == (["Query"], 100)
        assert page.cursor

    @pytest.mark.parametrize("name", LISTERS)
    def test_a_filter_that_matches_nothing_ends_within_the_bound_with_a_cursor(
        self, crowd: Table, name: str
    ) -> None:
        with calls_of(crowd.client) as sent:
            page = LISTERS[name](crowd, 25, None, Narrow(severity="high"))
        assert sent == ["Query"] * READS
        assert page.items == ()
        assert page.cursor

    @pytest.mark.parametrize(("limit", "calls"), [(1, READS), (1_000, 1)])
    def test_the_bound_holds_for_any_limit(self, crowd: Table, limit: int, calls: int) -> None:
        with calls_of(crowd.client) as sent:
            page = crowd.list_queue("crowd", limit, None, Narrow(brands=("southlight",)))
        assert (len(sent), page.items, bool(page.cursor)) == (calls, (), True)

    def test_what_few_match_is_found_in_as_many_pages_as_the_bound_makes(self, crowd: Table) -> None:
        with calls_of(crowd.client) as sent:
            pages = leaf_through(LISTERS["queue"], crowd, 25, Narrow(severity="critical"))
        assert [len(page.items) for page in pages] == [0, 0, 0, 0, 1]
        assert len(pages) == MANY / MOST
        assert len(sent) <= READS * len(pages)

    def test_a_total_stops_at_its_cap(self, crowd: Table) -> None:
        with calls_of(crowd.client) as sent:
            page = crowd.list_queue("crowd", 25, None, Narrow(brands=("northlight",)), total=True)
        assert page.total == Total(count=COUNTED, at_least=True)
        assert sent == ["Query", "Query"]

    def test_a_total_of_what_few_match_is_exact_where_the_list_is_read_to_its_end(self, crowd: Table) -> None:
        with calls_of(crowd.client) as sent:
            page = crowd.list_register("crowd", 25, None, Narrow(severity="critical"), total=True)
        assert page.total == Total(count=1, at_least=False)
        assert len(sent) <= 2 * READS

    def test_a_total_that_is_not_read_to_its_end_says_so(
        self, crowd: Table, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("redress.store.lists.COUNTED", 100)
        page = crowd.list_queue("crowd", 25, None, Narrow(severity="high"), total=True)
        assert page.total == Total(count=0, at_least=True)

    def test_what_is_overdue_is_read_no_further_than_now(self, crowd: Table) -> None:
        narrow = Narrow(overdue_at=NOW - timedelta(minutes=1))
        with calls_of(crowd.client) as sent:
            page = crowd.list_queue("crowd", 25, None, narrow, total=True)
        assert page == Page(items=(), cursor=None, total=Total(count=0, at_least=False))
        assert sent == ["Query", "Query"]


def test_what_did_not_fit_on_a_page_is_on_the_next(shared: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("redress.store.lists.LOOK", 12)
    severities = ("low", "high") * 15
    items = [state(place, "halves", 9 * MANY, severity=one) for place, one in enumerate(severities)]
    store(shared, items)
    for lister in listers("halves").values():
        pages = leaf_through(lister, shared, 4, Narrow(severity="low"))
        assert [len(page.items) for page in pages] == [4, 4, 4, 3]
        assert len({one.number for page in pages for one in page.items}) == 15


WEIGHTS = st.fixed_dictionaries(
    {
        "stage": st.sampled_from(["investigating", "resolved"]),
        "brand": st.sampled_from(["northlight", "southlight"]),
        "category": st.sampled_from(["bonuses", "account"]),
        "severity": st.sampled_from(["low", "high", None]),
        "priority": st.sampled_from(["1", "3", None]),
        "assignee": st.sampled_from(["person-1", "person-2", None]),
        "needs_human": st.sampled_from(["yes", None]),
        "due_at": st.sampled_from([None, *(instants.to_text(NOW + timedelta(hours=h)) for h in (-1, 0, 1))]),
        "not_for": st.sampled_from([None, " person-1 ", " person-11  person-2 "]),
        "lease_until": st.sampled_from([instants.to_text(NOW + timedelta(hours=h)) for h in (-1, 0, 1)]),
    }
)


def _perhaps(*values: object) -> st.SearchStrategy[object]:
    """Mostly nothing, so that a list is not narrowed to nothing."""
    return st.sampled_from([None, None, None, *values])


NARROWS = st.builds(
    Narrow,
    brands=_perhaps(("northlight",), ("northlight", "southlight")),
    stages=_perhaps(("investigating",), ("investigating", "resolved")),
    category=_perhaps("bonuses"),
    severity=_perhaps("low"),
    priority=_perhaps(3),
    needs_human=st.none() | st.booleans(),
    assignee=_perhaps("person-1"),
    unassigned=st.sampled_from([False, False, True]),
    overdue_at=_perhaps(NOW),
    free_at=_perhaps(NOW),
    open_to=_perhaps("person-1"),
)

_examples = count(10)


@settings(max_examples=15, suppress_health_check=list(HealthCheck))
@given(
    weights=st.lists(WEIGHTS, min_size=10, max_size=18),
    narrow=st.sampled_from([EVERYTHING, Narrow(stages=("investigating",))]) | NARROWS,
    limit=st.integers(1, 9),
    look=st.integers(1, 9),
)
def test_paging_shows_exactly_what_fits_each_once_and_in_order(
    shared: Table, weights: list[dict[str, str | None]], narrow: Narrow, limit: int, look: int
) -> None:
    """Of any list, with any filters; calls look at so few items that pages end early, too."""
    example = next(_examples)
    whose = f"example-{example}"
    items = [
        state(place, whose, example * MANY, lease_holder="person-9", **told)
        for place, told in enumerate(weights)
    ]
    store(shared, items)
    wanted = {one.number for one in map(listed, items) if fits(one, narrow)}
    with pytest.MonkeyPatch.context() as bounds:
        bounds.setattr("redress.store.lists.LOOK", look)
        bounds.setattr("redress.store.lists.MOST", READS * look)
        for name, lister in listers(whose).items():
            pages = leaf_through(lister, shared, limit, narrow)
            shown = [one for page in pages for one in page.items]
            assert sorted(one.number for one in shown) == sorted(wanted)
            assert all(len(page.items) <= limit for page in pages)
            order = [_place(name, one) for one in shown]
            assert order == sorted(order, reverse=name != "queue")


def _place(name: str, one: Listed) -> tuple[bool, datetime]:
    if name == "queue":
        return not one.needs_human, one.due_at or one.received_at
    return True, one.received_at
