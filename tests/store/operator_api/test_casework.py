"""Working on a complaint through the API: people, notes, tasks, duplicates, a second look, redress."""

from collections.abc import Mapping
from copy import replace
from types import ModuleType
from typing import Any

import pytest

from redress.adapters import wiring
from redress.domain import commands as c
from redress.domain import instants
from redress.domain.correspondence import LetterKind
from redress.region import Macro
from redress.usecases.change import change
from tests.support.complaints import APPROVE, APPROVER, HANDLER, PROPOSE
from tests.support.operator_app import OperatorApp
from tests.support.operator_requests import (
    TOLD,
    UNKNOWN,
    body_of,
    create,
    events,
    investigated,
    post_to,
    promise,
    read,
    with_desk,
)

FIRST = {"redress-user": "handler-1"}
OTHER = {"redress-user": "handler-2"}


def resolved(app: OperatorApp) -> str:
    """A complaint that was answered."""
    number = investigated(app)
    desk = wiring.desk()
    change(desk, number, PROPOSE, HANDLER)
    change(desk, number, APPROVE, APPROVER)
    send(number, LetterKind.FINAL_RESPONSE)
    return number


def send(number: str, kind: LetterKind) -> None:
    """Claim and send the letter of a kind."""
    desk = wiring.desk()
    key = next(key for key, one in desk.store.load(number).complaint.letters.items() if one.kind is kind)
    change(desk, number, c.ClaimLetter(letter=key), "system")
    change(desk, number, c.RecordLetterSent(letter=key, message_id="message-1"), "system")


class TestIntake:
    def test_an_intermediary_s_complaint_says_who_passed_it_on(self, app: OperatorApp) -> None:
        number = create(
            app, channel="intermediary", intermediary="Consumer platform", intermediary_reference="P-1"
        )
        shown = read(app, number)
        assert (shown["channel"], shown["intermediary"], shown["intermediary_reference"]) == (
            "intermediary",
            "Consumer platform",
            "P-1",
        )

    def test_practice_is_refused_where_no_mailbox_takes_its_letters(self, app: OperatorApp) -> None:
        refused = app.post("/complaints", {**TOLD, "training": True})
        assert refused.rules == {"training": "training_unavailable"}


class TestTriage:
    def test_a_person_overrules_the_rules_and_says_why(self, app: OperatorApp) -> None:
        number = investigated(app)
        asked = {"severity": "critical", "priority": 1, "nature": "dispute", "reason": "All his savings."}
        assert post_to(app, number, "triage", asked).status == 200
        shown = read(app, number)
        assert (shown["severity"], shown["priority"], shown["nature"]) == ("critical", 1, "dispute")
        assert shown["triage"]["overruled"] == ["nature", "priority", "severity"]
        assert events(app, number)[-1]["content"] == {"reason": "All his savings."}

    def test_validity_can_be_cleared_of_every_doubt(self, app: OperatorApp) -> None:
        number = investigated(app)
        assert (
            post_to(app, number, "triage", {"validity": [], "reason": "It was sent in time."}).status == 200
        )

    @pytest.mark.parametrize(
        ("body", "rules"),
        [
            ({"reason": "x"}, {"severity": "required"}),
            ({"severity": "high"}, {"reason": "required"}),
            ({"severity": "grave", "reason": "x"}, {"severity": "unknown_severity"}),
            ({"validity": ["bad"], "reason": "x"}, {"validity": "unknown_validity"}),
        ],
    )
    def test_what_it_says_is_checked(
        self, app: OperatorApp, body: Mapping[str, Any], rules: Mapping[str, str]
    ) -> None:
        number = investigated(app)
        assert post_to(app, number, "triage", body).rules == rules


