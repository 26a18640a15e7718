"""Corrective actions: their ids, their order, and that each is done once."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redress.domain import actions, number
from redress.domain.actions import CorrectiveAction
from redress.domain.errors import ActionDone
from redress.usecases.actions import ActionDesk, listed
from redress.usecases.ports import Request
from tests.support.complaints import HANDLER, T0

BITS = st.integers(0, 2**actions.RANDOM_BITS - 1)
DAYS = st.dates(date(2026, 1, 1), date(2026, 1, 9)).map(date.isoformat)


def opened(value: int, due_on: str = "2026-04-30", done_on: str | None = None) -> CorrectiveAction:
    """An action of some number."""
    return CorrectiveAction(
        id=actions.from_random(value),
        title="Rewrite the terms",
        cause="unclear_terms",
        owner="payments",
        due_on=due_on,
        opened_at=T0,
        opened_by=HANDLER,
        done_on=done_on,
    )


class Kept:
    """A register in memory."""

    def __init__(self, known: Sequence[CorrectiveAction]) -> None:
        self.known = {one.id: one for one in known}

    def actions(self) -> Sequence[CorrectiveAction]:
        """In their order, as the store gives them."""
        return sorted(self.known.values(), key=lambda one: one.place)

    def action(self, action: str) -> CorrectiveAction | None:
        """One of them."""
        return self.known.get(action)

    def add(self, action: CorrectiveAction, request: Request, now: datetime) -> None:
        """Keep it."""
        del request, now
        self.known[action.id] = action

    def complete(self, action: CorrectiveAction, request: Request, now: datetime) -> None:
        """Keep it as it is now."""
        self.add(action, request, now)


class TestId:
    @given(BITS)
    def test_it_is_read_in_whatever_way_it_was_typed(self, value: int) -> None:
        written = actions.from_random(value)
        for typed in (written, written.lower(), written.replace("-", ""), f" {written[2:]} "):
            assert actions.parse(typed) == written

    @given(BITS, st.integers(2, 11), st.sampled_from(number.ALPHABET))
    def test_one_wrong_sign_is_noticed(self, value: int, place: int, sign: str) -> None:
        written = actions.from_random(value)
        wrong = written[:place] + sign + written[place + 1 :]
        if written[place] != "-" and wrong != written:
            assert actions.parse(wrong) is None

    @given(st.text())
    def test_whatever_is_sent_is_read_or_is_none(self, text: str) -> None:
        read = actions.parse(text)
        assert read is None or actions.parse(read) == read

    @pytest.mark.parametrize("text", ["", "A-", "Q-R7K3-9QXM-3", "A" * 10_000, "A-R7K3-9QXM-3-3"])
    def test_what_can_be_none_is_none(self, text: str) -> None:
        assert actions.parse(text) is None


class TestDone:
    def test_who_completed_it_when_is_kept_beside_who_opened_it(self) -> None:
        at = T0 + timedelta(days=3)
        done = actions.complete(opened(1), "2026-03-04", at, "app:back-office/manager")
        assert (done.done_on, done.completed_at, done.completed_by) == (
            "2026-03-04",
            at,
            "app:back-office/manager",
        )
        assert (done.version, done.opened_by) == (2, HANDLER)

    def test_twice_is_refused(self) -> None:
        done = actions.complete(opened(1), "2026-03-04", T0, HANDLER)
        with pytest.raises(ActionDone) as refused:
            actions.complete(done, "2026-03-05", T0, HANDLER)
        assert refused.value.done_on == "2026-03-04"


class TestList:
    @given(
        told=st.lists(st.tuples(BITS, DAYS, st.booleans()), max_size=30, unique_by=lambda one: one[0]),
        limit=st.integers(1, 7),
        done=st.sampled_from([None, True, False]),
    )
    def test_its_parts_are_the_whole_in_order(
        self, told: list[tuple[int, str, bool]], limit: int, *, done: bool | None
    ) -> None:
        known = [opened(value, due_on, due_on if is_done else None) for value, due_on, is_done in told]
        desk = ActionDesk(store=Kept(known), now=lambda: T0)
        found, after = listed(desk, limit, None, done=done)
        seen = list(found)
        while after:
            assert len(found) == limit
            found, after = listed(desk, limit, after, done=done)
            seen += found
        wanted = [one for one in known if done is None or (one.done_on is not None) == done]
        assert seen == sorted(wanted, key=lambda one: (one.due_on, one.id))

    def test_what_is_opened_meanwhile_moves_no_part(self) -> None:
        known = [opened(value, f"2026-01-0{value}") for value in (1, 3, 5)]
        found, after = listed(ActionDesk(store=Kept(known), now=lambda: T0), 2, None)
        earlier = [*known, opened(9, "2026-01-02")]
        rest, end = listed(ActionDesk(store=Kept(earlier), now=lambda: T0), 2, after)
        assert [*found, *rest] == known
        assert end is None
