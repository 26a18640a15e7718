"""Rules of a pack that could never be kept, or would be lost without a word: refused with the place."""

import json
from typing import Any

import pytest

from redress.domain import promises
from redress.domain.packs import load
from tests.support.written_packs import (
    BODY,
    DEADLOCK,
    EIGHT_WEEKS,
    LIMIT,
    PAUSE,
    VALUE,
    changed,
    changed_in,
    refusal,
    track,
)


class TestLettersThatCouldNeverBeWritten:
    @pytest.mark.parametrize(
        "bodies", [[BODY], [BODY | {"type": "regulator"}], [BODY | {"name": "Example Adjudication"}]]
    )
    def test_the_way_to_a_regulator_needs_a_regulator_with_a_name(self, bodies: list[Any]) -> None:
        document = changed("letters", {"final_rejected": {"also_contain": ["regulator_route"]}})
        error = refusal(document | {"external_bodies": bodies})
        assert error.path == "letters.final_rejected"
        assert "regulator_route, but no external body is a regulator with a name" in error.problem

    def test_the_way_to_a_regulator_is_found_wherever_it_stands(self) -> None:
        document = changed("letters", {"final_rejected": {"also_contain": ["regulator_route"]}})
        regulator = {"key": "regulator", "type": "regulator", "name": "Example Authority"}
        assert load(document | {"external_bodies": [BODY, regulator]}).external_body("regulator")

    def test_the_last_day_for_the_outside_route_needs_one(self) -> None:
        document = changed("letters", {"final_rejected": {"also_contain": ["referral_deadline"]}})
        error = refusal(document | {"external_bodies": [BODY]})
        assert error.path == "letters.final_rejected"
        assert "referral_deadline, but the route has no referral_limit" in error.problem
        limit = {"value": EIGHT_WEEKS | {"kind": "player_limit", "anchor": "final_response_sent"}}
        assert load(document | {"external_bodies": [BODY | {"referral_limit": limit}]}).route


DEEMED = EIGHT_WEEKS | {"kind": "deemed_outcome", "on_breach": ["mark_deemed_accepted"]}
LONGEST = {"value": {"amount": 10, "unit": "calendar_days"}}
NOTICE = EIGHT_WEEKS | {"kind": "notice_trigger", "on_breach": ["send_holding_letter"]}
ASKED = PAUSE | {"reasons": ["court", "awaiting_player_info"]}


