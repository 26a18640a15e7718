"""What a complaint is about and what lies at its root: decisions of the domain, and what intake takes."""

from copy import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from redress.domain import commands as c
from redress.domain import events as e
from redress.domain.errors import IllegalTransition, InvalidInput
from redress.domain.stages import Stage
from redress.http.casework_bodies import CauseFinding, ComplaintSubject
from redress.http.intake import Intake, read_form
from redress.region import Cause
from tests.support.complaints import APPROVE, APPROVER, HANDLER, PROPOSE, REGION, T0, Case, at_stage

TOLD = {
    "brand": "northlight",
    "jurisdiction": "gb-ukgc",
    "category": "bonuses",
    "description": "The bonus was not paid.",
    "name": "Player Example",
    "email": "player@example.com",
}
SUBJECT = {"product": "casino", "game": "slot-1842", "provider": "studio-7", "payment_route": "card"}
IDS = ("game", "provider", "payment_route")
LISTED = replace(
    REGION,
    causes=(Cause(id="unclear_terms", name="Terms", formerly=("terms",)), Cause(id="other", name="Else")),
)
FOUND = c.FindCause(cause="unclear_terms", action="A-R7K3-9QXM-2")


def proposing(cause: c.FindCause | None) -> c.ProposeDecision:
    """The proposal, with what lies at the root."""
    return PROPOSE.__replace__(cause=cause)


class TestWithAProposal:
    @pytest.fixture
    def case(self) -> Case:
        return at_stage(Stage.INVESTIGATING)

    def test_the_cause_is_found_before_the_decision_in_one_change(self, case: Case) -> None:
        before = case.complaint.version
        case.do(proposing(FOUND), HANDLER)
        found, proposed = (record.event for record in case.records[before:])
        assert found == e.CauseFound(cause="unclear_terms", action="A-R7K3-9QXM-2")
        assert isinstance(proposed, e.DecisionProposed)
        assert (case.complaint.cause, case.complaint.corrective_action) == (FOUND.cause, FOUND.action)

    def test_one_that_is_known_is_not_found_again(self, case: Case) -> None:
        case.do(FOUND, HANDLER)
        before = case.complaint.version
        case.do(proposing(FOUND), HANDLER)
        assert [type(one.event) for one in case.records[before:]] == [e.DecisionProposed]

    def test_none_leaves_what_is_known(self, case: Case) -> None:
        case.do(FOUND, HANDLER)
        case.do(proposing(None), HANDLER)
        assert case.complaint.cause == FOUND.cause

    def test_a_proposal_that_is_refused_finds_no_cause(self, case: Case) -> None:
        case.do(PROPOSE, HANDLER)
        before = case.complaint.version
        with pytest.raises(IllegalTransition):
            case.do(proposing(FOUND), HANDLER)
        assert (case.complaint.version, case.complaint.cause) == (before, None)

    def test_it_may_be_corrected_when_the_complaint_is_decided(self, case: Case) -> None:
        case.do(proposing(FOUND), HANDLER)
        case.do(APPROVE, APPROVER)
        case.do(c.FindCause(cause="no_fault_found"), HANDLER)
        assert (case.complaint.cause, case.complaint.corrective_action) == ("no_fault_found", None)


class TestTheList:
    @pytest.mark.parametrize(
        ("told", "shown"),
        [
            ("terms", "unclear_terms"),
            ("unclear_terms", "unclear_terms"),
            ("taken_away", "taken_away"),
            (None, None),
        ],
    )
    def test_a_cause_is_shown_under_the_id_that_it_has_now(self, told: str | None, shown: str | None) -> None:
        assert LISTED.present_cause(told) == shown


def read(**told: object) -> c.Submit:
    """The command of an intake by API."""
    return Intake.read({**TOLD, **told}, region=REGION, now=T0).to_command("api", "en", REGION, T0)


class TestIntake:
    def test_what_it_is_about_is_told_by_ids(self) -> None:
        assert read(**SUBJECT).subject == c.StateSubject(**SUBJECT)

    def test_a_part_of_it_is_enough(self) -> None:
        assert read(game="slot-1842").subject == c.StateSubject(game="slot-1842")

    def test_where_nothing_is_told_nothing_is_stated(self) -> None:
        assert read().subject is None
        assert read(**dict.fromkeys(SUBJECT)).subject is None

    def test_it_is_an_event_beside_the_receipt_and_of_the_same_change(self) -> None:
        events = [type(one.event) for one in Case(read(**SUBJECT)).records]
        assert events == [e.ComplaintReceived, e.SubjectStated]

    def test_the_portals_form_does_not_ask(self) -> None:
        form = read_form({**TOLD, **SUBJECT, "nonce": "1"}, REGION, T0)
        assert [getattr(form, name) for name in SUBJECT] == [None] * len(SUBJECT)

    @pytest.mark.parametrize("model", [Intake, ComplaintSubject])
    @pytest.mark.parametrize("field", IDS)
    @pytest.mark.parametrize(
        "text",
        [
            *("Slot", "slot 1842", "player@example.com", "-slot", ".slot", "slot\n", "slöt", "", " "),
            *("slot/1", "=1+1", "a" * 65, "slot\x00", "ѕlot", "+447700900123"),
        ],
    )
    def test_no_text_gets_in(self, model: type, field: str, text: str) -> None:
        told = {**TOLD, field: text} if model is Intake else {field: text}
        with pytest.raises(InvalidInput) as refused:
            model.read(told, region=REGION, now=T0)  # type: ignore[attr-defined]  # both are read so
        assert [(one.field, one.rule) for one in refused.value.problems] == [(field, "counted_id")]
        if text.strip():
            assert text not in str(refused.value)

    @pytest.mark.parametrize(
        ("product", "rule"), [("roulette", "unknown_product"), (7, "text"), ([], "text")]
    )
    def test_a_product_is_one_of_those_of_the_rule_packs(self, product: object, rule: str) -> None:
        with pytest.raises(InvalidInput) as refused:
            read(product=product)
        assert [(one.field, one.rule) for one in refused.value.problems] == [("product", rule)]

    @given(st.from_regex(r"[a-z0-9][a-z0-9._-]{0,63}", fullmatch=True))
    def test_every_id_is_kept_as_it_is(self, told: str) -> None:
        assert ComplaintSubject.read({"game": told}).game == told


@pytest.mark.parametrize(
    ("told", "rules"),
    [
        ({}, {"cause": "required"}),
        ({"cause": 7}, {"cause": "text"}),
        ({"cause": "a\nb"}, {"cause": "control_character"}),
        ({"cause": "a" * 101}, {"cause": "text_length"}),
        ({"cause": "terms", "action": ["A-1"]}, {"action": "text"}),
        ({"cause": "terms", "because": "so"}, {"because": "unknown_field"}),
    ],
)
def test_what_is_no_finding_is_refused(told: object, rules: dict[str, str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        CauseFinding.read(told)
    assert {one.field: one.rule for one in refused.value.problems} == rules
