"""Webhooks by API: made, changed, their secrets rotated, tested, replayed; and nobody sees another's."""

import base64
import json
import os
from types import ModuleType
from typing import Any

import boto3
import pytest
from standardwebhooks import Webhook

from redress.adapters import webhook_wiring, wiring
from redress.store.webhooks import WebhookTable
from redress.usecases.webhook_ports import DeadLetter
from redress.usecases.webhooks import MOST
from tests.support import tables
from tests.support.operator_app import CLIENT_ID, Answer, OperatorApp
from tests.support.operator_requests import TOLD, create

URL = "https://hooks.example.com/redress"
ADMIN = "redress/complaints:read redress/complaints:write redress/complaints:admin"


@pytest.fixture
def queue(function: ModuleType) -> str:
    """The queue of deliveries, empty."""
    del function
    url = os.environ["WEBHOOK_DELIVERIES_URL"]
    queued(url)
    return url


def make(app: OperatorApp, *, key: str | None = None, **told: object) -> Answer:
    """Make a webhook."""
    answer = app.post("/webhooks", {"url": URL, **told}, key=key)
    assert answer.status == 201, answer.body
    return answer


def queued(url: str) -> list[dict[str, Any]]:
    """Take everything out of the queue of deliveries."""
    taken: list[dict[str, Any]] = []
    client = boto3.client("sqs")
    while found := client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        taken += [json.loads(one["Body"]) for one in found]
    return taken


def put(app: OperatorApp, webhook: str, **told: object) -> Answer:
    """Change a webhook."""
    sent = {"content-type": "application/json"}
    return app.send("PUT", f"/webhooks/{webhook}", body=json.dumps({"url": URL, **told}), headers=sent)


def bury(webhook: str, number: str, count: int) -> None:
    """Have deliveries of a complaint's first event given up."""
    store = WebhookTable(boto3.client("dynamodb"), tables.NAME)
    for seq in range(1, count + 1):
        now = wiring.now()
        letter = DeadLetter(
            endpoint=webhook, number=number, seq=seq, since=now, died_at=now, attempts=15, why="status-500"
        )
        store.bury(letter)


class TestMaking:
    def test_its_secret_is_shown_once_and_is_one_of_the_specification(self, app: OperatorApp) -> None:
        made = make(app, events=["Closed"], description="The CRM", training=True)
        assert made.headers["location"] == f"/v1/webhooks/{made.body['webhook']}"
        assert len(base64.b64decode(made.body["secret"].removeprefix("whsec_"))) == 32
        assert Webhook(made.body["secret"])
        shown = app.get(f"/webhooks/{made.body['webhook']}").body
        assert shown == {name: value for name, value in made.body.items() if name != "secret"}
        assert (shown["url"], shown["events"], shown["training"]) == (URL, ["Closed"], True)
        assert (shown["enabled"], shown["failing"], shown["last_failure"]) == (True, False, None)

    def test_the_same_request_makes_one_and_shows_the_same_secret(self, app: OperatorApp) -> None:
        first, again = make(app, key="once"), make(app, key="once")
        assert (again.body, again.headers["idempotency-replayed"]) == (first.body, "true")
        assert len(app.get("/webhooks").body["items"]) == 1

    def test_another_request_under_its_key_is_refused(self, app: OperatorApp) -> None:
        make(app, key="once")
        refused = app.post("/webhooks", {"url": f"{URL}/other"}, key="once")
        assert (refused.status, refused.problem) == (422, "idempotency-key-reused")

    def test_a_key_that_a_complaint_has_used_is_refused(self, app: OperatorApp) -> None:
        assert app.post("/complaints", TOLD, key="shared").status == 201
        refused = app.post("/webhooks", {"url": URL}, key="shared")
        assert (refused.status, refused.problem) == (422, "idempotency-key-reused")

    def test_a_key_that_a_webhook_has_used_takes_no_complaint(self, app: OperatorApp) -> None:
        make(app, key="shared")
        refused = app.post("/complaints", TOLD, key="shared")
        assert (refused.status, refused.problem) == (422, "idempotency-key-reused")

    @pytest.mark.parametrize(
        ("told", "field", "rule"),
        [
            ({"url": "https://169.254.169.254/"}, "url", "webhook_host"),
            ({"url": "https://localhost/"}, "url", "webhook_host"),
            ({"url": "http://hooks.example.com/"}, "url", "webhook_scheme"),
            ({"url": "https://hooks.example.com:22/"}, "url", "webhook_port"),
            ({"url": "https://user@hooks.example.com/"}, "url", "webhook_url"),
            ({"url": "https://hooks.example.com/" + "a" * 3_000}, "url", "text_length"),
            ({"url": None}, "url", "required"),
            ({"events": ["Unheard"]}, "events", "unknown_event"),
            ({"events": "Closed"}, "events", "list"),
            ({"secret": "mine"}, "secret", "unknown_field"),
        ],
    )
    @pytest.mark.usefixtures("nothing_stored")
    def test_what_breaks_a_rule_is_refused(
        self, app: OperatorApp, told: dict[str, object], field: str, rule: str
    ) -> None:
        refused = app.post("/webhooks", {"url": URL, **told})
        assert (refused.status, refused.rules) == (422, {field: rule})

    def test_a_client_has_twenty_at_the_most(self, app: OperatorApp) -> None:
        for place in range(MOST):
            make(app, url=f"{URL}/{place}", key=f"webhook-{place}")
        refused = app.post("/webhooks", {"url": URL})
        assert (refused.status, refused.problem) == (409, "too-many-webhooks")
        again = make(app, url=f"{URL}/0", key="webhook-0")
        assert again.headers["idempotency-replayed"] == "true"

    def test_they_are_listed_the_oldest_first(self, app: OperatorApp) -> None:
        made = [make(app, url=f"{URL}/{place}").body["webhook"] for place in range(3)]
        assert {one["webhook"] for one in app.get("/webhooks").body["items"]} == set(made)