class TestRulesThatWouldBeLost:
    """What a pack says and nothing would act on is refused: a pack is never half heard."""

    @pytest.mark.parametrize("stage", ["stage1", "stage2", "adr", "regulator"])
    @pytest.mark.parametrize(
        ("path", "value", "where"),
        [
            ("stages/{}", {"deadline": {"value": EIGHT_WEEKS}}, "stages.{}"),
            ("stages/{}", {"deadline": {"confidence": "not_found"}}, "stages.{}"),
            ("categories", [track("bonuses", **{"{}": {"value": EIGHT_WEEKS}})], "categories[0].stages.{}"),
            ("house/targets/{}", EIGHT_WEEKS, "house.targets.{}"),
        ],
    )
    def test_a_stage_of_which_no_clock_is_made(
        self, path: str, value: object, where: str, stage: str
    ) -> None:
        named = json.loads(json.dumps(value).replace("{}", stage))
        error = refusal(changed(path.format(stage), named))
        assert error.path == where.format(stage)
        assert "no clock is made of this stage" in error.problem
        assert error.remedy == "Use ack, interim or final; outside bodies go to external_bodies"

    def test_every_stage_of_which_a_clock_is_made_is_accepted(self) -> None:
        stages = {"ack": EIGHT_WEEKS, "interim": NOTICE}
        pack = load(
            changed_in({f"stages/{key}": {"deadline": {"value": one}} for key, one in stages.items()})
        )
        assert {*pack.stages} == {*promises.STAGES.values()}

    @pytest.mark.parametrize(
        ("changes", "where", "problem", "remedy"),
        [
            (
                {"categories": [track("bonuses", final={"confidence": "not_found"})]},
                "categories[0].stages.final.deadline",
                "no value, while the stage has one in general",
                "Give the value for these categories, or leave the stage out",
            ),
            (
                {VALUE: DEEMED | {"on_breach": ["notify_owner"]}, "silence_effect": "deemed_accepted"},
                "stages.final.deadline.value.on_breach",
                "deemed_outcome without mark_deemed_accepted",
                "Add mark_deemed_accepted",
            ),
            (
                {VALUE: DEEMED | {"kind": "duty"}, "silence_effect": "deemed_accepted"},
                "stages.final.deadline.value.on_breach",
                "mark_deemed_accepted, but the kind is duty",
                "Use kind deemed_outcome",
            ),
            (
                {"house/targets/final": DEEMED | {"kind": "duty"}},
                "house.targets.final.on_breach",
                "mark_deemed_accepted, but the kind is duty",
                "Use kind deemed_outcome",
            ),
            (
                {"stages/interim": {"deadline": {"value": NOTICE | {"on_breach": ["notify_owner"]}}}},
                "stages.interim.deadline.value.on_breach",
                "notice_trigger without send_holding_letter",
                "Add send_holding_letter",
            ),
            (
                {"silence_effect": "deemed_accepted"},
                "silence_effect",
                "deemed_accepted, but no stage has a deemed_outcome",
                "Use kind deemed_outcome",
            ),
            (
                {VALUE: DEEMED, "silence_effect": "none"},
                "silence_effect",
                "none, but stages.final has a deemed_outcome",
                "Use deemed_accepted",
            ),
            (
                {
                    "categories": [track("bonuses", final={"value": DEEMED})],
                    "silence_effect": "gateway_opens",
                },
                "silence_effect",
                "categories[0].stages.final has a deemed_outcome",
                "Use deemed_accepted",
            ),
            (
                {VALUE: EIGHT_WEEKS | {"satisfied_by": "received"}},
                "stages.final.deadline.value.satisfied_by",
                "can prove that it sent an answer, not that it was received",
                "Use sent, and an amount that leaves time for the way",
            ),
            (
                {"categories": [track("responsible_gambling", "gaming", final={"value": EIGHT_WEEKS})]},
                "categories[0].match",
                "none of responsible_gambling, gaming is a category of complaint",
                "Add one of: deposits_withdrawals, bonuses,",
            ),
            (
                {"categories": [track(final={"value": EIGHT_WEEKS})]},
                "categories[0].match",
                "empty: no complaint falls under it",
                "Add one of: deposits_withdrawals, bonuses,",
            ),
            (
                {"extensions": [{"of": "final", "by": LONGEST, "categories": ["responsible_gambling"]}]},
                "extensions[0].categories",
                "none of responsible_gambling is a category of complaint",
                "Add one of: deposits_withdrawals, bonuses,",
            ),
            (
                {"extensions": [{"of": "adr", "by": LONGEST}], "external_bodies": [BODY]},
                "extensions[0].of",
                "there is no clock 'adr'",
                "Use one of: final",
            ),
            (
                {"house/warnings": {"adr": [{"percent": 50}]}, "external_bodies": [BODY]},
                "house.warnings",
                "there is no clock 'adr'",
                "Use one of: final",
            ),
            (
                {"external_bodies": [BODY | DEADLOCK]},
                "external_bodies[0].referral_limit",
                "the route opens at deadlock, and a complaint would wait for its end for ever",
                "Counsel must supply the limit, or opens_early_on leaves out deadlock",
            ),
            (
                {
                    "external_bodies": [
                        BODY | DEADLOCK | {"referral_limit": {"value": LIMIT | {"anchor": "incident"}}}
                    ]
                },
                "external_bodies[0].referral_limit.value.anchor",
                "incident may never come",
                "Count from one of: received,",
            ),
            (
                {"pauses": [PAUSE | {"resume_on": ["max_reached"]}]},
                "pauses[0].resume_on",
                "max_reached, but neither max_single nor max_total has a value",
                "Give one of them, or leave max_reached out",
            ),
            (
                {"pauses": [PAUSE | {"max_single": LONGEST}]},
                "pauses[0].resume_on",
                "max_single, but the pause does not end on max_reached",
                "Add max_reached",
            ),
            (
                {"pauses": [PAUSE, PAUSE | {"max_total": LONGEST, "resume_on": []}]},
                "pauses[1].resume_on",
                "max_total, but the pause does not end on max_reached",
                "Add max_reached",
            ),
            (
                {"pauses": [ASKED | {"max_total": LONGEST, "resume_on": ["max_reached"]}]},
                "pauses[0].resume_on",
                "awaiting_player_info, but the pause does not end on player_reply",
                "Add player_reply",
            ),
        ],
    )
    def test_a_rule_that_nothing_would_act_on(
        self, changes: dict[str, object], where: str, problem: str, remedy: str
    ) -> None:
        error = refusal(changed_in(changes))
        assert (error.pack, error.path) == ("xx-test", where)
        assert problem in error.problem
        assert error.remedy.startswith(remedy)

    @pytest.mark.parametrize(
        "changes",
        [
            {VALUE: DEEMED, "silence_effect": "deemed_accepted"},
            {
                "categories": [track("bonuses", final={"value": DEEMED})],
                "silence_effect": "deemed_accepted",
            },
            {VALUE: EIGHT_WEEKS | {"satisfied_by": "decided"}},
            {VALUE: EIGHT_WEEKS | {"on_breach": ["send_holding_letter"]}},
            {"categories": [track("bonuses", ack={"confidence": "not_found"})]},
            {"categories": [track("gaming", "bonuses", final={"value": EIGHT_WEEKS})]},
            {"extensions": [{"of": "final", "by": LONGEST, "categories": ["gaming", "bonuses"]}]},
            {"external_bodies": [BODY | {"opens_early_on": ["final_response"]}]},
            {"external_bodies": [BODY, BODY | DEADLOCK | {"key": "second"}]},
            {"external_bodies": [BODY | DEADLOCK | {"referral_limit": {"value": LIMIT}}]},
            {"pauses": [PAUSE | {"resume_on": []}]},
            {"pauses": [ASKED]},
            {"pauses": [ASKED | {"max_single": LONGEST, "resume_on": ["player_reply", "max_reached"]}]},
        ],
    )
    def test_a_rule_that_is_acted_on_is_accepted(self, changes: dict[str, object]) -> None:
        assert load(changed_in(changes)).id == "xx-test"
