"""What a player tells: kept as told, or refused field by field; by form and API alike."""

import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from redress.domain import packs
from redress.domain.errors import InvalidInput
from redress.http.intake import Intake, read_form
from tests.support.complaints import NO_CURRENCY, REGION

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
TOLD: Mapping[str, Any] = {
    "brand": "northlight",
    "jurisdiction": "gb-ukgc",
    "category": "bonuses",
    "description": "The bonus was not paid.",
    "name": "Player",
    "email": "player@example.com",
}
INSTANTS = (
    *("sent_at", "received_at", "registered_at"),
    *("operator_aware_at", "platform_posted_at", "event_settled_at"),
)
YESTERDAY = "2026-06-30T12:00:00Z"
FORM: Mapping[str, str] = {
    **TOLD,
    "account": " ",
    "occurred_on": "2026-06-30",
    "amount": "25,50",
    "currency": "GBP",
    "transaction_references": "T-1, T-2\r\nT-3\r\n\r\n",
    "remedy": "Pay it.",
    "nonce": "0123456789",
}


def _read(told: object, now: datetime = NOW) -> Intake:
    return Intake.read(told, region=REGION, now=now)


def _refused(told: object, now: datetime = NOW) -> dict[str, str]:
    with pytest.raises(InvalidInput) as refused:
        _read(told, now)
    return {one.field: one.rule for one in refused.value.problems}


def _refused_form(sent: Mapping[str, str]) -> dict[str, str]:
    with pytest.raises(InvalidInput) as refused:
        read_form(sent, REGION, NOW)
    return {one.field: one.rule for one in refused.value.problems}


class TestCommand:
    def test_the_command_keeps_facts_and_content_apart(self) -> None:
        command = read_form(FORM, REGION, NOW).to_command("form", "en", REGION, NOW)
        assert (command.brand, command.jurisdiction) == ("northlight", "gb-ukgc")
        assert command.pack_version == packs.load_pack("gb-ukgc").version
        assert (command.channel, command.language) == ("form", "en")
        assert (command.occurred_on, command.amount_minor, command.currency) == ("2026-06-30", 2550, "GBP")
        assert command.content == {
            "name": "Player",
            "email": "player@example.com",
            "account": None,
            "description": "The bonus was not paid.",
            "transaction_references": ["T-1", "T-2", "T-3"],
            "remedy": "Pay it.",
        }

    def test_an_application_may_say_where_a_complaint_came_from(self) -> None:
        command = _read({**TOLD, "channel": "phone", "language": "mt"}).to_command("api", "en", REGION, NOW)
        assert (command.channel, command.language) == ("phone", "mt")

    def test_a_player_may_not(self) -> None:
        sent = {**FORM, "channel": "phone", "language": "mt", "amount_minor": "1", "vulnerable": "true"}
        command = read_form({**sent, **dict.fromkeys(INSTANTS, YESTERDAY)}, REGION, NOW).to_command(
            "form", "en", REGION, NOW
        )
        assert (command.channel, command.language, command.amount_minor) == ("form", "en", 2550)
        assert "vulnerable" not in command.content
        assert {getattr(command, name) for name in INSTANTS} == {None}

    def test_a_player_says_where_they_live_or_does_not(self) -> None:
        command = read_form({**FORM, "residence": "EE"}, REGION, NOW).to_command("form", "en", REGION, NOW)
        assert command.content["residence"] == "EE"
        for blank in ("", " "):
            command = read_form({**FORM, "residence": blank}, REGION, NOW).to_command(
                "form", "en", REGION, NOW
            )
            assert "residence" not in command.content

    def test_a_residence_is_content_and_brings_the_pack_of_its_country(self) -> None:
        for residence, others in (("GB", ("gb-ukgc@2026.1",)), ("FI", ()), ("US-MI", ())):
            told = _read({**TOLD, "jurisdiction": "sandbox", "residence": residence})
            command = told.to_command("api", "en", REGION, NOW)
            assert (command.pack_version, command.residence_packs) == ("2026.1", others)
            assert command.content["residence"] == residence

    def test_a_licence_that_covers_the_residence_is_named_once(self) -> None:
        command = _read({**TOLD, "residence": "GB"}).to_command("api", "en", REGION, NOW)
        assert command.residence_packs == ()

    def test_the_packs_are_those_of_the_day_of_receipt(self) -> None:
        told = {**TOLD, "jurisdiction": "sandbox", "residence": "GB", "received_at": "2026-04-05T12:00:00Z"}
        command = _read(told).to_command("api", "en", REGION, NOW)
        assert command.received_at == "2026-04-05T12:00:00.000Z"
        assert command.residence_packs == ("gb-ukgc@2015.1",)


