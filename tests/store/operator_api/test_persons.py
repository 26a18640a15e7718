"""What is known of a player, by the API: who may have it handed out, kept or erased, and what is told."""

import json
from types import ModuleType
from typing import Any

import pytest

from redress.adapters import wiring
from redress.domain import commands as c
from redress.domain.evidence import Verdict
from redress.store import keys
from redress.usecases.change import change
from tests.support.complaints import PLAYER, SYSTEM
from tests.support.evidence import added
from tests.support.operator_app import CLIENT_ID, SCOPES, Answer, OperatorApp
from tests.support.operator_requests import create, etag, events, post_to, read, stored_items

BY = {"redress-user": "privacy-1"}
WHO = {"brand": "northlight", "account": "account-1", "email": "player@example.com"}
HOSTILE = {
    "a script": '<script>alert(1)</script> & "quotes" \'',
    "turned letters": "before \u202e after \u2066",
    "other scripts": "Жалоба, שלום, 苦情, 🎲",
}


def export(app: OperatorApp, **asked: Any) -> Answer:
    return app.post("/players/export", {**WHO, **asked}, **BY)


def erase(app: OperatorApp, key: str | None = None, **asked: Any) -> Answer:
    return app.post("/players/erasure", {**WHO, **asked}, key=key, **BY)


def withdrawn(app: OperatorApp, **told: object) -> str:
    number = create(app, **told)
    assert app.post(f"/complaints/{number}/withdrawal").status == 200
    return number


