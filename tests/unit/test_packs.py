"""The shipped packs say what their sources say, no more, and give the dates computed by hand.

The tables are written from the sources, not from the packs: a reviewer reads them beside the law.
"""

import json
from collections.abc import Iterable, Iterator
from copy import replace
from datetime import date, datetime
from typing import Any

import pytest

from redress.domain import clock, packs
from redress.domain.clock import Interval
from redress.domain.packs import RulePackInvalid
from redress.domain.reading import FOLDER
from redress.domain.rulepack import Deadline, ExternalBody, Length, RulePack, Sourced

OPERATORS = {"mt": {"final": {"amount": 10, "unit": "calendar_days"}}}  # what the law leaves to the operator
JURISDICTIONS = [pack for pack in packs.known() if pack != "sandbox"]
EVERY_VERSION = [(pack, version) for pack in JURISDICTIONS for version in range(len(packs.history(pack)))]
EU = {"dk-spillemyndigheden", "ee", "es-dgoj", "fr-anj", "mt", "pl", "pt"}

FOUND = {"O": "sourced_official", "S": "sourced_secondary", "R": "recalled", "N": "not_found"}

# pack | clock | kind amount unit, the first day | starts at | found, strength
DEADLINES = """
gb-ukgc | ack                         | duty 24 hours                     | received            | O should
gb-ukgc | final                       | duty 8 weeks, day one             | received            | O must
gb-ukgc | filing_window               | player_limit 6 months             | incident            | O should
gb-ukgc | adr opens_when              | gateway 8 weeks, day one          | received            | O must
gb-ukgc | adr referral_limit          | player_limit 12 months            | final_response_sent | S must
gb-ukgc | adr operator_reply          | duty 10 business days             | complete_file_at_adr | S should

es-dgoj | ack                         | nothing                           |                     | N house
es-dgoj | house ack                   | duty 24 hours                     | received            | N house
es-dgoj | final                       | duty 1 month                      | registered          | O must
es-dgoj | filing_window               | player_limit 3 months             | incident            | O must
es-dgoj | dgoj opens_when             | gateway 1 month                   | registered          | O must
es-dgoj | dgoj decision_time          | external_body 2 months            | complete_file_at_adr | O must

us-mi-mgcb | ack                      | nothing                           |                     | N house
us-mi-mgcb | house ack                | duty 24 hours                     | received            | N house
us-mi-mgcb | final                    | duty 10 calendar days             | received            | O must
us-mi-mgcb | filing_window            | nothing                           |                     | N house

dk-spillemyndigheden | ack            | nothing                           |                     | N house
dk-spillemyndigheden | house ack      | duty 24 hours                     | received            | N house
dk-spillemyndigheden | interim        | notice_trigger 14 calendar days   | received            | O must
dk-spillemyndigheden | final          | nothing                           |                     | N must
dk-spillemyndigheden | house final    | duty 14 calendar days             | received            | N house
dk-spillemyndigheden | filing_window  | nothing                           |                     | N house

fr-anj | ack                          | nothing                           |                     | N house
fr-anj | house ack                    | duty 24 hours                     | received            | N house
fr-anj | final                        | nothing                           |                     | N house
fr-anj | house final                  | duty 18 calendar days             | sent_by_player      | N house
fr-anj | filing_window                | nothing                           |                     | N house
fr-anj | mediator opens_when          | gateway 20 calendar days          | sent_by_player      | O must
fr-anj | mediator referral_limit      | player_limit 12 months            | sent_by_player      | O must

km-anjouan | ack                      | nothing                           |                     | N must
km-anjouan | house ack                | duty 24 hours                     | received            | N house
km-anjouan | final                    | duty 30 calendar days             | received            | O must
km-anjouan | filing_window            | nothing                           |                     | N house
km-anjouan | adr opens_when           | gateway 30 calendar days          | received            | O must

ca-on-igo | ack                       | nothing                           |                     | N house
ca-on-igo | house ack                 | duty 24 hours                     | received            | N house
ca-on-igo | final                     | nothing                           |                     | N must
ca-on-igo | house final               | duty 30 calendar days             | operator_aware      | N house
ca-on-igo | filing_window             | nothing                           |                     | N house
ca-on-igo | igo opens_when            | gateway 90 calendar days          | operator_aware      | O must
ca-on-igo | report quarterly          | duty 30 calendar days             | period_end          | S must

cw-cga | ack                          | duty 1 week                       | received            | S must
cw-cga | final                        | duty 4 weeks                      | received            | S must
cw-cga | final of safer_gambling      | duty 5 business days              | received            | S must
cw-cga | filing_window                | player_limit 6 months             | incident            | S must
cw-cga | adr decision_time            | external_body 90 calendar days    | complete_file_at_adr | S must

ee | ack                              | nothing                           |                     | N house
ee | house ack                        | duty 24 hours                     | received            | N house
ee | final                            | duty 15 calendar days             | received            | O must
ee | filing_window                    | nothing                           |                     | N house
ee | komisjon operator_reply          | duty 14 calendar days             | complete_file_at_adr | O must
ee | komisjon decision_time           | external_body 90 calendar days    | complete_file_at_adr | O should

us-az | ack                           | nothing                           |                     | N house
us-az | house ack                     | duty 24 hours                     | received            | N house
us-az | final                         | duty 10 calendar days             | received            | O must
us-az | filing_window                 | nothing                           |                     | N house

pt | ack                              | nothing                           |                     | N house
pt | house ack                        | duty 24 hours                     | received            | N house
pt | final                            | duty 15 business days             | platform_posted     | O must
pt | filing_window                    | nothing                           |                     | N house
pt | report event                     | duty 15 calendar days             | received            | S must

pl | ack                              | nothing                           |                     | N house
pl | house ack                        | duty 24 hours                     | received            | N house
pl | final                            | deemed_outcome 14 calendar days   | received            | S must
pl | house final                      | duty 14 calendar days             | received            | N house
pl | filing_window                    | nothing                           |                     | N house

mt | ack                              | nothing                           |                     | N house
mt | house ack                        | duty 24 hours                     | received            | N house
mt | final                            | nothing                           |                     | N must
mt | filing_window                    | nothing                           |                     | N house
"""