class TestForm:
    def test_a_currency_alone_means_nothing(self) -> None:
        intake = read_form({**FORM, "amount": ""}, REGION, NOW)
        assert (intake.amount_minor, intake.currency) == (None, None)

    def test_a_blank_form_lists_what_is_needed(self) -> None:
        blank = dict.fromkeys(FORM, "")
        assert _refused_form(blank) == dict.fromkeys(TOLD, "required")

    @pytest.mark.parametrize(
        ("sent", "rules"),
        [
            ({"amount": "much"}, {"amount": "amount"}),
            ({"amount": "1.234"}, {"amount": "amount_digits"}),
            ({"amount": "0"}, {"amount": "amount_range"}),
            ({"currency": ""}, {"currency": "currency"}),
            ({"currency": NO_CURRENCY, "email": "x"}, {"currency": "currency", "email": "email"}),
            ({"transaction_references": "T," * 21}, {"transaction_references": "too_many"}),
            ({"transaction_references": "T" * 101}, {"transaction_references": "text_length"}),
        ],
    )
    def test_problems_name_the_fields_of_the_form(
        self, sent: Mapping[str, str], rules: Mapping[str, str]
    ) -> None:
        assert _refused_form({**FORM, **sent}) == rules


class TestDay:
    @pytest.mark.parametrize(
        ("now", "day", "rules"),
        [
            # London is an hour ahead of UTC in July: its day begins at 23:00 UTC.
            (datetime(2026, 6, 30, 22, 59, 59, tzinfo=UTC), "2026-07-01", {"occurred_on": "date_in_future"}),
            (datetime(2026, 6, 30, 23, 0, 0, tzinfo=UTC), "2026-07-01", {}),
            (datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), "2027-01-01", {"occurred_on": "date_in_future"}),
            (NOW, "1989-12-31", {"occurred_on": "date_too_early"}),
            (NOW, "1990-01-01", {}),
            (NOW, "2024-02-29", {}),
            (NOW, "2026-02-29", {"occurred_on": "date"}),
            (NOW, "2026-6-30", {"occurred_on": "date"}),
            (NOW, "20260630", {"occurred_on": "date"}),
            (NOW, "2026-W27-2", {"occurred_on": "date"}),
            (NOW, "yesterday", {"occurred_on": "date"}),
        ],
    )
    def test_it_has_begun_where_the_rules_are_from(
        self, now: datetime, day: str, rules: Mapping[str, str]
    ) -> None:
        told = {**TOLD, "occurred_on": day}
        if rules:
            assert _refused(told, now) == rules
        else:
            assert _read(told, now).occurred_on == day

    def test_a_day_is_still_checked_when_the_jurisdiction_is_unknown(self) -> None:
        rules = _refused({**TOLD, "jurisdiction": "atlantis", "occurred_on": "2026-02-30"})
        assert rules == {"jurisdiction": "unknown_jurisdiction", "occurred_on": "date"}