def numbers(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.body
    return [one["number"] for one in answer.body["complaints"]]


def test_a_player_gets_every_complaint_of_theirs(app: OperatorApp) -> None:
    by_account, by_email = create(app), create(app, account=None)
    stranger = create(app, account="account-2", email="other@example.com", name="Other")
    answer = export(app)
    assert set(numbers(answer)) == {by_account, by_email}
    assert (answer.body["brand"], answer.body["cursor"]) == ("Northlight Casino", None)
    assert stranger not in json.dumps(answer.body)
    assert numbers(export(app, email=None)) == [by_account]
    assert numbers(export(app, account=None)) == [by_email]


def test_many_complaints_come_part_by_part(app: OperatorApp) -> None:
    theirs = {create(app, account=("account-1", None)[place % 2]) for place in range(5)}
    first = export(app, limit=2)
    second = export(app, limit=2, cursor=first.body["cursor"])
    third = export(app, limit=2, cursor=second.body["cursor"])
    seen = [*numbers(first), *numbers(second), *numbers(third)]
    assert (set(seen), len(seen), third.body["cursor"]) == (theirs, 5, None)


@pytest.mark.parametrize("cursor", ["nonsense", "account.nonsense", "team.", "email", ".", "account"])
def test_a_cursor_that_no_part_gave_is_refused_or_begins_anew(app: OperatorApp, cursor: str) -> None:
    create(app)
    for answer in (export(app, cursor=cursor), erase(app, cursor=cursor)):
        assert answer.status in (200, 422), answer.body
        assert answer.status == 200 or answer.rules == {"cursor": "cursor"}


def test_a_cursor_of_one_player_leads_to_nothing_of_another(app: OperatorApp) -> None:
    for place in range(2):
        create(app, account=f"account-{place}")
        create(app, account=f"account-{place}")
    cursor = export(app, account="account-0", email=None, limit=1).body["cursor"]
    assert export(app, account="account-1", email=None, cursor=cursor).rules == {"cursor": "cursor"}


@pytest.mark.parametrize("said", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_comes_as_it_was_written(app: OperatorApp, said: str) -> None:
    create(app, description=said)
    [one] = export(app).body["complaints"]
    assert one["events"][0]["content"]["description"] == said


def test_a_file_that_may_be_opened_has_an_address_of_minutes(app: OperatorApp) -> None:
    number = create(app)
    change(wiring.desk(), number, added("e1"), PLAYER)
    change(wiring.desk(), number, c.RecordScan(evidence="e1", verdict=Verdict.CLEAN), SYSTEM)
    [file] = export(app).body["complaints"][0]["files"]
    assert f"/kept/{number}/e1?" in file["url"]
    assert "X-Amz-Expires=300" in file["url"]
    assert file["expires_at"]


def test_a_letter_is_shown_as_it_was_written(app: OperatorApp) -> None:
    number = create(app)
    sent = c.RecordLetterSent(letter="acknowledgement-1", message_id="message-1")
    change(wiring.desk(), number, c.ClaimLetter(letter="acknowledgement-1"), SYSTEM)
    change(wiring.desk(), number, sent, SYSTEM)
    [letter] = export(app).body["complaints"][0]["letters"]
    assert number in letter["subject"]
    assert "[private link]" in letter["text"]


def test_who_had_it_handed_out_is_in_the_log_without_whom_it_is_about(
    app: OperatorApp, caplog: pytest.LogCaptureFixture
) -> None:
    number, before = create(app), stored_items()
    caplog.clear()
    export(app)
    [line] = [one for one in caplog.records if one.message == "personal data exported"]
    said = vars(line)
    assert (said["complaints"], said["client"], said["person"]) == ([number], "back-office", "privacy-1")
    for one in caplog.records:
        assert "account-1" not in str(vars(one))
        assert "player@example.com" not in str(vars(one))
    assert stored_items() == before


@pytest.mark.usefixtures("nothing_stored")
def test_of_who_never_complained_nothing_is_held_and_nothing_to_erase(app: OperatorApp) -> None:
    assert numbers(export(app)) == []


@pytest.mark.parametrize("ask", [export, erase], ids=["export", "erasure"])
def test_a_player_has_to_be_named(app: OperatorApp, ask: Any) -> None:
    assert ask(app, account=None, email=None).rules == {"account": "required"}
    assert ask(app, email="nobody").rules == {"email": "email"}
    assert ask(app, account="a\u202eb").rules == {"account": "control_character"}
    assert ask(app, name="Player Example").rules == {"name": "unknown_field"}


@pytest.mark.parametrize("ask", [export, erase], ids=["export", "erasure"])
def test_the_players_of_another_brand_are_as_if_there_was_no_such_brand(
    app: OperatorApp, crm: OperatorApp, ask: Any
) -> None:
    create(crm, brand="southlight")
    theirs, none = ask(app, brand="southlight"), ask(app, brand="nobodys")
    assert theirs.rules == none.rules == {"brand": "unknown_brand"}
    assert theirs.body["detail"] == none.body["detail"]


@pytest.mark.parametrize("path", ["players/export", "players/erasure"])
def test_without_the_permission_nothing_is_told_of_anybody(function: ModuleType, path: str) -> None:
    scopes = " ".join(one for one in SCOPES.split() if not one.endswith("admin"))
    app = OperatorApp(handler=function.handler, claims={"client_id": CLIENT_ID, "scope": scopes})
    create(app)
    refused = app.post(f"/{path}", WHO)
    assert (refused.status, refused.body["permission"]) == (403, "admin")


BY_PERSON = {
    "players/export": WHO,
    "players/erasure": WHO,
    "complaints/{}/erasure": {"reason": "request"},
    "complaints/{}/legal-hold": {"reason": "A letter came."},
    "complaints/{}/legal-hold/lifting": {"reason": "They settled."},
}


@pytest.mark.parametrize(("path", "body"), BY_PERSON.items(), ids=BY_PERSON)
def test_what_is_done_to_a_persons_data_is_done_by_somebody_who_is_named(
    app: OperatorApp, function: ModuleType, path: str, body: dict[str, str]
) -> None:
    number = withdrawn(app)
    if path.endswith("lifting"):
        post_to(app, number, "legal-hold", {"reason": "A letter came."}, **BY)
    before, tag = stored_items(), etag(app, number)
    refused = app.post(f"/{path.format(number)}", body, if_match=tag)
    assert (refused.status, refused.rules) == (422, {"Redress-User": "subject"})
    assert stored_items() == before
    claims = {"client_id": CLIENT_ID, "scope": SCOPES, "sub": "privacy-2"}
    in_person = OperatorApp(handler=function.handler, claims=claims)
    assert in_person.post(f"/{path.format(number)}", body, if_match=tag).status == 200


def test_a_legal_hold_is_placed_shown_and_lifted(app: OperatorApp) -> None:
    number = create(app)
    assert read(app, number)["legal_hold"] is False
    assert post_to(app, number, "legal-hold", {"reason": "A letter came."}, **BY).status == 200
    assert read(app, number)["legal_hold"] is True
    again = post_to(app, number, "legal-hold", {"reason": "A letter came."}, **BY)
    assert (again.status, again.problem) == (409, "illegal-transition")
    assert post_to(app, number, "legal-hold/lifting", {"reason": "It is settled."}, **BY).status == 200
    assert read(app, number)["legal_hold"] is False
    last = events(app, number)[-1]
    assert (last["type"], last["content"]) == ("LegalHoldLifted", {"reason": "It is settled."})
    refused = post_to(app, number, "legal-hold/lifting", {"reason": "It is settled."}, **BY)
    assert "no legal hold" in refused.body["detail"]


def test_why_a_legal_hold_was_placed_goes_to_no_outside_body(app: OperatorApp) -> None:
    number = create(app)
    post_to(app, number, "legal-hold", {"reason": "We expect to lose."}, **BY)
    pack = app.get(f"/complaints/{number}/evidence-pack")
    assert pack.status == 200
    assert "We expect to lose." not in json.dumps(pack.body)


@pytest.mark.parametrize("what", ["legal-hold", "legal-hold/lifting"])
def test_a_legal_hold_needs_a_reason(app: OperatorApp, what: str) -> None:
    assert post_to(app, create(app), what, **BY).rules == {"reason": "required"}


def test_erasure_is_ordered_of_the_version_that_was_seen(app: OperatorApp) -> None:
    number = withdrawn(app)
    order = {"reason": "request"}
    path = f"/complaints/{number}/erasure"
    assert (app.post(path, order, **BY).status, app.post(path, order, if_match='"1"', **BY).status) == (
        428,
        412,
    )
    assert read(app, number)["erasure_ordered_at"] is None
    assert post_to(app, number, "erasure", order, **BY).status == 200
    shown = read(app, number)
    assert shown["erasure_ordered_at"]
    assert shown["erased_at"] is None
    assert events(app, number)[-1]["data"] == {"because": "request"}
    assert numbers(export(app)) == []


@pytest.mark.parametrize("reason", ["retention", "", "because", None])
def test_nobody_orders_an_erasure_for_another_reason(app: OperatorApp, reason: str | None) -> None:
    number = withdrawn(app)
    refused = post_to(app, number, "erasure", {"reason": reason}, **BY)
    assert refused.status == 422
    assert set(refused.rules) == {"reason"}


def test_what_stands_in_the_way_of_an_erasure_is_told_with_the_remedy(app: OperatorApp) -> None:
    order, number = {"reason": "request"}, create(app)
    still_open = post_to(app, number, "erasure", order, **BY)
    assert (still_open.status, still_open.problem) == (409, "illegal-transition")
    assert "close it, or have the player withdraw it" in still_open.body["detail"]
    app.post(f"/complaints/{number}/withdrawal")
    post_to(app, number, "legal-hold", {"reason": "A letter came."}, **BY)
    held = post_to(app, number, "erasure", order, **BY)
    assert held.status == 409
    assert "lift that first" in held.body["detail"]
    assert read(app, number)["erasure_ordered_at"] is None


def test_a_duplicate_stays_with_what_it_goes_on_in(app: OperatorApp) -> None:
    order, duplicate, primary = {"reason": "request"}, create(app), create(app)
    linked = post_to(app, duplicate, "duplicate-of", {"number": primary, "reason": "The same bonus."})
    assert linked.status == 200, linked.body
    kept = post_to(app, duplicate, "erasure", order, **BY)
    assert (kept.status, kept.problem) == (409, "illegal-transition")
    assert "goes on in another complaint" in kept.body["detail"]
    answer = erase(app)
    assert {one["number"]: one["outcome"] for one in answer.body["items"]} == {
        duplicate: "duplicate",
        primary: "open",
    }
    app.post(f"/complaints/{primary}/withdrawal")
    assert post_to(app, duplicate, "erasure", order, **BY).status == 200


def test_one_complaint_that_cannot_be_read_whole_is_kept_and_named(app: OperatorApp) -> None:
    whole, spoilt = withdrawn(app), withdrawn(app)
    store, spot = wiring.table(), {"pk": {"S": keys.complaint(spoilt)}, "sk": {"S": keys.event(2)}}
    store.client.delete_item(TableName=store.name, Key=spot)
    made = export(app)
    assert set(numbers(made)) == {whole, spoilt}
    assert [one["number"] for one in made.body["unreadable"]] == [spoilt]
    alone = post_to(app, spoilt, "erasure", {"reason": "request"}, **BY)
    assert (alone.status, alone.problem) == (409, "illegal-transition")
    assert "redress check" in alone.body["detail"]
    assert {one["number"]: one["outcome"] for one in erase(app).body["items"]} == {
        whole: "ordered",
        spoilt: "unreadable",
    }


def test_a_player_is_forgotten_where_nothing_stands_in_the_way(app: OperatorApp) -> None:
    done, still_open, on_hold = withdrawn(app), create(app), withdrawn(app, account=None)
    post_to(app, on_hold, "legal-hold", {"reason": "A letter came."}, **BY)
    stranger = withdrawn(app, account="account-2", email="other@example.com")
    answer = erase(app, key="forget-them")
    outcomes = {one["number"]: one["outcome"] for one in answer.body["items"]}
    assert outcomes == {done: "ordered", still_open: "open", on_hold: "legal_hold"}
    assert all(one["hint"] for one in answer.body["items"])
    assert [bool(read(app, one)["erasure_ordered_at"]) for one in (done, still_open, on_hold, stranger)] == [
        *(True, False, False, False),
    ]
    assert erase(app, key="forget-them").body == answer.body
    assert erase(app, key="forget-them", account="account-2").problem == "idempotency-key-reused"
    assert set(numbers(export(app))) == {still_open, on_hold}
