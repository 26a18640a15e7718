"""Evidence through the API: where a file may go, what came of it, and who gets it out."""

import base64
import json
from types import ModuleType
from urllib.parse import urlsplit

import pytest

from redress.adapters import wiring
from redress.domain import commands as c
from redress.domain.evidence import KINDS, LARGEST_BYTES, MOST_FILES, Refusal, Verdict
from redress.usecases.change import change
from tests.support.complaints import PLAYER, SYSTEM
from tests.support.evidence import added
from tests.support.operator_app import OperatorApp
from tests.support.operator_requests import create, stored_items

ORIGIN = "https://evidence.s3.eu-west-2.amazonaws.com"


@pytest.fixture
def number(app: OperatorApp) -> str:
    """A complaint."""
    return create(app)


def scanned(number: str, verdict: str | None, evidence: str = "e1") -> None:
    """A file of the player, and what its scan said."""
    change(wiring.desk(), number, added(evidence), PLAYER)
    if verdict:
        change(wiring.desk(), number, c.RecordScan(evidence=evidence, verdict=verdict), SYSTEM)


def test_a_form_is_for_one_file_of_this_complaint_from_this_person(app: OperatorApp, number: str) -> None:
    made = app.post(f"/complaints/{number}/evidence", **{"redress-user": "agent-1"})
    assert made.status == 201
    form = made.body
    assert (form["url"], form["largest"], form["media_types"]) == (f"{ORIGIN}/", LARGEST_BYTES, list(KINDS))
    assert made.headers["location"] == f"/v1/complaints/{number}/evidence/{form['evidence']}"
    assert form["fields"]["key"] == f"incoming/{number}/{form['evidence']}"
    assert form["fields"]["x-amz-meta-by"] == "app:back-office/agent-1"
    policy = json.loads(base64.b64decode(form["fields"]["policy"]))
    assert {"x-amz-meta-by": "app:back-office/agent-1"} in policy["conditions"]
    assert policy["expiration"] == form["expires_at"]


def test_asking_puts_nothing_on_record(app: OperatorApp, number: str) -> None:
    before = stored_items()
    app.post(f"/complaints/{number}/evidence")
    assert stored_items() == before


def test_the_same_request_is_about_the_same_file_and_another_about_another(
    app: OperatorApp, number: str
) -> None:
    path = f"/complaints/{number}/evidence"
    first, again, other = (app.post(path, key=key).body["evidence"] for key in ("one", "one", "two"))
    assert first == again != other
    person = app.post(path, key="one", **{"redress-user": "agent-2"}).body["evidence"]
    assert person != first


@pytest.mark.parametrize("closed", [True, False])
def test_where_no_file_is_taken_none_is_asked_for(app: OperatorApp, number: str, *, closed: bool) -> None:
    if closed:
        change(wiring.desk(), number, c.Withdraw(), PLAYER)
    else:
        for place in range(MOST_FILES):
            scanned(number, None, f"e{place}")
    refused = app.post(f"/complaints/{number}/evidence")
    assert (refused.status, refused.problem) == (409, "illegal-transition")


def test_every_file_is_listed_with_what_came_of_it(app: OperatorApp, number: str) -> None:
    scanned(number, Verdict.CLEAN)
    change(wiring.desk(), number, c.RefuseEvidence(evidence="e2", reason=Refusal.MIXED), PLAYER)
    listed = app.get(f"/complaints/{number}/evidence")
    assert listed.body["more"] == MOST_FILES - 1
    first, second = listed.body["items"]
    assert (first["place"], first["state"], first["media_type"], first["added_by"]) == (
        *(1, "clean", "application/pdf", "player"),
    )
    assert first["sha256"] == "0" * 64
    assert (second["state"], second["refused"], second["size"]) == ("refused", "two_kinds_at_once", None)
    assert app.get(f"/complaints/{number}").body["evidence"] == listed.body["items"]


def test_a_clean_file_is_handed_out_by_an_address_of_five_minutes(app: OperatorApp, number: str) -> None:
    scanned(number, Verdict.CLEAN)
    file = app.get(f"/complaints/{number}/evidence/e1").body
    assert file["file_name"] == f"{number}-1.pdf"
    parts = urlsplit(file["url"])
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"{ORIGIN}/kept/{number}/e1"
    assert "X-Amz-Expires=300" in parts.query


@pytest.mark.parametrize("verdict", [None, Verdict.INFECTED, Verdict.UNSCANNABLE])
def test_no_other_file_is_handed_out(app: OperatorApp, number: str, verdict: Verdict | None) -> None:
    scanned(number, verdict)
    refused = app.get(f"/complaints/{number}/evidence/e1")
    assert (refused.status, refused.problem) == (409, "evidence-not-released")
    assert refused.body["state"] == (verdict or "checking")
    assert ORIGIN not in json.dumps(refused.body)


def test_a_refused_file_is_not_handed_out_either(app: OperatorApp, number: str) -> None:
    change(wiring.desk(), number, c.RefuseEvidence(evidence="e1", reason=Refusal.KIND), PLAYER)
    assert app.get(f"/complaints/{number}/evidence/e1").body["state"] == "refused"


def test_a_file_of_another_complaint_is_none_of_this_one(app: OperatorApp, number: str) -> None:
    scanned(create(app), Verdict.CLEAN)
    refused = app.get(f"/complaints/{number}/evidence/e1")
    assert (refused.status, refused.problem) == (404, "no-such-evidence")


def test_another_brands_application_sees_no_file(app: OperatorApp, crm: OperatorApp, number: str) -> None:
    del app
    scanned(number, Verdict.CLEAN)
    for refused in (
        crm.get(f"/complaints/{number}/evidence"),
        crm.get(f"/complaints/{number}/evidence/e1"),
        crm.post(f"/complaints/{number}/evidence"),
    ):
        assert (refused.status, refused.problem) == (404, "not-found")


def test_writing_takes_another_permission_than_reading(function: ModuleType, number: str) -> None:
    reader = OperatorApp(
        handler=function.handler,
        claims={"client_id": "cognito-back-office", "scope": "redress/complaints:read"},
    )
    assert reader.get(f"/complaints/{number}/evidence").status == 200
    assert reader.post(f"/complaints/{number}/evidence").body["permission"] == "write"


def test_the_evidence_pack_lists_the_files(app: OperatorApp, number: str) -> None:
    scanned(number, Verdict.CLEAN)
    pack = app.get(f"/complaints/{number}/evidence-pack").body
    [file] = pack["complaint"]["evidence"]
    assert (file["evidence"], file["sha256"]) == ("e1", "0" * 64)