class TestChanging:
    def test_it_is_as_it_was_sent_and_keeps_its_secret(self, app: OperatorApp) -> None:
        webhook = make(app, events=["Closed"], description="The CRM").body["webhook"]
        changed = put(app, webhook, url=f"{URL}/new", enabled=False)
        assert changed.status == 200
        assert app.get(f"/webhooks/{webhook}").body == changed.body
        assert (changed.body["url"], changed.body["enabled"]) == (f"{URL}/new", False)
        assert (changed.body["events"], changed.body["description"]) == (None, None)

    def test_an_address_that_is_not_public_is_refused_here_too(self, app: OperatorApp) -> None:
        webhook = make(app).body["webhook"]
        refused = put(app, webhook, url="https://10.0.0.1/")
        assert (refused.status, refused.rules) == (422, {"url": "webhook_host"})
        assert app.get(f"/webhooks/{webhook}").body["url"] == URL

    def test_its_failures_are_forgiven(self, app: OperatorApp) -> None:
        webhook = make(app).body["webhook"]
        store = WebhookTable(boto3.client("dynamodb"), tables.NAME)
        for _ in range(5):
            store.failed(webhook, "status-500", wiring.now())
        failing = app.get(f"/webhooks/{webhook}").body
        assert (failing["failing"], failing["last_failure"]["why"]) == (True, "status-500")
        assert put(app, webhook).body["failing"] is False

    def test_a_deleted_one_is_gone(self, app: OperatorApp) -> None:
        webhook = make(app).body["webhook"]
        assert app.send("DELETE", f"/webhooks/{webhook}").body["webhook"] == webhook
        assert app.get("/webhooks").body["items"] == []
        for method in ("GET", "DELETE"):
            assert app.send(method, f"/webhooks/{webhook}").problem == "no-such-webhook"
        assert put(app, webhook).problem == "no-such-webhook"


