"""Three years under seven licences: whatever is reported of them is what a recount of their events says.

Some thousand complaints here; `make history` takes 100,000, and the cluster alarm with them.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from redress.domain.counting import counts
from redress.usecases.count import renamed
from tests.support.three_years import alarm
from tests.support.three_years.__main__ import jobs
from tests.support.three_years.compared import (
    CADENCES,
    PERIODS,
    Compared,
    Licence,
    lived,
    of_figures,
    of_register,
    of_returns,
)
from tests.support.three_years.house import END, HOUSE, LICENCES, START, planted, receipts
from tests.support.three_years.lives import histories

COMPLAINTS, SEED = 2_000, 5
RETURNS_SINCE = "2028"
"""The returns of the last year, in which what came before is still open: the others take a minute more."""
MANY = 400
WITH_MANY = (
    *("ComplaintReceived training=True", "Closed reason=spam", "Released", "LinkedAsDuplicate", "Withdrawn"),
    *("Reopened ground=disputed", "Reopened ground=new_information", "Recategorised", "ReferredToAdr"),
    *("AdrOutcomeRecorded outcome=rejected", "AdrOutcomeRecorded outcome=upheld", "TriageOverruled"),
    *("RedressPaid currency=GBP", "RedressPaid currency=EUR", "FeedbackGiven", "Escalated"),
    *("MilestoneReached breach=True", "PersonalDataErased"),
    *("CauseFound cause=slow_bank", "CauseFound cause=payment_provider_delay"),
)
"""What happens where there are so many complaints."""
SIZES = {one.pack: one.size for one in jobs(COMPLAINTS, SEED, None)}


@pytest.fixture(
    scope="module",
    params=[pytest.param(pack, marks=pytest.mark.xdist_group(pack)) for pack in LICENCES],
)
def licence(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Licence]:
    """A licence with its part of the complaints."""
    pack = str(request.param)
    found = lived(pack, SIZES[pack], SEED, tmp_path_factory.mktemp(pack) / "histories")
    yield found
    found.archive.close()


def differences(found: Iterator[Compared]) -> tuple[int, list[str]]:
    """How many totals were compared, and which differ."""
    every = list(found)
    return sum(one.totals for one in every), [words for one in every for words in one.differences]


class TestEqual:
    def test_every_figure_of_every_period_is_what_the_events_say(self, licence: Licence) -> None:
        compared, wrong = differences(of_figures(licence))
        assert compared > 100 * len(PERIODS)
        assert wrong == []

    def test_every_return_of_the_last_year_is_what_the_events_say(self, licence: Licence) -> None:
        compared, wrong = differences(one.compared for one in of_returns(licence, RETURNS_SINCE))
        owed = [one for report in HOUSE.pack(licence.pack).reports for one in CADENCES[report.cadence]]
        assert compared >= sum(period >= RETURNS_SINCE for period in owed)
        assert wrong == []

    def test_all_that_may_happen_to_complaints_happens(self, licence: Licence) -> None:
        kinds = Counter(words for events in licence.events("") for one in events for words in _words(one))
        for what in (
            *("ComplaintReceived", "Acknowledged", "Triaged", "DecisionApproved", "LetterSent", "Closed"),
            *(WITH_MANY if SIZES[licence.pack] >= MANY else ()),
            *(("DeadlockDeclared",) if licence.pack == "gb-ukgc" else ()),
        ):
            assert kinds[what], what

    def test_the_register_has_a_row_for_each(self, licence: Licence) -> None:
        assert differences(iter([of_register(licence)]))[1] == []


class TestSeen:
    """An error would be seen: the recount is no echo."""

    def test_a_complaint_that_is_counted_twice_is_seen(self, tmp_path: Path) -> None:
        one = lived("mt", 30, SEED, tmp_path / "histories")
        life = next(told.life for told in histories("mt", 30, SEED) if not told.life.complaint.training)
        one.counters.add(counts(life.records, life.rules, renamed(HOUSE)))
        _, wrong = differences(of_figures(one))
        one.archive.close()
        assert any("total received" in words for words in wrong)

    def test_a_complaint_that_no_return_reads_is_seen(self, tmp_path: Path) -> None:
        one = lived("cw-cga", 30, SEED, tmp_path / "histories")
        counted = [next(of_returns(one)).compared.differences]
        of_half = [number for number, filed in one.archive.index.items() if filed.listed.received_at < END]
        for number in of_half[:25]:
            filed = one.archive.index[number]
            one.archive.index[number] = filed._replace(listed=filed.listed.__replace__(jurisdiction="mt"))
        counted.append(next(of_returns(one)).compared.differences)
        one.archive.close()
        assert [bool(found) for found in counted] == [False, True]


class TestHistory:
    def test_the_same_seed_tells_the_same_story_and_another_one_does_not(self) -> None:
        first, again, other = (
            [told.life.head for told in islice(histories("pt", 12, seed), 8)] for seed in (1, 1, 2)
        )
        assert first == again
        assert not set(first) & set(other)

    def test_so_many_come_as_were_asked_for_and_some_about_the_midnights_that_matter(self) -> None:
        found = receipts("ca-on-igo", 700, SEED)
        assert len(found) == 700
        assert all(START <= one.at < END for one in found)
        at_midnight = [one.at for one in found if (one.at.hour, one.at.minute) in {(3, 59), (4, 0), (5, 0)}]
        assert len(at_midnight) > 40

    def test_a_large_licence_has_rises_and_a_small_one_none_that_could_be_seen(self) -> None:
        assert len(planted("gb-ukgc", 30_000, SEED)) > 30
        assert planted("pt", 300, SEED) == []


class TestAlarm:
    def test_what_is_found_is_told_by_how_large_it_was(self) -> None:
        told = alarm.Told(true=2, false=1, rises=(alarm.Found(40, 3.0), alarm.Found(20, None)))
        found = list(alarm.lines([told]))
        assert "| 30 to 59 | 1 | 1 | 100% | 3 |" in found
        assert "| 15 to 29 | 1 | 0 | 0% | - |" in found
        assert "| all | 2 | 1 | 50% | 3 |" in found
        assert found[-1].endswith("2 true and 1 false alarms: precision 67%")


def _words(event: Mapping[str, Any]) -> Iterator[str]:
    """Its type, alone and with each thing that it tells."""
    yield event["type"]
    yield from (f"{event['type']} {name}={value}" for name, value in event["data"].items())
