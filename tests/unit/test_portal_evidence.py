"""The page where a player adds files: a form that leads to the bucket, and what became of each file."""

import base64
import json
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from redress.adapters.s3 import UPLOAD_TIME
from redress.domain import commands as c
from redress.domain import instants
from redress.domain.commands import Command
from redress.domain.evidence import LARGEST_BYTES, MOST_FILES, Refusal, Verdict
from tests.support.complaints import PLAYER
from tests.support.evidence import BUCKET_URL, added
from tests.support.portal import ADDRESS, Answer, Visitor


@pytest.fixture
def visitor() -> Visitor:
    """Somebody at a portal."""
    return Visitor()


def page(visitor: Visitor, path: str, *commands: Command) -> Answer:
    """The evidence page after some things happened."""
    visitor.operator(path, *commands, actor=PLAYER)
    return visitor.get(f"{path}/evidence")


def fields(shown: Answer) -> dict[str, str]:
    """What the form sends along."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', shown.body)
    return {name: unescape(value) for name, value in found}


def policy(shown: Answer) -> dict[str, Any]:
    """What the bucket holds the form to."""
    read: dict[str, Any] = json.loads(base64.b64decode(fields(shown)["policy"]))
    return read


def held_to(shown: Answer) -> dict[str, str]:
    """What each field has to be, by the policy."""
    return {
        name: value
        for one in policy(shown)["conditions"]
        if isinstance(one, dict)
        for name, value in one.items()
    }


def test_the_form_leads_to_the_bucket_and_works_without_a_script(visitor: Visitor) -> None:
    shown = page(visitor, visitor.complained())
    [form] = re.findall(r"<form[^>]*>.*?</form>", shown.body, re.DOTALL)
    assert f'method="post" action="{BUCKET_URL}/" enctype="multipart/form-data"' in form
    names = re.findall(r'name="([^"]+)"', form)
    assert names[-1] == "file"  # what comes after the file is not read
    assert set(names) == {*fields(shown), "file"}


def test_the_bucket_holds_the_sender_to_one_key_ten_megabytes_and_an_hour(visitor: Visitor) -> None:
    path = visitor.complained()
    shown = page(visitor, path)
    number = path.split("/")[2]
    assert re.fullmatch(rf"incoming/{number}/[0-9a-f]{{32}}", held_to(shown)["key"])
    assert held_to(shown)["x-amz-meta-by"] == "player"
    assert ["content-length-range", 1, LARGEST_BYTES] in policy(shown)["conditions"]
    assert policy(shown)["expiration"] == instants.to_text(visitor.now + UPLOAD_TIME)


def test_every_field_of_the_form_is_one_that_the_policy_holds_to_its_value(visitor: Visitor) -> None:
    shown = page(visitor, visitor.complained())
    free = {"policy", "x-amz-signature"}
    assert {name: value for name, value in fields(shown).items() if name not in free}.items() <= held_to(
        shown
    ).items()


def test_each_page_signs_for_a_file_of_its_own(visitor: Visitor) -> None:
    path = visitor.complained()
    assert fields(page(visitor, path))["key"] != fields(page(visitor, path))["key"]


@pytest.mark.parametrize("language", ["", "/fr"])
def test_the_bucket_sends_the_browser_back_to_a_page_that_changes_nothing(
    visitor: Visitor, language: str
) -> None:
    path = visitor.complained()
    before = visitor.complaint(path).version
    shown = visitor.get(f"{language}{path}/evidence")
    back = fields(shown)["success_action_redirect"]
    assert back == f"{ADDRESS}{language}{path}/evidence/sent"
    arrived = visitor.get(f"{back.removeprefix(ADDRESS)}?bucket=b&key=incoming%2Fx&etag=%22e%22")
    assert arrived.status == 200
    assert 'role="status"' in arrived.body
    assert "incoming%2Fx" not in arrived.body
    assert visitor.complaint(path).version == before


def test_only_this_page_may_send_a_form_to_the_bucket(visitor: Visitor) -> None:
    path = visitor.complained()
    shown = page(visitor, path)
    assert f"form-action 'self' {BUCKET_URL};" in shown.headers["content-security-policy"]
    assert shown.headers["cache-control"] == "no-store"
    assert "form-action 'self';" in visitor.get(path).headers["content-security-policy"]


def test_limits_and_kinds_are_told_before_a_file_is_chosen(visitor: Visitor) -> None:
    text = page(visitor, visitor.complained()).text
    assert "Up to 10 MB." in text
    assert "JPEG, PNG, HEIC" in text
    assert "You can send 10 more files, one after the other." in text
    assert "The name of the file is not kept." in text
    assert "If you see a page of code after sending" in text


@pytest.mark.parametrize(
    ("size", "told"),
    [
        (1, "1 KB"),
        (348_000, "340 KB"),
        (1_048_575, "1,024 KB"),
        (1_468_007, "1.4 MB"),
        (LARGEST_BYTES, "10.0 MB"),
    ],
)
def test_a_file_is_told_by_its_place_kind_and_size(visitor: Visitor, size: int, told: str) -> None:
    shown = page(visitor, visitor.complained(), added(size=size))
    assert f"File 1: PDF, {told}" in shown.text
    assert "You sent it on 2 March 2026 at 12:01" in shown.text
    assert "You can send 9 more files" in shown.text


@pytest.mark.parametrize(
    ("verdict", "told"),
    [
        (None, "Nobody opens it before it was scanned for malware."),
        (Verdict.CLEAN, "We have it."),
        (Verdict.INFECTED, "We deleted it, because our scan found malware in it."),
        (Verdict.UNSCANNABLE, "our scan for malware could not read it"),
    ],
)
def test_the_player_is_told_what_came_of_the_scan(visitor: Visitor, verdict: str | None, told: str) -> None:
    scanned = [c.RecordScan(evidence="e1", verdict=verdict)] if verdict else []
    assert told in page(visitor, visitor.complained(), added(), *scanned).text


@pytest.mark.parametrize("reason", Refusal)
def test_the_player_is_told_why_a_file_was_not_taken(visitor: Visitor, reason: Refusal) -> None:
    shown = page(visitor, visitor.complained(), c.RefuseEvidence(evidence="e1", reason=reason))
    assert "File 1" in shown.text
    assert "We could not take it" in shown.text


def test_a_file_that_the_operator_added_is_told_as_such(visitor: Visitor) -> None:
    path = visitor.complained()
    visitor.operator(path, added(), actor="app:back-office/agent-1")
    shown = visitor.get(f"{path}/evidence")
    assert "We added it on" in shown.text
    assert "agent-1" not in shown.body


def test_after_ten_files_there_is_no_form(visitor: Visitor) -> None:
    path = visitor.complained()
    shown = page(visitor, path, *(added(f"e{place}") for place in range(MOST_FILES)))
    assert "<form" not in shown.body
    assert "No more files can be added here." in shown.text


def test_a_closed_complaint_shows_its_files_and_takes_none(visitor: Visitor) -> None:
    shown = page(visitor, visitor.complained(), added(), c.Withdraw())
    assert "File 1: PDF" in shown.text
    assert "<form" not in shown.body


@pytest.mark.parametrize("place", ["evidence", "evidence/sent"])
def test_without_the_key_there_is_nothing_to_see(visitor: Visitor, place: str) -> None:
    number = visitor.complained().split("/")[2]
    refused = visitor.get(f"/complaints/{number}/wrong/{place}")
    assert refused.status == 404
    assert BUCKET_URL not in refused.body


def test_a_link_that_is_over_opens_no_files(visitor: Visitor) -> None:
    path = visitor.complained()
    visitor.now += timedelta(days=visitor.region.link_days + 1)
    assert BUCKET_URL not in visitor.get(f"{path}/evidence").body


def test_a_decimal_is_written_as_in_the_language_of_the_page(visitor: Visitor) -> None:
    path = visitor.complained()
    visitor.operator(path, added(size=1_468_007), actor=PLAYER)
    assert "1,4" in visitor.get(f"/de{path}/evidence").text


def test_the_script_of_the_page_is_served_and_says_nothing_by_itself(visitor: Visitor) -> None:
    path = visitor.complained()
    shown = page(visitor, path)
    [source] = re.findall(r'<script type="module" src="([^"]+)"', shown.body)
    script = visitor.get(f"/static/{source.rpartition('/')[2]}")
    assert script.status == 200
    assert script.headers["content-type"].startswith("text/javascript")
    for name in ("tooLarge", "empty", "missing", "sending"):
        assert f"dataset.{name}" in script.body
        assert re.search(rf'data-{re.sub("L", "-l", name)}="[^"]+"', shown.body)