class TestRotation:
    def test_the_new_secret_is_another_and_the_old_one_signs_for_a_day(self, app: OperatorApp) -> None:
        made = make(app).body
        rotated = app.post(f"/webhooks/{made['webhook']}/secret")
        assert rotated.status == 200
        assert rotated.body["secret"] != made["secret"]
        endpoint = webhook_wiring.desk().store.endpoint(made["webhook"])
        assert endpoint
        assert list(endpoint.live_versions(wiring.now())) == [2, 1]
        assert rotated.body["overlap_until"] == app.get(f"/webhooks/{made['webhook']}").body["overlap_until"]

    def test_the_same_request_rotates_once(self, app: OperatorApp) -> None:
        path = f"/webhooks/{make(app).body['webhook']}/secret"
        first, again = (app.post(path, key="rotate") for _ in range(2))
        assert (first.body, again.headers["idempotency-replayed"]) == (again.body, "true")
        assert app.post(path).body["secret"] != first.body["secret"]

    def test_rotations_within_an_overlap_leave_the_oldest_signing(self, app: OperatorApp) -> None:
        webhook = make(app).body["webhook"]
        for _ in range(2):
            app.post(f"/webhooks/{webhook}/secret")
        endpoint = webhook_wiring.desk().store.endpoint(webhook)
        assert endpoint
        assert list(endpoint.live_versions(wiring.now())) == [3, 2, 1]

    def test_without_an_overlap_a_leaked_secret_ends_at_once(self, app: OperatorApp) -> None:
        webhook = make(app).body["webhook"]
        app.post(f"/webhooks/{webhook}/secret", {"overlap_hours": 0})
        endpoint = webhook_wiring.desk().store.endpoint(webhook)
        assert endpoint
        assert list(endpoint.live_versions(wiring.now())) == [2]

    @pytest.mark.parametrize("hours", [-1, 169, "24", 1.5])
    def test_an_overlap_is_a_number_of_hours_up_to_a_week(self, app: OperatorApp, hours: object) -> None:
        refused = app.post(f"/webhooks/{make(app).body['webhook']}/secret", {"overlap_hours": hours})
        assert (refused.status, set(refused.rules)) == (422, {"overlap_hours"})


class TestSending:
    def test_a_test_message_is_queued(self, app: OperatorApp, queue: str) -> None:
        webhook = make(app).body["webhook"]
        assert app.post(f"/webhooks/{webhook}/test").body == {"webhook": webhook, "queued": 1}
        [delivery] = queued(queue)
        assert delivery["ping"].startswith("ping-")
        assert delivery["endpoint"] == webhook

    def test_the_same_request_queues_one_message_or_one_that_is_known_by_its_id(
        self, app: OperatorApp, queue: str
    ) -> None:
        path = f"/webhooks/{make(app).body['webhook']}/test"
        for _ in range(2):
            app.post(path, key="test")
        assert len(queued(queue)) == 1

    def test_the_events_of_a_complaint_are_queued_that_the_webhook_wants(
        self, app: OperatorApp, queue: str
    ) -> None:
        webhook = make(app, events=["ComplaintReceived"]).body["webhook"]
        number = create(app)
        app.post(f"/complaints/{number}/withdrawal")
        sent = app.post(f"/webhooks/{webhook}/replays", {"number": number.lower()})
        assert sent.body["queued"] == 1
        [delivery] = queued(queue)
        assert (delivery["number"], delivery["seq"]) == (number, 1)

    def test_dead_letters_are_listed_by_page_queued_again_and_then_gone(
        self, app: OperatorApp, queue: str
    ) -> None:
        webhook, number = make(app).body["webhook"], create(app)
        bury(webhook, number, 5)
        first = app.get(f"/webhooks/{webhook}/dead-letters", limit="3").body
        rest = app.get(f"/webhooks/{webhook}/dead-letters", limit="3", cursor=first["cursor"]).body
        listed = [*first["items"], *rest["items"]]
        assert [one["seq"] for one in listed] == [1, 2, 3, 4, 5]
        assert (listed[0]["id"], listed[0]["attempts"], listed[0]["why"]) == (f"{number}-1", 15, "status-500")
        path = f"/webhooks/{webhook}/replays"
        assert app.post(path, {"dead_letters": True}, key="replay").body["queued"] == 5
        assert app.post(path, {"dead_letters": True}, key="replay").body["queued"] == 5
        assert [one["seq"] for one in queued(queue)] == [1, 2, 3, 4, 5]
        assert app.get(f"/webhooks/{webhook}/dead-letters").body["items"] == []
        assert app.post(path, {"dead_letters": True}).body["queued"] == 0

    @pytest.mark.parametrize("body", [{}, {"dead_letters": False}, {"dead_letters": True, "number": "x"}])
    def test_one_thing_is_replayed_at_a_time(self, app: OperatorApp, body: dict[str, object]) -> None:
        refused = app.post(f"/webhooks/{make(app).body['webhook']}/replays", body)
        assert (refused.status, refused.rules) == (422, {"dead_letters": "one_replay"})

    @pytest.mark.parametrize("number", ["R7K3-9QXM-3", "nonsense"])
    def test_a_complaint_that_is_not_there_is_not_found(self, app: OperatorApp, number: str) -> None:
        refused = app.post(f"/webhooks/{make(app).body['webhook']}/replays", {"number": number})
        assert (refused.status, refused.problem) == (404, "not-found")

    def test_nothing_is_queued_for_a_disabled_webhook(self, app: OperatorApp, queue: str) -> None:
        webhook = make(app).body["webhook"]
        put(app, webhook, enabled=False)
        for what, body in {"test": {}, "replays": {"dead_letters": True}}.items():
            refused = app.post(f"/webhooks/{webhook}/{what}", body)
            assert (refused.status, refused.problem) == (409, "webhook-disabled")
        assert queued(queue) == []

    def test_a_cursor_of_another_list_is_refused(self, app: OperatorApp) -> None:
        path = f"/webhooks/{make(app).body['webhook']}/dead-letters"
        for cursor in ("nonsense", base64.urlsafe_b64encode(b"STATE").decode(), "é"):
            refused = app.get(path, cursor=cursor)
            assert (refused.status, refused.rules) == (422, {"cursor": "cursor"})