class TestPeople:
    def test_a_complaint_goes_back_to_a_queue_without_a_person(self, app: OperatorApp) -> None:
        number = investigated(app)
        post_to(app, number, "assignment", {"assignee": "handler-1"})
        assert post_to(app, number, "assignment", {"team": "care"}).status == 200
        shown = read(app, number)
        assert (shown["assignee"], shown["team"]) == (None, "care")

    def test_an_assignment_names_somebody(self, app: OperatorApp) -> None:
        assert post_to(app, investigated(app), "assignment", {}).rules == {"assignee": "required"}

    def test_a_person_takes_a_complaint_up_by_one_level_as_far_as_there_are_levels(
        self, app: OperatorApp
    ) -> None:
        number = investigated(app)
        for level in (1, 2):
            assert post_to(app, number, "escalation", {"reason": "It is urgent."}).status == 200
            assert read(app, number)["escalation_level"] == level
        assert post_to(app, number, "escalation", {"reason": "More."}).rules == {"level": "unknown_level"}


class TestNotesAndContext:
    def test_notes_are_shown_with_who_wrote_them(self, app: OperatorApp) -> None:
        number = investigated(app)
        post_to(app, number, "notes", {"text": "He called."}, **FIRST)
        post_to(app, number, "notes", {"text": "We look at it.", "visibility": "player"}, **OTHER)
        notes = read(app, number)["notes"]
        assert [(one["visibility"], one["text"], one["by"]) for one in notes] == [
            ("internal", "He called.", "app:back-office/handler-1"),
            ("player", "We look at it.", "app:back-office/handler-2"),
        ]

    def test_references_are_kept_as_references(self, app: OperatorApp) -> None:
        number = investigated(app)
        references = [
            {"kind": "bet", "id": "B-1", "system": "sportsbook", "url": "https://bets.example.test/B-1"},
            {"kind": "transaction", "id": "T-9"},
        ]
        assert post_to(app, number, "context", {"references": references}).status == 200
        post_to(app, number, "context", {"references": [{"kind": "player", "id": "P-1"}]})
        assert read(app, number)["context"] == [*references, {"kind": "player", "id": "P-1"}]

    @pytest.mark.parametrize(
        ("reference", "rule"),
        [
            ({"kind": "bet", "id": "x" * 101}, "text_length"),
            ({"kind": "bet", "id": "1", "url": "https://x/" + "y" * 1_000}, "text_length"),
            ({"kind": "file", "id": "1"}, "unknown_kind"),
            ({"kind": "bet", "id": "1", "content": "the whole bet"}, "unknown_field"),
        ],
    )
    def test_no_content_hides_in_a_reference(
        self, app: OperatorApp, reference: Mapping[str, str], rule: str
    ) -> None:
        refused = post_to(app, investigated(app), "context", {"references": [reference]})
        assert refused.rules == {"references": rule}

    def test_a_reference_of_a_megabyte_is_refused_unread(self, app: OperatorApp) -> None:
        body = {"references": [{"kind": "other", "id": "x" * 1_000_000}]}
        refused = post_to(app, investigated(app), "context", body)
        assert (refused.status, refused.problem) == (413, "body-too-large")

    def test_there_are_not_more_than_fifty_at_once(self, app: OperatorApp) -> None:
        body = {"references": [{"kind": "bet", "id": str(n)} for n in range(51)]}
        assert post_to(app, investigated(app), "context", body).rules == {"references": "too_many"}


class TestTasks:
    def test_a_team_is_asked_and_says_that_it_is_done(self, app: OperatorApp) -> None:
        number = investigated(app)
        asked = {"team": "payments", "what": "Was it booked?", "due_at": "2027-01-31T12:00:00+01:00"}
        opened = post_to(app, number, "tasks", asked)
        [task] = read(app, number)["tasks"]
        assert (task["task"], task["team"], task["what"]) == (
            opened.body["version"],
            "payments",
            "Was it booked?",
        )
        assert task["due_at"] == "2027-01-31T11:00:00.000Z"
        closed = post_to(app, number, f"tasks/{task['task']}/closure", {"result": "Yes."})
        assert closed.status == 200
        assert read(app, number)["tasks"][0]["outcome"] == "done"

    @pytest.mark.parametrize("task", ["x", "٣", "1", "9999999", "-1"])
    def test_a_task_that_there_is_not_is_refused(self, app: OperatorApp, task: str) -> None:
        refused = post_to(app, investigated(app), f"tasks/{task}/closure", {})
        assert refused.rules == {"task": "unknown_task"}

    @pytest.mark.parametrize(
        ("due_at", "rule"),
        [
            ("2020-01-01T00:00:00Z", "instant_in_past"),
            ("2090-01-01T00:00:00Z", "instant_too_late"),
            ("tomorrow", "instant"),
        ],
    )
    def test_it_is_due_in_good_time(self, app: OperatorApp, due_at: str, rule: str) -> None:
        asked = {"team": "payments", "what": "?", "due_at": due_at}
        assert post_to(app, investigated(app), "tasks", asked).rules == {"due_at": rule}

    def test_only_a_team_of_the_region_is_asked(self, app: OperatorApp) -> None:
        asked = {"team": "legal", "what": "?"}
        assert post_to(app, investigated(app), "tasks", asked).rules == {"team": "unknown_team"}


