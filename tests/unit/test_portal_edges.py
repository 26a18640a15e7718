"""Where one part of the portal meets another; and what holds on every address, whatever is sent to it."""

import json
import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from infra.constructs.web_acl import COUNTED
from redress.domain import file_kinds
from redress.domain.correspondence import LetterKind
from redress.domain.evidence import Verdict
from redress.language import CODES
from redress.usecases.collect_evidence import Collector, collect, record_scan
from redress.usecases.evidence_ports import Sent
from redress.web import prefill
from redress.web.routes import ROUTES
from tests.support.complaints import PLAYER
from tests.support.consultations import asked, filled
from tests.support.evidence import PDF, PNG, MemoryFiles, archive
from tests.support.portal import COMPLAINT, Answer, Visitor, event

LONGEST_QUERY_BYTES = 2_048
"""What SizeRestrictions_QUERYSTRING of AWSManagedRulesCommonRuleSet lets through (AWS WAF guide)."""


@pytest.fixture
def visitor() -> Visitor:
    """Somebody at a portal."""
    return Visitor()


# --- Dates -------------------------------------------------------------------------------------------


def test_a_form_that_is_shown_again_tells_the_final_date_that_will_hold_once_it_is_known(
    visitor: Visitor,
) -> None:
    question = asked(visitor)
    visitor.now += timedelta(days=10)
    later_than_asked = {"occurred_day": "5"}
    again = visitor.post("/complaints", filled(visitor, question, **later_than_asked, email="nobody"))
    assert again.status == 422
    sent = visitor.post("/complaints", filled(visitor, question, **later_than_asked))
    promised = _final_day(visitor.get(sent.location))
    assert _final_day(again) == promised, "the form says 'These dates hold if you send it now'"


def _final_day(page: Answer) -> str:
    found = re.search(r"You get our final answer By the end of (\w+, \d+ \w+ \d+)", page.text)
    assert found, page.text
    return found[1]


# --- Files -------------------------------------------------------------------------------------------


def test_another_file_sent_with_the_form_of_an_earlier_one_is_not_lost_without_a_word(
    visitor: Visitor,
) -> None:
    """A page that comes back from the browser's memory sends to the same key once more (evidence.js allows
    it), and the store answers "it has arrived" to that, too.
    """
    number, files = visitor.complained().split("/")[2], MemoryFiles()
    collector = Collector(desk=visitor.desk, files=files, scanned=True)
    for content in (PDF, PNG):
        files.came[number, "e1"] = Sent(by=PLAYER, content=content)
        collect(collector, number, "e1")
    known = visitor.store.load(number).complaint.evidence
    assert len(known) == 2, "the second file is neither added nor refused on the complaint"


def test_a_verdict_that_takes_a_file_away_is_on_record(visitor: Visitor) -> None:
    number, files = visitor.complained().split("/")[2], MemoryFiles()
    collector = Collector(desk=visitor.desk, files=files, scanned=True)
    files.came[number, "e1"] = Sent(by=PLAYER, content=PDF)
    collect(collector, number, "e1")
    record_scan(collector, number, "e1", Verdict.CLEAN)
    record_scan(collector, number, "e1", Verdict.INFECTED)  # scanned anew: the signatures know more by now
    one = visitor.store.load(number).complaint.evidence["e1"]
    assert (number, "e1") in files.kept or one.verdict == Verdict.INFECTED


def test_a_document_with_a_name_that_is_no_text_is_refused_and_poisons_no_queue() -> None:
    whole = archive(
        {"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"}, compressed=False
    )
    forged = bytearray(whole)
    forged[7] |= 0x08  # the local header says that its name is UTF-8 (APPNOTE 4.4.4, bit 11)
    forged[30] = 0xFF  # and it is not
    with pytest.raises(file_kinds.NotTaken):
        file_kinds.media_type(bytes(forged))


# --- The assistant -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "turns",
    ['[{"line": []}]', '[{"line": {}}]', '[{"line": "standing"}]', '[{"said": "\\ud800"}]'],
)
def test_a_forged_conversation_is_answered_with_a_page(visitor: Visitor, turns: str) -> None:
    page = visitor.post("/assistant", {"said": "Hello", "turns": turns, "state": "{}"})
    page.body.encode()
    assert page.status < 500


def test_a_forged_state_is_answered_with_a_page_that_can_be_sent(visitor: Visitor) -> None:
    page = visitor.post("/assistant", {"said": "", "turns": "[]", "state": '{"asked": "\\ud800"}'})
    page.body.encode()
    assert page.status < 500


def test_an_expired_link_in_the_conversation_loses_nothing_of_the_complaint_that_is_being_written(
    visitor: Visitor,
) -> None:
    old = visitor.complained()
    visitor.now += timedelta(days=visitor.region.link_days + 5)
    state = {"step": "name", "fields": {"category": "bonuses", "description": "A long story."}, "asked": ""}
    page = visitor.post(
        "/assistant", {"said": f"https://x.test{old}", "turns": "[]", "state": json.dumps(state)}
    )
    assert "A long story." in page.body


# --- Privacy -----------------------------------------------------------------------------------------


def test_what_a_player_writes_into_the_form_is_kept_in_no_cache_of_the_browser(visitor: Visitor) -> None:
    """form.js asks for fitting help pages with the first words of the complaint in the address."""
    page = visitor.get("/faq/offers?category=safer_gambling&q=I+could+not+stop+and+lost+my+rent")
    assert page.headers["cache-control"] == "no-store"