# What else the sources say: pack | what | value | found, strength. A pack has none but these.
RULES = """
gb-ukgc | distinguishes a dispute          | yes                  | O must
gb-ukgc | languages                        | marketing_languages  | O should
gb-ukgc | adr is free                      | yes                  | O must
gb-ukgc | adr scope                        | at most 1000000 GBP  | S must
gb-ukgc | pause awaiting_player_info       | yes                  | R should
gb-ukgc | pause tells the player           | yes                  | R should
es-dgoj | languages                        | official             | O must
us-mi-mgcb | writing is required           | yes                  | O must
us-mi-mgcb | records are kept              | 5 years              | S must
dk-spillemyndigheden | may be rejected if incomplete | yes       | O must
dk-spillemyndigheden | forbrugerombudsmanden scope | marketing   | O must
fr-anj | mediator is free                  | yes                  | S must
fr-anj | mediator scope                    | in fr                | O must
ca-on-igo | distinguishes a dispute        | yes                  | O must
cw-cga | distinguishes a dispute           | yes                  | S must
cw-cga | languages                         | player_preference    | S must
cw-cga | adr is free                       | yes                  | S must
cw-cga | extension of final                | 4 weeks              | S must
cw-cga | extension of final, safer_gambling | 2 weeks             | S must
ee | komisjon is free                      | yes                  | O must
ee | komisjon scope                        | in et                | O must
pt | records are kept                      | 3 years              | S must
pt | e-livro is free                       | yes                  | O must
pt | e-livro scope                         | in pt en             | O must
mt | distinguishes a dispute               | yes                  | S must
mt | adr is free                           | yes                  | S must
"""

# What the law asks of letters: pack | letter | medium or what it must contain | found, strength.
LETTERS = """
gb-ukgc | ack              | procedure_copy | S must
gb-ukgc | final_upheld     | writing | O must
gb-ukgc | final_upheld     | decision end_of_internal_process <referral> | O must
gb-ukgc | final_rejected   | writing | O must
gb-ukgc | final_rejected   | decision end_of_internal_process <referral> | O must
gb-ukgc | deadlock         | writing | O must
gb-ukgc | deadlock         | decision end_of_internal_process <referral> | O must
gb-ukgc | resolved_summary | writing | O must
gb-ukgc | resolved_summary | decision end_of_internal_process | O must
es-dgoj | final_upheld     | measure_and_scope reasons contract_clause | O must
es-dgoj | final_rejected   | measure_and_scope reasons contract_clause | O must
us-mi-mgcb | final_upheld   | writing | O must
us-mi-mgcb | final_upheld   | regulator_route | O must
us-mi-mgcb | final_rejected | writing | O must
us-mi-mgcb | final_rejected | regulator_route | O must
dk-spillemyndigheden | holding | expected_date | O must
cw-cga | ack              | process_explained expected_date | S must
cw-cga | extension        | writing | S must
cw-cga | final_upheld     | writing | S must
cw-cga | final_upheld     | decision reasons | S must
cw-cga | final_rejected   | writing | S must
cw-cga | final_rejected   | decision reasons | S must
us-az | final_upheld      | writing | O must
us-az | final_upheld      | regulator_route | O must
us-az | final_rejected    | writing | O must
us-az | final_rejected    | regulator_route | O must
pl | final_upheld         | durable_medium | S must
pl | final_rejected       | durable_medium | S must
""".replace("<referral>", "external_body_name external_body_contact external_scope_limits")