class TestDuplicates:
    def test_a_complaint_goes_on_in_another_one_from_the_earlier_receipt_on(self, app: OperatorApp) -> None:
        first = investigated(app, received_at="2026-02-01T12:00:00Z")
        second = investigated(app, received_at="2026-02-03T12:00:00Z")
        due = promise(app, second, "final")["due_at"]
        linked = post_to(app, first, "duplicate-of", {"number": second, "reason": "The same bonus."})
        assert (linked.status, linked.body["number"]) == (200, first)
        closed, going_on = read(app, first), read(app, second)
        assert (closed["stage"], closed["closed_because"], closed["primary"]) == (
            "closed",
            "duplicate",
            second,
        )
        assert (going_on["duplicates"], going_on["clock_from"]) == ([first], "2026-02-01T12:00:00.000Z")
        assert going_on["received_at"] == "2026-02-03T12:00:00.000Z"
        assert promise(app, second, "final")["due_at"] < due

    def test_the_same_request_links_once(self, app: OperatorApp) -> None:
        first, second = investigated(app), investigated(app)
        body, key = {"number": second, "reason": "Same."}, "link-once"
        one = app.post(f"/complaints/{first}/duplicate-of", body, key=key)
        two = app.post(f"/complaints/{first}/duplicate-of", body, key=key)
        assert (one.status, two.status) == (200, 200)
        assert one.body == two.body
        assert two.headers["idempotency-replayed"] == "true"
        assert [event["type"] for event in events(app, second)].count("DuplicateLinked") == 1

    def test_a_used_key_for_another_pair_changes_neither(self, app: OperatorApp) -> None:
        first, second, third = investigated(app), investigated(app), investigated(app)
        app.post(f"/complaints/{first}/notes", {"text": "x"}, key="taken")
        refused = app.post(
            f"/complaints/{second}/duplicate-of", {"number": third, "reason": "x"}, key="taken"
        )
        assert refused.problem == "idempotency-key-reused"
        assert (read(app, second)["version"], read(app, third)["version"]) == (2, 2)

    def test_only_complaints_of_one_player_are_linked(self, app: OperatorApp) -> None:
        first, other = investigated(app), investigated(app, account="account-2")
        refused = post_to(app, first, "duplicate-of", {"number": other, "reason": "x"})
        assert refused.rules == {"number": "another_player"}

    @pytest.mark.parametrize("number", [UNKNOWN, "nonsense"])
    def test_only_to_one_that_there_is(self, app: OperatorApp, number: str) -> None:
        refused = post_to(app, investigated(app), "duplicate-of", {"number": number, "reason": "x"})
        assert refused.rules == {"number": "unknown_complaint"}

    def test_not_to_itself(self, app: OperatorApp) -> None:
        number = investigated(app)
        refused = post_to(app, number, "duplicate-of", {"number": number, "reason": "x"})
        assert refused.rules == {"number": "unknown_complaint"}

    def test_not_to_one_of_a_brand_that_the_caller_may_not_see(
        self, app: OperatorApp, crm: OperatorApp
    ) -> None:
        theirs = create(crm, brand="southlight")
        refused = post_to(app, investigated(app), "duplicate-of", {"number": theirs, "reason": "x"})
        assert refused.rules == {"number": "unknown_complaint"}

    def test_two_that_are_linked_to_each_other_do_not_both_close(self, app: OperatorApp) -> None:
        first, second = investigated(app), investigated(app)
        post_to(app, first, "duplicate-of", {"number": second, "reason": "x"})
        assert post_to(app, second, "duplicate-of", {"number": first, "reason": "x"}).status == 409
        assert read(app, second)["stage"] == "investigating"