class TestOthers:
    @pytest.fixture
    def other(self, function: ModuleType) -> OperatorApp:
        """The application of the other brand, which is not the owner."""
        return OperatorApp(handler=function.handler, claims={"client_id": "cognito-crm", "scope": ADMIN})

    def test_what_another_client_has_made_is_as_if_it_were_not_there(
        self, app: OperatorApp, other: OperatorApp
    ) -> None:
        webhook = make(app).body["webhook"]
        assert other.get("/webhooks").body["items"] == []
        assert other.get(f"/webhooks/{webhook}").problem == "no-such-webhook"
        assert other.get(f"/webhooks/{webhook}/dead-letters").problem == "no-such-webhook"

    def test_a_complaint_of_another_brand_cannot_be_replayed(
        self, app: OperatorApp, crm: OperatorApp, queue: str
    ) -> None:
        number = create(crm, brand="southlight")
        refused = app.post(f"/webhooks/{make(app).body['webhook']}/replays", {"number": number})
        assert (refused.status, refused.problem) == (404, "not-found")
        assert queued(queue) == []

    @pytest.mark.parametrize("scopes", ["read", "read write", "read write decide"])
    def test_only_an_administrator_changes_webhooks(self, function: ModuleType, scopes: str) -> None:
        scope = " ".join(f"redress/complaints:{one}" for one in scopes.split())
        app = OperatorApp(handler=function.handler, claims={"client_id": CLIENT_ID, "scope": scope})
        assert app.get("/webhooks").status == 200
        for method, path in {
            "POST": "/webhooks",
            "PUT": "/webhooks/wh-1",
            "DELETE": "/webhooks/wh-1",
        }.items():
            refused = app.send(method, path)
            assert (refused.status, refused.body["permission"]) == (403, "admin")


def test_a_queue_that_takes_nothing_is_told_as_passing(
    app: OperatorApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    webhook = make(app).body["webhook"]
    refused = {"Failed": [{"Id": "0", "Code": "InternalError", "SenderFault": False}]}
    monkeypatch.setattr(webhook_wiring.queue().client, "send_message_batch", lambda **_: refused)
    answer = app.post(f"/webhooks/{webhook}/test")
    assert (answer.status, answer.problem, answer.headers["retry-after"]) == (503, "unavailable", "1")
