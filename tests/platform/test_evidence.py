"""A file on its whole way: from a form without JavaScript to the bucket, onto record, out by the API."""

import html
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from infra.local.describe import LocalStack
from tests.support.evidence import DOCX, JAR, PDF, PNG, PROGRAM

SECONDS = 15.0
TOLD: Mapping[str, Any] = {
    "brand": "northlight",
    "jurisdiction": "gb-ukgc",
    "category": "bonuses",
    "description": "The bonus was not paid.",
    "name": "Player Example",
    "account": "account-evidence",
}

type Json = dict[str, Any]


@dataclass(frozen=True)
class Case:
    """A complaint, its player's private page, and the operator's application."""

    number: str
    page: str
    app: httpx.Client
    browser: httpx.Client

    def form(self) -> tuple[str, dict[str, str]]:
        """Where the form of the evidence page leads, and what it sends along."""
        shown = self.browser.get(f"{self.page}/evidence").raise_for_status().text
        [action] = re.findall(r'<form method="post" action="([^"]+)" enctype="multipart/form-data"', shown)
        fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', shown)
        return html.unescape(action), {name: html.unescape(value) for name, value in fields}

    def send(self, content: bytes, name: str = "my documents/PLAYER-NAME.pdf") -> httpx.Response:
        """What a browser without JavaScript does with the form; it follows no redirect."""
        action, fields = self.form()
        return self.browser.post(action, data=fields, files={"file": (name, content)})

    def listed(self) -> Json:
        """The files, as the operator sees them."""
        return dict(self.app.get(f"complaints/{self.number}/evidence").raise_for_status().json())

    def settled(self, files: int) -> list[Json]:
        """The files, once there are so many."""
        items: list[Json] = until(lambda: self.listed()["items"], lambda items: len(items) >= files)
        return items