class TestSecondLook:
    def test_a_disputed_outcome_is_looked_at_by_somebody_else(self, app: OperatorApp) -> None:
        number = resolved(app)
        assert post_to(app, number, "reopening", {"reason": "I do not accept it."}).status == 200
        shown = read(app, number)
        assert shown["stage"] == "investigating"
        assert shown["review"]["not_by"] == ["approver", "handler"]
        assert shown["review"]["first_decision"]["outcome"] == PROPOSE.outcome
        decision = body_of("propose_decision")
        by_first = post_to(app, number, "decision", decision, **{"redress-user": "handler"})
        assert (by_first.status, by_first.problem) == (409, "illegal-transition")
        assert post_to(app, number, "decision", decision).status == 409  # nobody was named
        assert post_to(app, number, "decision", decision, **OTHER).status == 200

    def test_nor_is_it_next_for_those_who_decided_it(self, app: OperatorApp) -> None:
        number = resolved(app)
        post_to(app, number, "reopening", {"reason": "No."})
        draw = "/teams/payments/next"
        assert app.post(draw, {}, **{"redress-user": "handler"}).body["complaint"] is None
        assert app.post(draw, {}, **OTHER).body["complaint"]["number"] == number

    def test_it_is_reopened_once(self, app: OperatorApp) -> None:
        number = resolved(app)
        post_to(app, number, "reopening", {"reason": "No."})
        assert post_to(app, number, "reopening", {"reason": "No."}).status == 409


class TestRedress:
    def test_it_is_paid_and_recorded(self, app: OperatorApp) -> None:
        number = investigated(app)
        decision = {**body_of("propose_decision"), "redress_minor": 2550, "currency": "GBP"}
        post_to(app, number, "decision", {**decision, "redress_kind": "refund"}, **FIRST)
        post_to(app, number, "decision/approval", {}, **OTHER)
        [task] = read(app, number)["tasks"]
        assert (task["kind"], task["amount_minor"], task["currency"]) == ("pay_redress", 2550, "GBP")
        paid = {"amount_minor": 2550, "currency": "GBP", "paid_on": "2026-03-02", "reference": "PAY-1"}
        assert post_to(app, number, "redress-payments", paid, **OTHER).status == 200
        shown = read(app, number)
        assert shown["payments"] == [
            {
                "amount_minor": 2550,
                "currency": "GBP",
                "kind": "refund",
                "paid_on": "2026-03-02",
                "recorded_by": "app:back-office/handler-2",
            }
        ]
        assert shown["tasks"][0]["outcome"] == "done"

    def test_a_kind_without_an_amount_is_refused(self, app: OperatorApp) -> None:
        decision = {**body_of("propose_decision"), "redress_kind": "refund"}
        assert post_to(app, investigated(app), "decision", decision).rules == {
            "redress_kind": "kind_without_amount"
        }

    def test_nothing_was_paid_in_the_future(self, app: OperatorApp) -> None:
        body = {"amount_minor": 1, "currency": "GBP", "paid_on": "2999-01-01"}
        assert post_to(app, investigated(app), "redress-payments", body).rules == {
            "paid_on": "date_in_future"
        }