# --- Infrastructure ----------------------------------------------------------------------------------


def test_a_prefill_link_of_every_length_that_is_read_passes_the_web_acl() -> None:
    counted = COUNTED["AWSManagedRulesCommonRuleSet"]
    assert prefill.LARGEST + 200 <= LONGEST_QUERY_BYTES or "SizeRestrictions_QUERYSTRING" in counted


# --- Every address -----------------------------------------------------------------------------------

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "")
ADDRESSES = tuple(ROUTES)
NASTY = (
    *("", " ", "..", ".", "%2e%2e", "%00", "\x00", "\u202e", "{0}", "{number}", "{{7*7}}", "%s", "None"),
    *("<script>alert(1)</script>", "javascript:alert(1)", "//evil.example", "\r\nSet-Cookie: a=b"),
    *("a" * 10_000, "٣", "１２", "½", "NaN", "1e999", "-0", "9" * 5_000, "1.234", "𝟙", "ß" * 300),
    *("northlight", "gb-ukgc", "bonuses", "sandbox", "2026.1", "acknowledgement-1", "withdrawal-pending"),
)
FIELDS = (
    *COMPLAINT,
    *("nonce", "form_token", "confirmed", "topic", "consultation", "consultation_key", "residence"),
    *("said", "state", "turns", "to", "text", "number", "key", "reason", "score", "comment", "ground", "why"),
)
QUERIES = ("brand", "category", "prefill", "q", "sent", "done", "number", "jurisdiction", "bucket", "etag")
# The gateway hands on text: no halves of surrogate pairs, as only JSON in a field can hold them.
TEXTS = st.sampled_from(NASTY) | st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
FORMS = st.dictionaries(st.sampled_from(FIELDS), TEXTS, max_size=10)
QUERY = st.none() | st.dictionaries(st.sampled_from(QUERIES), TEXTS, max_size=4)
NONCE = "n" * 24


def _encoded(fields: dict[str, str]) -> str:
    return urlencode(fields)


def _person() -> tuple[Visitor, dict[str, str]]:
    visitor = Visitor()
    complaint = visitor.complained()
    visitor.letter(complaint, LetterKind.ACKNOWLEDGEMENT)
    _, _, number, key = complaint.split("/")
    return visitor, {"number": number, "key": key, "question": asked(visitor)}


@settings(
    max_examples=200,
    phases=(Phase.explicit, Phase.generate),
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(
    route=st.sampled_from(ADDRESSES),
    method=st.sampled_from(METHODS),
    code=st.sampled_from(("", *CODES, "xx", "FR", "fr/fr", "/")),
    names=st.dictionaries(
        st.sampled_from(("number", "key", "letter", "slug", "jurisdiction", "version", "name")), TEXTS
    ),
    genuine=st.booleans(),
    query=QUERY,
    fields=FORMS,
    whole=st.booleans(),
    accepts=st.none() | TEXTS | st.sampled_from(("de;q=nan", "fr;q=1e999,pl", "*", "zh,sv;q=0.1")),
    form=st.booleans(),
)
@example(
    route="/complaints",
    method="POST",
    code="ru",
    names={},
    genuine=True,
    query=None,
    fields={"occurred_month": "٣", "amount": "１２", "currency": "GBP"},
    whole=True,
    accepts=None,
    form=True,
)
def test_no_request_is_a_fault_of_ours(
    *,
    route: str,
    method: str,
    code: str,
    names: dict[str, str],
    genuine: bool,
    query: dict[str, str] | None,
    fields: dict[str, str],
    whole: bool,
    accepts: str | None,
    form: bool,
) -> None:
    visitor, known = _person()
    if genuine:
        number, key = known["number"], known["key"]
        if route.startswith("/consultations"):
            _, _, number, key = known["question"].split("/")
        names = {**names, "number": number, "key": key}
    path = re.sub(r"<(\w+)>", lambda found: names.get(found[1], "x"), route)
    if whole:
        fields = {**COMPLAINT, "nonce": NONCE, "text": "A question.", "said": "Hello", "score": "3", **fields}
    sent: dict[str, Any] = event(
        method,
        f"/{code}{path}" if code else path,
        _encoded(fields),
        content_type="application/x-www-form-urlencoded" if form else "text/plain",
    )
    sent["path"] = f"/{code}{path}" if code else path
    sent["queryStringParameters"] = query
    if accepts is not None:
        sent["headers"]["Accept-Language"] = accepts
    page = visitor.answer(sent)
    assert page.status < 500
    _check(page, code, sent)


def _check(page: Answer, code: str, sent: dict[str, Any]) -> None:
    assert all("\r" not in value and "\n" not in value for value in page.headers.values())
    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert page.headers["referrer-policy"] == "no-referrer"
    if "location" in page.headers:
        assert not re.match(r"[/\\]{2}|[a-z]+:", page.headers["location"]), page.headers["location"]
    if page.headers.get("content-type", "").startswith("text/html"):
        in_language = code if code in CODES else None
        found = re.search(r'<html lang="(\w+)"', page.body)
        assert in_language is None or found is None or found[1] == in_language
        assert "<script>alert" not in page.body
        assert 'href="javascript:' not in page.body
        if "public" in page.headers["cache-control"]:
            assert in_language or page.headers["vary"] == "Accept-Language"
            assert sent["httpMethod"] in ("GET", "HEAD")