# What the authorities are told: pack | when | what | found, strength.
REPORTS = """
gb-ukgc | on_return  | formal_complaints of_which_disputes of_which_to_adr | O must
gb-ukgc | on_request | records_of_complaints | O must
gb-ukgc | event      | change_of_adr | O must
us-mi-mgcb | event   | unresolved_complaint response | O must
ca-on-igo | quarterly | disputes_unresolved_for_90_days details age | S must
ca-on-igo | event    | what_the_notification_matrix_asks | O must
cw-cga | half_yearly | volumes outcomes adr legal_actions | S must
pt | event           | original_sheet_of_the_paper_book | S must
mt | monthly         | disputes conclusions | S must
"""

# What silence does, and the languages that must be offered or that the outside body alone needs.
SILENCE = {
    "gb-ukgc": "gateway_opens",
    "es-dgoj": "gateway_opens",
    "dk-spillemyndigheden": "regulator_may_be_told",
    "fr-anj": "gateway_opens",
    "km-anjouan": "gateway_opens",
    "ca-on-igo": "gateway_opens",
    "pl": "deemed_accepted",
}
LANGUAGES = {"es-dgoj": (("es",), ()), "fr-anj": ((), ("fr",)), "ee": ((), ("et",))}
LANGUAGES |= {"cw-cga": (("en",), ()), "pt": ((), ("pt", "en"))}

# What counsel has to supply or confirm: each mandatory value that nobody found, and each that is recalled.
GAPS = {
    "gb-ukgc": "pause: recalled; retention",
    "es-dgoj": "ack; retention; route is free",
    "us-mi-mgcb": "ack; filing window; route is free; route opens",
    "dk-spillemyndigheden": "ack; final; filing window; retention; route is free; route opens",
    "fr-anj": "ack; final; filing window; retention",
    "km-anjouan": "ack; filing window; retention; route is free",
    "ca-on-igo": "ack; final; filing window; retention; route is free",
    "cw-cga": "retention; route opens",
    "ee": "ack; filing window; retention; route opens",
    "us-az": "ack; filing window; retention; route is free; route opens",
    "pt": "ack; filing window; route is free; route opens",
    "pl": "ack; filing window; retention; no route",
    "mt": "ack; final; filing window; retention; route opens",
}


def shipped(pack_id: str) -> RulePack:
    """The current version of a pack, with what its operator has to set."""
    own = OPERATORS.get(pack_id)
    return packs.load_pack(pack_id, None, json.dumps(own) if own else "")


def as_written(pack_id: str, version: int = -1) -> RulePack:
    """A version of a pack as its file has it, the last by default."""
    return packs.read_unchecked(packs.history(pack_id)[version])


def rows(table: str) -> list[list[str]]:
    """The cells of a table, its blank lines left out."""
    return [[" ".join(cell.split()) for cell in line.split("|")] for line in table.splitlines() if line]


def test_the_tables_name_every_pack_of_this_release() -> None:
    assert set(JURISDICTIONS) == {row[0] for row in rows(DEADLINES)} == set(GAPS)
    assert len(JURISDICTIONS) == 13