class TestLettersByOtherMeans:
    def test_what_mail_could_not_bring_was_posted(self, app: OperatorApp) -> None:
        number = create(app)
        failed = c.RecordLetterRefused(letter="acknowledgement-1", reason="rejected", permanent=True)
        change(wiring.desk(), number, failed, "system")
        sent = post_to(app, number, "letters/acknowledgement-1/other-means", {"means": "post"})
        assert sent.status == 200
        shown = read(app, number)
        assert shown["acknowledged_at"]
        assert [task["closed_at"] is None for task in shown["tasks"]] == [False]

    def test_a_letter_that_there_is_not(self, app: OperatorApp) -> None:
        refused = post_to(app, create(app), "letters/final_response-7/other-means", {"means": "post"})
        assert refused.rules == {"letter": "unknown_letter"}


class TestReplies:
    def test_what_the_player_told_ends_the_wait(self, app: OperatorApp) -> None:
        number = investigated(app)
        post_to(app, number, "information-requests", {"question": "When?"})
        assert post_to(app, number, "replies", {"text": "On Sunday."}, **FIRST).status == 200
        assert not read(app, number)["waiting_for_player"]
        assert events(app, number)[-1]["actor"] == "app:back-office/handler-1"

    def test_signals_of_harm_in_it_call_a_human(self, app: OperatorApp) -> None:
        number = investigated(app)
        post_to(app, number, "replies", {"text": "I cannot stop, please exclude me from gambling."})
        assert read(app, number)["needs_human"]
        assert "HarmSignalled" in [event["type"] for event in events(app, number)]


class TestEvidencePack:
    def test_it_holds_everything_and_the_proof(self, app: OperatorApp) -> None:
        number = resolved(app)
        pack = app.get(f"/complaints/{number}/evidence-pack").body
        shown = read(app, number)
        assert pack["complaint"] == {**shown, "triage": None}
        assert [one["hash"] for one in pack["events"]] == [one["hash"] for one in events(app, number)]
        assert pack["chain"] == {"whole": True, "head": pack["events"][-1]["hash"]}
        assert "final_response" in {letter["kind"] for letter in pack["letters"]}
        assert pack["clock"]["promises"]

    def test_what_is_the_operator_s_own_affair_is_not_in_it(self, app: OperatorApp) -> None:
        number = create(app, vulnerable=True)
        post_to(app, number, "notes", {"text": "SECRET note"})
        post_to(app, number, "notes", {"text": "for the player", "visibility": "player"})
        post_to(app, number, "tasks", {"team": "payments", "what": "SECRET task"})
        post_to(app, number, "escalation", {"reason": "SECRET reason"})
        pack = app.get(f"/complaints/{number}/evidence-pack").body
        assert "SECRET" not in str(pack)
        assert [note["text"] for note in pack["complaint"]["notes"]] == ["for the player"]
        assert not pack["complaint"]["vulnerable"]
        assert len(pack["events"]) == read(app, number)["version"]


class TestMacros:
    def test_they_are_filled_in_the_player_s_language(
        self, app: OperatorApp, function: ModuleType, monkeypatch: pytest.MonkeyPatch
    ) -> None:

        texts = {"en": "{player_name}: {number} by {due_on}", "fr": "{brand}: {number}"}
        region = replace(wiring.region(), macros=(Macro(id="hello", title="Hello", texts=texts),))
        monkeypatch.setattr(function, "api", with_desk(replace(wiring.desk(), region=region)))
        french, polish = investigated(app, language="fr-CA"), investigated(app, language="pl")
        shown = {one: app.get(f"/complaints/{one}/macros").body["items"][0] for one in (french, polish)}
        assert shown[french] == {
            "id": "hello",
            "title": "Hello",
            "language": "fr",
            "text": f"Northlight Casino: {french}",
        }
        assert shown[polish]["language"] == "en"
        assert shown[polish]["text"].startswith(f"Player: {polish} by 20")


def test_a_replayed_request_gets_its_answer_whatever_became_of_the_complaint(app: OperatorApp) -> None:
    number = investigated(app)
    referred = {"body": "adr", "complete_file_at": instants.to_text(wiring.now())}
    first = app.post(f"/complaints/{number}/adr-referral", referred, key="refer")
    app.post(f"/complaints/{number}/withdrawal", {}, key="withdraw")
    again = app.post(f"/complaints/{number}/adr-referral", referred, key="refer")
    assert (again.status, again.body) == (first.status, first.body)