class TestInstant:
    @pytest.mark.parametrize("field", INSTANTS)
    @pytest.mark.parametrize(
        ("written", "kept"),
        [
            ("2026-07-01T12:00:00Z", "2026-07-01T12:00:00.000Z"),  # now
            ("2026-07-01t14:00:00.000+02:00", "2026-07-01T12:00:00.000Z"),
            ("2026-06-30T23:59:59.999999999z", "2026-06-30T23:59:59.999Z"),
            ("2000-01-01T00:00:00-00:00", "2000-01-01T00:00:00.000Z"),
        ],
    )
    def test_one_that_has_come_is_kept_in_utc(self, field: str, written: str, kept: str) -> None:
        assert getattr(_read({**TOLD, field: written}), field) == kept

    @pytest.mark.parametrize("field", INSTANTS)
    @pytest.mark.parametrize(
        ("written", "rule"),
        [
            ("2026-07-01T12:00:00.001Z", "instant_in_future"),
            ("2026-07-01T12:00:00-00:01", "instant_in_future"),
            ("2000-01-01T00:00:00+00:01", "instant_too_early"),
            ("2026-06-30 12:00:00Z", "instant"),
            ("2026-06-30T12:00Z", "instant"),
            ("20260630T120000Z", "instant"),
            ("2026-W27-2T12:00:00Z", "instant"),
            ("2026-06-30T12:00:60Z", "instant"),
            ("2026-06-30T12:00:00,5Z", "instant"),
            ("0000-06-30T12:00:00Z", "instant"),
            ("2026-06-30T12:00:00Z\n", "instant"),
            ("now", "instant"),
            ("", "instant"),
        ],
    )
    def test_any_other_is_refused(self, field: str, written: str, rule: str) -> None:
        assert _refused({**TOLD, field: written}) == {field: rule}

    @pytest.mark.parametrize("before", ["sent_at", "platform_posted_at"])
    def test_nothing_is_received_before_it_was_sent(self, before: str) -> None:
        told = {**TOLD, before: "2026-06-30T14:00:00+02:00"}
        assert _read({**told, "received_at": YESTERDAY}).received_at == "2026-06-30T12:00:00.000Z"
        assert _refused({**told, "received_at": "2026-06-30T11:59:59.999Z"}) == {
            "received_at": "instant_order"
        }

    def test_the_order_waits_until_both_are_instants(self) -> None:
        assert _refused({**TOLD, "sent_at": "yesterday", "received_at": YESTERDAY}) == {"sent_at": "instant"}

    def test_a_late_registration_is_taken_as_told(self) -> None:
        told = {**TOLD, "received_at": "2026-06-01T12:00:00Z", "registered_at": YESTERDAY}
        assert _read(told).registered_at == "2026-06-30T12:00:00.000Z"


class TestResidence:
    @pytest.mark.parametrize("code", ["GB", "US-MI", "ES-M", "FR-971", "CA-ON"])
    def test_a_country_or_a_part_of_it_is_taken(self, code: str) -> None:
        assert _read({**TOLD, "residence": code}).residence == code

    @pytest.mark.parametrize(
        "code", ["", "gb", "GBR", "UK", "EU", "US-", "US-MICH", "US/MI", "-MI", "GB\n", "Ｇb", "ZZ"]
    )
    def test_any_other_is_refused(self, code: str) -> None:
        assert _refused({**TOLD, "residence": code}) == {"residence": "residence"}


class TestText:
    @given(st.text(max_size=300))
    def test_any_text_is_kept_in_one_form_or_refused(self, text: str) -> None:
        try:
            kept = _read({**TOLD, "description": text}).description
        except InvalidInput as refused:
            (problem,) = refused.problems
            assert (problem.field, problem.rule) in {
                ("description", "required"),
                ("description", "control_character"),
            }
        else:
            assert kept == unicodedata.normalize("NFC", kept)
            assert _read({**TOLD, "description": kept}).description == kept
            kept.encode()

    @pytest.mark.parametrize("sign", [*map(chr, range(32)), "\x7f", "\x85", "\x9f", "\ud800"])
    def test_a_control_character_is_refused_wherever_it_stands(self, sign: str) -> None:
        told = {**TOLD, "description": f"a{sign}b", "name": f"a{sign}b"}
        if sign in "\n\t\r":
            assert _refused(told) == {"name": "control_character"}
        else:
            assert _refused(told) == {"description": "control_character", "name": "control_character"}

    def test_line_ends_become_newlines(self) -> None:
        assert _read({**TOLD, "description": "a\r\nb\rc\nd"}).description == "a\nb\nc\nd"

    @pytest.mark.parametrize("sign", ["я", "🎰", "ש", "é", "a"])
    def test_the_limit_counts_characters_not_bytes(self, sign: str) -> None:
        assert len(_read({**TOLD, "description": sign * 10_000}).description) == 10_000
        assert _refused({**TOLD, "description": sign * 10_001}) == {"description": "text_length"}

    def test_right_to_left_text_is_kept_and_disguised_names_are_not(self) -> None:
        hebrew = "הבונוס לא שולם \N{RIGHT-TO-LEFT ISOLATE}abc\N{POP DIRECTIONAL ISOLATE}"
        assert _read({**TOLD, "description": hebrew}).description == hebrew
        assert _read({**TOLD, "name": "שחקן"}).name == "שחקן"
        assert _refused({**TOLD, "name": hebrew}) == {"name": "control_character"}