def test_the_readme_has_a_line_for_every_pack_with_its_zone() -> None:
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert {line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| `")} >= {
        f"`{pack_id}` {as_written(pack_id).timezone}" for pack_id in packs.known()
    }


@pytest.mark.parametrize(("pack_id", "version"), EVERY_VERSION)
def test_a_pack_has_the_deadlines_of_its_sources_and_no_other(pack_id: str, version: int) -> None:
    expected = {row[1]: row[2:] for row in rows(DEADLINES) if row[0] == pack_id}
    found = {name: _deadline_row(rule) for name, rule in _deadlines(as_written(pack_id, version))}
    assert found == expected


@pytest.mark.parametrize(("pack_id", "version"), EVERY_VERSION)
def test_a_pack_has_the_other_rules_of_its_sources_and_no_other(pack_id: str, version: int) -> None:
    expected = {row[1]: row[2:] for row in rows(RULES) if row[0] == pack_id}
    found = {name: [said, _found(rule)] for name, said, rule in _rules(as_written(pack_id, version))}
    assert found == expected


@pytest.mark.parametrize(("pack_id", "version"), EVERY_VERSION)
def test_a_pack_asks_of_letters_and_reports_what_its_sources_ask(pack_id: str, version: int) -> None:
    pack = as_written(pack_id, version)
    letters = [
        [str(kind), " ".join(said) if isinstance(said, tuple) else said, _found(rule)]
        for kind, letter in pack.letters.items()
        for rule in (letter.medium, letter.must_contain)
        if (said := rule.value)
    ]
    assert letters == [row[1:] for row in rows(LETTERS) if row[0] == pack_id]
    reports = [
        [report.cadence, " ".join(report.content.value or ()), _found(report.content)]
        for report in pack.reports
    ]
    assert reports == [row[1:] for row in rows(REPORTS) if row[0] == pack_id]


@pytest.mark.parametrize("pack_id", JURISDICTIONS)
def test_a_pack_says_what_silence_does_and_which_languages_are_asked_for(pack_id: str) -> None:
    pack = as_written(pack_id)
    assert pack.silence_effect == SILENCE.get(pack_id, "none")
    languages = (pack.languages.must_offer, pack.languages.external_body_only)
    assert languages == LANGUAGES.get(pack_id, ((), ()))


@pytest.mark.parametrize("pack_id", JURISDICTIONS)
def test_the_house_keeps_the_player_informed_and_refers_in_time(pack_id: str) -> None:
    house = as_written(pack_id).house
    fortnight = Length(amount=14, unit="calendar_days")
    assert (house.progress_every, house.feedback_window) == (fortnight, fortnight)
    assert house.deadlock_before == Length(amount=1, unit="business_days")


@pytest.mark.parametrize("pack_id", packs.known())
def test_a_compiled_pack_is_the_same_as_the_written_one(pack_id: str) -> None:
    for document in packs.history(pack_id):
        assert packs.read_unchecked(json.loads(json.dumps(document))) == packs.read_unchecked(document)


@pytest.mark.parametrize("pack_id", JURISDICTIONS)
def test_what_is_recalled_or_was_not_found_is_listed_for_counsel(pack_id: str) -> None:
    assert "; ".join(_gaps(as_written(pack_id))) == GAPS[pack_id]


@pytest.mark.parametrize("pack_id", JURISDICTIONS)
def test_nothing_is_said_to_be_verified_or_read_that_nobody_read(pack_id: str) -> None:
    pack = as_written(pack_id)
    assert pack.signoff is None
    assert [source for source in pack.sources.values() if source.seen_on] == []
    assert all(source.url == "" or source.url.startswith("https://") for source in pack.sources.values())


@pytest.mark.parametrize("pack_id", JURISDICTIONS)
def test_each_source_is_used_by_a_rule(pack_id: str) -> None:
    for document in packs.history(pack_id):
        text = json.dumps(document)
        assert [key for key in document["sources"] if f'"source": "{key}"' not in text] == []


@pytest.mark.parametrize("pack_id", JURISDICTIONS)
def test_no_letter_links_to_the_closed_platform_of_the_union(pack_id: str) -> None:
    for letter in as_written(pack_id).letters.values():
        assert "odr_link" in letter.banned
        law = letter.must_not_contain
        assert _found(law) == ("S must" if pack_id in EU else "N house")
        assert law.value == (("odr_link",) if pack_id in EU else None)


@pytest.mark.parametrize("pack_id", packs.known())
def test_every_pack_acknowledges_within_a_day_unless_the_law_gives_another_time(pack_id: str) -> None:
    owed = shipped(pack_id).owed("ack")
    assert owed.value is not None
    day = Length(amount=24, unit="hours")
    assert owed.value.length == day or owed.confidence != "not_found"


@pytest.mark.parametrize("pack_id", packs.known())
def test_every_pack_warns_and_escalates_twice_before_the_final_date(pack_id: str) -> None:
    house = shipped(pack_id).house
    assert [level.level for level in house.escalations] == [1, 2]
    first, second = (level.at.percent for level in house.escalations)
    assert first in {45, 60}
    assert second in {None, 60, 85}  # Great Britain: 7 days before
    before = {str(mark.before) for mark in house.warnings["final"] if mark.before}
    assert before <= {"2 business days"}
    assert {mark.percent for mark in house.warnings["final"]} >= ({30} if pack_id == "sandbox" else {50, 80})


# --- Dates computed by hand: the number of the vector, the pack, the clock, the anchor, the due instant ----

VECTORS = """
1   | gb-ukgc    | ack                    | 2026-03-28T20:00+00:00 | 2026-03-29T20:00Z
2   | gb-ukgc    | ack                    | 2026-10-24T20:00+01:00 | 2026-10-25T19:00Z
3   | gb-ukgc    | final                  | 2026-03-02T23:30+00:00 | 2026-04-26T23:00Z
3   | gb-ukgc    | adr opens_when         | 2026-03-02T23:30+00:00 | 2026-04-26T23:00Z
6   | gb-ukgc    | adr operator_reply     | 2026-12-18T15:00+00:00 | 2027-01-07T00:00Z
7   | gb-ukgc    | adr referral_limit     | 2028-02-29T12:00+00:00 | 2029-03-01T00:00Z
8   | es-dgoj    | final                  | 2026-01-31T12:00+01:00 | 2026-02-28T23:00Z
8   | es-dgoj    | dgoj opens_when        | 2026-01-31T12:00+01:00 | 2026-02-28T23:00Z
9   | es-dgoj    | filing_window          | 2026-01-31T12:00+01:00 | 2026-04-30T22:00Z
10  | es-dgoj    | final                  | 2028-01-30T12:00+01:00 | 2028-02-29T23:00Z
11  | es-dgoj    | final                  | 2026-07-01T00:30+02:00 | 2026-08-01T22:00Z
12  | fr-anj     | mediator opens_when    | 2026-03-15T22:30+01:00 | 2026-04-04T22:00Z
12  | fr-anj     | house final            | 2026-03-15T22:30+01:00 | 2026-04-02T22:00Z
13  | dk-spillemyndigheden | interim      | 2026-10-20T23:15+02:00 | 2026-11-03T23:00Z
13  | dk-spillemyndigheden | house final  | 2026-10-20T23:15+02:00 | 2026-11-03T23:00Z
14  | us-mi-mgcb | final                  | 2026-12-22T23:30-05:00 | 2027-01-02T05:00Z
15  | km-anjouan | final                  | 2026-12-02T00:30+03:00 | 2027-01-01T21:00Z
15  | km-anjouan | adr opens_when         | 2026-12-02T00:30+03:00 | 2027-01-01T21:00Z
16  | ca-on-igo  | igo opens_when         | 2026-01-15T23:00-05:00 | 2026-04-16T04:00Z
17  | cw-cga     | ack                    | 2026-04-23T10:00-04:00 | 2026-05-01T04:00Z
18  | cw-cga     | final                  | 2026-04-23T10:00-04:00 | 2026-05-22T04:00Z
19  | cw-cga     | final of safer_gambling | 2026-04-23T10:00-04:00 | 2026-05-05T04:00Z
20  | pt         | final                  | 2026-12-11T12:00+00:00 | 2027-01-06T00:00Z
22  | pl         | final                  | 2026-10-18T12:00+02:00 | 2026-11-02T23:00Z
22  | pl         | house final            | 2026-10-18T12:00+02:00 | 2026-10-30T23:00Z
23  | ee         | final                  | 2026-12-10T12:00+02:00 | 2026-12-25T22:00Z
"""


@pytest.mark.parametrize(
    ("pack_id", "name", "anchor", "expected"),
    [pytest.param(*row[1:], id=f"{row[0]} {row[1]} {row[2]}") for row in rows(VECTORS)],
)
def test_a_pack_gives_the_date_computed_by_hand(pack_id: str, name: str, anchor: str, expected: str) -> None:
    pack = shipped(pack_id)
    assert _due(pack, dict(_deadlines(pack))[name].value, anchor) == datetime.fromisoformat(expected)


def test_5_in_great_britain_a_pause_moves_the_way_to_adr_and_not_the_duty() -> None:
    pack, anchor = shipped("gb-ukgc"), "2026-03-02T23:30+00:00"
    pause = Interval(
        start=datetime.fromisoformat("2026-03-10T09:30Z"), end=datetime.fromisoformat("2026-03-20T16:45Z")
    )
    assert pack.paused_clocks("awaiting_player_info") == {"adr"}
    moved = _due(pack, _route(pack).opens_when.value, anchor, pauses=[pause])
    assert moved == datetime.fromisoformat("2026-05-06T23:00Z")


def test_18_in_curacao_four_weeks_may_become_eight_by_a_written_notice_in_time() -> None:
    pack = shipped("cw-cga")
    extension = pack.extension("final", "payments")
    assert extension is not None
    assert extension.by.value is not None
    assert (extension.max_times, extension.needs, extension.must_be_sent_before_due) == (
        1,
        ("written_notice",),
        True,
    )
    due = _due(pack, pack.deadline("final"), "2026-04-23T10:00-04:00", extensions=[extension.by.value])
    assert due == datetime.fromisoformat("2026-06-19T04:00Z")


@pytest.mark.parametrize("category", ["safer_gambling", "responsible_gambling"])
def test_in_curacao_safer_gambling_has_its_own_time_by_either_name_and_its_own_extension(
    category: str,
) -> None:
    pack = shipped("cw-cga")
    deadline, extension = pack.deadline("final", category), pack.extension("final", category)
    assert deadline is not None
    assert extension is not None
    assert (str(deadline.length), str(extension.by.value)) == ("5 business days", "2 weeks")
    assert (extension.max_times, extension.needs) == (1, ("written_notice",))


@pytest.mark.parametrize("pack_id", sorted(set(JURISDICTIONS) - {"cw-cga"}))
def test_no_other_pack_lets_a_date_be_extended(pack_id: str) -> None:
    assert shipped(pack_id).extensions == ()


@pytest.mark.parametrize("pack_id", sorted(set(JURISDICTIONS) - {"gb-ukgc"}))
def test_no_other_pack_lets_a_clock_be_stopped(pack_id: str) -> None:
    assert shipped(pack_id).pauses == ()


# --- What each deadline does when it passes ----------------------------------------------------------------


def test_silence_in_denmark_owes_the_player_a_date_and_a_reason() -> None:
    pack = shipped("dk-spillemyndigheden")
    notice = pack.deadline("interim")
    assert notice is not None
    assert "send_holding_letter" in notice.on_breach
    assert {"expected_date", "reasons"} <= {*pack.letter("holding").blocks}


def test_silence_in_poland_accepts_the_complaint_and_the_house_answers_before() -> None:
    pack = shipped("pl")
    deemed = pack.deadline("final")
    assert deemed is not None
    assert (pack.silence_effect, deemed.on_breach[0]) == ("deemed_accepted", "mark_deemed_accepted")
    assert (deemed.rollover, pack.house.targets["final"].rollover) == (
        "next_business_day",
        "previous_business_day",
    )


def test_michigan_hears_of_an_answer_that_is_late() -> None:
    deadline = shipped("us-mi-mgcb").deadline("final")
    assert deadline is not None
    assert "report_regulator" in deadline.on_breach


@pytest.mark.parametrize("pack_id", JURISDICTIONS)
def test_the_outside_route_opens_early_only_where_the_sources_say_so(pack_id: str) -> None:
    by_answer = {"es-dgoj", "us-mi-mgcb", "fr-anj", "ca-on-igo", "cw-cga", "us-az"}
    early = {"gb-ukgc": {"deadlock", "final_response"}} | {key: {"final_response"} for key in by_answer}
    route = shipped(pack_id).route
    assert {*(route.opens_early_on if route else ())} == early.get(pack_id, set())


@pytest.mark.parametrize(
    ("pack_id", "blocks"),
    [
        ("es-dgoj", {"measure_and_scope", "reasons", "contract_clause", "regulator_route", "court_right"}),
        ("us-mi-mgcb", {"regulator_route", "external_body_contact"}),
        ("us-az", {"regulator_route"}),
        ("fr-anj", {"external_body_name", "external_body_contact", "external_body_url"}),
        ("km-anjouan", {"external_body_name", "external_body_contact"}),
        ("ca-on-igo", {"decision", "case_reference", "external_body_name", "regulator_route"}),
        ("cw-cga", {"decision", "reasons", "external_body_contact", "external_is_free"}),
        ("mt", {"external_is_free", "court_right"}),
    ],
)
@pytest.mark.parametrize("letter", ["final_upheld", "final_rejected"])
def test_the_final_letter_says_what_the_sources_ask_for(pack_id: str, letter: str, blocks: set[str]) -> None:
    assert blocks <= {*shipped(pack_id).letter(letter).blocks}


@pytest.mark.parametrize("pack_id", packs.known())
def test_no_letter_promises_that_the_outside_route_is_free_unless_the_sources_do(pack_id: str) -> None:
    pack = shipped(pack_id)
    asked = any("external_is_free" in letter.blocks for letter in pack.letters.values())
    assert not asked or _route(pack).free.value is True


# --- Malta: the operator's own time-frame --------------------------------------------------------------


def test_malta_does_not_load_until_the_operator_has_set_its_time_frame() -> None:
    with pytest.raises(RulePackInvalid, match=r"stages\.final\.deadline: .*\[operator\.rules\.mt\.final\]"):
        packs.load_pack("mt")


def test_malta_counts_by_what_the_operator_set() -> None:
    deadline = shipped("mt").deadline("final")
    assert deadline is not None
    assert (str(deadline.length), deadline.kind, deadline.anchor) == ("10 calendar days", "duty", "received")


# --- Great Britain: two versions -----------------------------------------------------------------------


def test_great_britain_has_two_versions_whose_deadlines_are_equal_and_whose_sources_are_not() -> None:
    earlier, later = as_written("gb-ukgc", 0), as_written("gb-ukgc")
    assert (earlier.version, later.version) == ("2015.1", "2026.1")
    assert (earlier.valid_to, later.valid_from, later.valid_to) == (date(2026, 4, 5), date(2026, 4, 6), None)
    assert _bare(earlier) == _bare(later)
    assert "2015 ADR Regulations" in earlier.sources["adr"].citation
    assert "DMCC Act 2024, Part 4 Chapter 4" in later.sources["adr"].citation
    for old, new in zip(earlier.external_bodies, later.external_bodies, strict=True):
        assert old.free.source != new.free.source
        assert old.opens_when.source != new.opens_when.source


def test_both_versions_of_great_britain_ask_the_same_of_letters_and_promise_the_same() -> None:
    earlier, later = as_written("gb-ukgc", 0), as_written("gb-ukgc")
    for kind in later.letters:
        assert earlier.letter(kind).blocks == later.letter(kind).blocks
        assert earlier.letter(kind).banned == later.letter(kind).banned
    assert earlier.house == later.house


@pytest.mark.parametrize(
    ("received", "version"),
    [
        ("2026-04-05T22:59:59Z", "2015.1"),  # the last second of 5 April in London
        ("2026-04-05T23:00:00Z", "2026.1"),
        ("2026-04-05T23:30:00Z", "2026.1"),  # still 5 April in UTC
        ("2026-04-06T12:00:00Z", "2026.1"),
        ("2019-12-31T12:00:00Z", "2015.1"),  # before the first version: never without rules
        ("2040-01-01T12:00:00Z", "2026.1"),
    ],
)
def test_the_local_day_of_receipt_picks_the_version(received: str, version: str) -> None:
    day = clock.local_day(datetime.fromisoformat(received), "Europe/London")
    assert packs.valid_on("gb-ukgc", day).version == version


@pytest.mark.parametrize("pack_id", packs.known())
def test_no_two_versions_of_a_pack_hold_on_one_day(pack_id: str) -> None:
    assert packs.history(pack_id)[-1]["version"] == shipped(pack_id).version


# --- The sandbox: every mechanism in seconds ------------------------------------------------------------


def test_in_the_sandbox_every_mechanism_can_be_tried_in_seconds() -> None:
    pack = shipped("sandbox")
    assert {name: " | ".join(_deadline_row(rule)) for name, rule in _deadlines(pack)} == {
        "ack": "duty 10 seconds | received | O must",
        "final": "duty 40 seconds | received | O must",
        "final of safer_gambling": "duty 30 seconds | received | O must",
        "adr opens_when": "gateway 40 seconds | received | O must",
        "adr referral_limit": "player_limit 15 seconds | final_response_sent | O must",
        "adr operator_reply": "duty 10 seconds | complete_file_at_adr | O must",
        "adr decision_time": "external_body 20 seconds | complete_file_at_adr | O must",
    }


def test_the_sandbox_binds_as_a_law_would_and_says_that_it_is_none() -> None:
    pack = shipped("sandbox")
    found = {name: _found(rule) for name, _, rule in _rules(pack)}
    assert found.pop("adr is free") == "N house"
    assert found == dict.fromkeys(
        [
            "pause awaiting_player_info",
            "pause police",
            "pause tells the player",
            "pause max_single",
            "extension of final",
        ],
        "O must",
    )
    (source,) = pack.sources.values()
    assert source.citation == "Rule of a made-up jurisdiction, for demos and tests: no law"
    rules = [rule for _, rule in _deadlines(pack)] + [rule for _, _, rule in _rules(pack)]
    assert {rule.source for rule in rules if rule.strength == "must"} == {source}


def test_in_the_sandbox_a_question_stops_the_clocks_for_ten_seconds_at_most_and_police_without_end() -> None:
    pack = shipped("sandbox")
    question, police = pack.pause("final", "awaiting_player_info"), pack.pause("adr", "police")
    assert question is not None
    assert police is not None
    assert (question.max_single.value, question.must_notify_player.value) == (
        Length(amount=10, unit="seconds"),
        True,
    )
    assert question.resume_on == ("player_reply", "max_reached")
    assert (police.max_single.value, police.max_total.value, police.resume_on) == (None, None, ())
    assert pack.paused_clocks("police") == pack.paused_clocks("awaiting_player_info") == {"final", "adr"}
    assert pack.paused_clocks("court") == frozenset()


def test_in_the_sandbox_the_final_date_may_be_extended_once_by_a_letter_in_time() -> None:
    extension = shipped("sandbox").extension("final", "bonuses")
    assert extension is not None
    assert (str(extension.by.value), extension.max_times, extension.must_be_sent_before_due) == (
        "20 seconds",
        1,
        True,
    )
    assert extension.needs == ("written_notice", "reasons", "new_date")


# --- Reading a pack for the tables ----------------------------------------------------------------------

_BODY = ("opens_when", "referral_limit", "operator_reply", "decision_time")


def _deadlines(pack: RulePack) -> Iterator[tuple[str, Sourced[Deadline]]]:
    """Stages and filing window, known or not, and every other deadline that has a value."""
    yield from ((str(key), stage.deadline) for key, stage in pack.stages.items())
    if pack.id != "sandbox":
        yield "filing_window", pack.intake.filing_window
    yield from ((name, rule) for name, rule in _other_deadlines(pack) if rule.value)


def _other_deadlines(pack: RulePack) -> Iterator[tuple[str, Sourced[Deadline]]]:
    for track in pack.categories:
        yield from ((f"{key} of {track.match[0]}", stage.deadline) for key, stage in track.stages.items())
    yield "quick_resolution", pack.taxonomy.quick_resolution
    for body in pack.external_bodies:
        yield from ((f"{body.key} {name}", getattr(body, name)) for name in _BODY)
    yield from ((f"report {report.cadence}", report.due) for report in pack.reports)
    yield from ((f"house {key}", Sourced(value=target)) for key, target in pack.house.targets.items())


def _deadline_row(rule: Sourced[Deadline]) -> list[str]:
    deadline = rule.value
    if deadline is None:
        return ["nothing", "", _found(rule)]
    first = ", day one" if deadline.count_start == "include_anchor_day" else ""
    return [f"{deadline.kind} {deadline.length}{first}", deadline.anchor, _found(rule)]


def _found(rule: Sourced[Any]) -> str:
    tag = next(tag for tag, confidence in FOUND.items() if confidence == rule.confidence)
    return f"{tag} {rule.strength}"


def _rules(pack: RulePack) -> Iterator[tuple[str, str, Sourced[Any]]]:
    """What the law says besides deadlines, letters and reports: name, value in words, rule."""
    for name, rule in _named_rules(pack):
        if rule.value is not None:
            yield name, _words(rule.value), rule


def _named_rules(pack: RulePack) -> Iterator[tuple[str, Sourced[Any]]]:
    yield "distinguishes a dispute", pack.taxonomy.distinguishes_dispute
    yield "may be rejected if incomplete", pack.intake.may_reject_if_incomplete
    yield "writing is required", pack.intake.writing_required
    yield "records are kept", pack.records.retention
    yield "languages", pack.languages.rule
    for body in pack.external_bodies:
        yield f"{body.key} is free", body.free
        yield f"{body.key} scope", body.scope
    for pause in pack.pauses:
        yield f"pause {', '.join(pause.reasons)}", pause.allowed
        yield "pause tells the player", pause.must_notify_player
        yield "pause max_single", pause.max_single
        yield "pause max_total", pause.max_total
    for extension in pack.extensions:
        yield ", ".join([f"extension of {extension.of}", *extension.categories[:1]]), extension.by


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if hasattr(value, "since"):
        return f"{value.amount} {value.unit}"
    if not hasattr(value, "max_binding_amount_minor"):
        return str(value)
    most = value.max_binding_amount_minor
    languages = f"in {' '.join(value.languages)}" if value.languages else " ".join(value.categories)
    return f"at most {most} {value.currency}" if most else languages


def _gaps(pack: RulePack) -> Iterable[str]:
    mandatory: list[tuple[str, Sourced[Any]]] = [
        ("ack", pack.rule("ack")),
        ("final", pack.rule("final")),
        ("filing window", pack.intake.filing_window),
        *(("pause", pause.allowed) for pause in pack.pauses),
        ("retention", pack.records.retention),
    ]
    if pack.route:
        mandatory += [("route is free", pack.route.free), ("route opens", pack.route.opens_when)]
    for name, rule in mandatory:
        if rule.confidence in ("recalled", "not_found"):
            yield f"{name}: recalled" if rule.confidence == "recalled" else name
    if pack.route is None:
        yield "no route"


def _bare(pack: RulePack) -> dict[str, tuple[Deadline | None, str, str]]:
    """The deadlines without the sources that they cite."""
    return {
        name: (rule.value and replace(rule.value, source=""), rule.confidence, rule.strength)
        for name, rule in _deadlines(pack)
    }


def _route(pack: RulePack) -> ExternalBody:
    assert pack.route is not None
    return pack.route


def _due(
    pack: RulePack,
    deadline: Deadline | None,
    anchor: str,
    pauses: Iterable[Interval] = (),
    extensions: Iterable[Length] = (),
) -> datetime | None:
    assert deadline is not None
    found = clock.due(
        deadline,
        datetime.fromisoformat(anchor),
        zone=pack.timezone,
        calendar=pack.calendar,
        pauses=pauses,
        extensions=tuple(extensions),
    )
    return found.due_at