def until[Seen](look: Callable[[], Seen], wanted: Callable[[Seen], bool]) -> Seen:
    """What is seen as soon as it is as wanted, or in the end."""
    deadline = time.monotonic() + SECONDS
    while not wanted(seen := look()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return seen


@pytest.fixture
def case(local: LocalStack) -> Iterator[Case]:
    """A new complaint, whose private link came by mail."""
    headers = {"Authorization": f"Bearer {local.token()}"}
    with (
        httpx.Client(base_url=f"{local.api_url}/v1/", headers=headers, timeout=SECONDS) as app,
        httpx.Client(timeout=SECONDS) as browser,
    ):
        mailbox = f"evidence-{uuid4()}@example.test"
        sent = {"Idempotency-Key": str(uuid4())}
        made = app.post("complaints", json={**TOLD, "email": mailbox}, headers=sent).raise_for_status()
        [mail, *_] = until(lambda: local.mails(to=mailbox), bool)
        number = made.json()["number"]
        [page, *_] = re.findall(rf"http://\S+/complaints/{number}/[\w.-]+", mail.text)
        yield Case(number, page, app, browser)


def test_a_file_comes_from_the_form_and_is_handed_out_by_the_api(case: Case, local: LocalStack) -> None:
    sent = case.send(PDF)
    assert sent.status_code == 303, sent.text
    assert sent.headers["location"].startswith(f"{case.page}/evidence/sent?")
    back = case.browser.get(sent.headers["location"])
    assert back.status_code == 200
    assert "Your file has arrived" in back.text
    [item] = case.settled(1)
    assert (item["state"], item["media_type"], item["size"]) == ("not_scanned", "application/pdf", len(PDF))
    assert item["added_by"] == "player"
    file = case.app.get(f"complaints/{case.number}/evidence/{item['evidence']}").raise_for_status().json()
    handed_out = httpx.get(file["url"])
    assert handed_out.content == PDF
    assert handed_out.headers["content-type"] == "application/pdf"
    assert handed_out.headers["content-disposition"] == f'attachment; filename="{case.number}-1.pdf"'
    shown = case.browser.get(f"{case.page}/evidence").text
    assert "File 1: PDF, 1 KB" in shown
    assert "PLAYER-NAME" not in str(everything(local)) + shown + str(
        case.app.get(f"complaints/{case.number}").json()
    )


def everything(local: LocalStack) -> list[Mapping[str, Any]]:
    """The bucket: keys and what is said of them."""
    s3 = local.client("s3")
    names = [one["Name"] for one in s3.list_buckets()["Buckets"] if "evidence" in one["Name"]]
    keys = [
        (name, one["Key"]) for name in names for one in s3.list_objects_v2(Bucket=name).get("Contents", [])
    ]
    return [{"key": key, **s3.head_object(Bucket=name, Key=key)} for name, key in keys]


def test_nothing_that_came_in_is_left_and_what_is_kept_cannot_be_opened_without_a_signature(
    case: Case, local: LocalStack
) -> None:
    case.send(PNG)
    [item] = case.settled(1)
    keys = until(
        lambda: [one["key"] for one in everything(local) if case.number in one["key"]],
        lambda keys: not any(key.startswith("incoming/") for key in keys),
    )
    assert keys == [f"kept/{case.number}/{item['evidence']}"]
    action, _ = case.form()
    assert case.browser.get(f"{action}{keys[0]}").status_code == 403


@pytest.mark.parametrize(
    ("content", "why"),
    [(PROGRAM, "kind_not_taken"), (PDF + JAR, "two_kinds_at_once"), (b"<svg onload='x'/>", "kind_not_taken")],
)
def test_a_renamed_program_is_refused_and_the_player_is_told(
    case: Case, local: LocalStack, content: bytes, why: str
) -> None:
    assert case.send(content, "receipt.pdf").status_code == 303
    [item] = case.settled(1)
    assert (item["state"], item["refused"]) == ("refused", why)
    assert case.app.get(f"complaints/{case.number}/evidence/{item['evidence']}").status_code == 409
    assert "We could not take it" in case.browser.get(f"{case.page}/evidence").text
    assert (
        until(lambda: [one for one in everything(local) if case.number in one["key"]], lambda left: not left)
        == []
    )


def test_twenty_megabytes_are_refused_at_the_door_and_the_page_still_works(case: Case) -> None:
    refused = case.send(bytes(20 * 1024 * 1024))
    assert refused.status_code == 400
    assert "EntityTooLarge" in refused.text
    assert case.listed()["items"] == []
    assert case.send(DOCX).status_code == 303
    assert len(case.settled(1)) == 1


@pytest.mark.parametrize(
    "changed",
    [
        {"key": "kept/R7K3-9QXM-2/x"},
        {"x-amz-meta-by": "app:back-office/agent-1"},
        {"success_action_redirect": "https://elsewhere.example.test/"},
        {"Content-Type": "text/html"},
        {"acl": "public-read"},
    ],
)
def test_a_form_that_was_changed_is_refused(case: Case, changed: Mapping[str, str]) -> None:
    action, fields = case.form()
    refused = case.browser.post(action, data={**fields, **changed}, files={"file": ("a.pdf", PDF)})
    assert refused.status_code == 403


def test_an_application_sends_a_file_for_the_player(case: Case) -> None:
    path, headers = (
        f"complaints/{case.number}/evidence",
        {"Idempotency-Key": "upload", "Redress-User": "agent-1"},
    )
    made = case.app.post(path, json={}, headers=headers).raise_for_status().json()
    again = case.app.post(path, json={}, headers=headers).raise_for_status().json()
    assert again["evidence"] == made["evidence"]
    sent = httpx.post(made["url"], data=made["fields"], files={"file": ("scan.png", PNG)})
    assert sent.status_code == 204, sent.text
    [item] = case.settled(1)
    assert (item["evidence"], item["media_type"]) == (made["evidence"], "image/png")
    assert item["added_by"].endswith("/agent-1")