class TestAddress:
    @pytest.mark.parametrize(
        "address",
        [
            "player@example.com",
            "first.last+tag@sub.example.com",
            "o'neil_x@example.com",
            " player@example.com ",
            "p@xn--bcher-kva.example",
            f"{'a' * 64}@example.com",
        ],
    )
    def test_an_address_that_mail_can_reach_is_taken(self, address: str) -> None:
        assert _read({**TOLD, "email": address}).email == address.strip()

    @pytest.mark.parametrize(
        "address",
        [
            "player",
            "player@",
            "@example.com",
            "player@localhost",
            "player@@example.com",
            "player@example..com",
            "player@-example.com",
            "player@example.com-",
            "player@127.0.0.1",
            ".player@example.com",
            "player.@example.com",
            "a..b@example.com",
            "two words@example.com",
            "player@exam ple.com",
            "Player <player@example.com>",
            "a@example.com,b@example.com",
            "a@example.com\nBcc: b@example.com",
            '"quoted"@example.com',
            "plåyer@example.com",
            f"{'a' * 65}@example.com",
            f"a@{'b' * 64}.com",
            f"a@{'b.' * 130}com",
        ],
    )
    def test_any_other_is_refused(self, address: str) -> None:
        assert _refused({**TOLD, "email": address}) == {"email": "email"}


class TestShape:
    @pytest.mark.parametrize("document", [None, [], "text", 7, True])
    def test_only_an_object_is_read(self, document: object) -> None:
        rules = _refused(document)
        assert rules["body"] == "object"

    @given(
        st.dictionaries(st.sampled_from(sorted(TOLD)), st.none() | st.booleans() | st.integers(), min_size=1)
    )
    def test_a_wrong_type_is_a_problem_of_its_field_alone(self, wrong: dict[str, object]) -> None:
        rules = _refused({**TOLD, **wrong})
        assert set(rules) == set(wrong)
        assert set(rules.values()) <= {"text", "required"}

    def test_null_means_not_sent(self) -> None:
        optional = {name for name in Intake.model_fields if name not in TOLD}
        assert _read({**TOLD, **dict.fromkeys(optional)}) == _read(TOLD)
        assert _refused(dict.fromkeys(TOLD)) == dict.fromkeys(TOLD, "required")

    @pytest.mark.parametrize("value", [None, 1])
    def test_an_unknown_field_is_never_ignored(self, value: object) -> None:
        assert _refused({**TOLD, "colour": value}) == {"colour": "unknown_field"}

    def test_a_name_that_is_no_text_is_refused(self) -> None:
        assert _refused({**TOLD, "\ud800": 1}) == {"body": "text"}

    def test_a_list_has_one_problem_however_many_items_have(self) -> None:
        with pytest.raises(InvalidInput) as refused:
            _read({**TOLD, "transaction_references": ["T-1", *[1] * 50_000]})
        assert [(one.field, one.rule) for one in refused.value.problems] == [
            ("transaction_references", "text")
        ]

    def test_no_error_repeats_what_was_written(self) -> None:
        with pytest.raises(ValidationError) as raised:
            Intake.model_validate({**TOLD, "name": "a\nb"}, context={"region": REGION, "now": NOW})
        assert "a\\nb" not in str(raised.value)
