"""What a hostile or broken client sends: it gets a page, learns nothing, and changes nothing."""

import base64
import json
import logging
import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from redress.domain import private_link
from redress.web.forms import LARGEST_BODY
from tests.support.complaints import PERSONAL
from tests.support.portal import COMPLAINT, FORM_ADDRESS, Answer, Visitor, event

# A script of the portal's own: its file, and nothing in it.
OWN_SCRIPT = re.compile(r'<script type="module" src="[./]*/?static/[a-z-]+\.[0-9a-f]{12}\.js"></script>')
MARKUP = "</textarea></title><script>alert('x')</script>\"'<img src=x onerror=alert(1)>{{ 7*1000003 }}"


@pytest.fixture
def visitor() -> Visitor:
    """Somebody at a portal."""
    return Visitor()


# --- Headers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/", "/complaints/0000-0001-Y/none", "/nowhere", "/static/none.css"])
def test_every_page_keeps_itself_private(visitor: Visitor, address: str) -> None:
    headers = visitor.get(address).headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["strict-transport-security"] == "max-age=63072000"
    assert headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )


def test_redirects_are_not_kept_either(visitor: Visitor) -> None:
    sent = visitor.complain()
    assert sent.headers["cache-control"] == "no-store"
    assert sent.headers["referrer-policy"] == "no-referrer"


def test_pages_hold_no_inline_script_and_no_inline_style(visitor: Visitor) -> None:
    path = visitor.complained()
    for address in ("/", FORM_ADDRESS, path, f"{path}/received", "/nowhere"):
        body = OWN_SCRIPT.sub("", visitor.get(address).body)
        assert "<script" not in body
        assert " style=" not in body
        assert not re.search(r"<[^>]*\son[a-z]+=", body)


# --- Paths -------------------------------------------------------------------------------------------


def test_links_hold_under_any_path(visitor: Visitor) -> None:
    path = visitor.complained()
    assert 'href="../../static/northlight.' in visitor.get(path).body
    assert 'action="../../complaints/0000-0001-Y/' in visitor.get(path).body
    assert 'href="../../../static/northlight.' in visitor.get(f"{path}/received").body
    assert 'href="../../../static/northlight.' in visitor.get(f"{path}/").body
    unknown_address = Visitor(url=None).get(FORM_ADDRESS)
    assert 'href="./static/northlight.' in unknown_address.body
    assert 'action="./complaints"' in unknown_address.body


def test_the_form_works_with_and_without_a_final_slash_in_its_address() -> None:
    visitor = Visitor(url="http://127.0.0.1:4650/_aws/execute-api/portal/v")
    first, page = visitor.get("/"), visitor.get(FORM_ADDRESS)
    assert 'href="/_aws/execute-api/portal/v/complaints?category=bonuses"' in first.body
    assert 'href="/_aws/execute-api/portal/v/static/northlight.' in page.body
    assert 'action="/_aws/execute-api/portal/v/complaints"' in page.body


def test_the_stage_without_its_slash_leads_to_the_form() -> None:
    sent = event("GET", "/?brand=northlight&category=bonuses")
    sent["requestContext"]["path"] = "/v"
    led = Visitor(url=None).answer(sent).headers["location"]
    assert led == "v/?brand=northlight&category=bonuses"


def test_the_stylesheet_is_kept_for_good_under_the_name_of_its_content(visitor: Visitor) -> None:
    name = visitor.get("/").body.split('href="/static/')[1].split('"')[0]
    css = visitor.get(f"/static/{name}")
    assert css.status == 200
    assert css.headers["content-type"] == "text/css; charset=utf-8"
    assert css.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "--brand:#1f4e79" in css.body
    assert visitor.get("/static/northlight.0123456789ab.css").headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("name", ["nowhere.css", "northlight.txt", "..%2Fpages.py", "portal.css"])
def test_there_is_no_other_static_file(visitor: Visitor, name: str) -> None:
    assert visitor.get(f"/static/{name}").status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/complaints//key",
        "/complaints/<number>/<key>",
        "/complaints/a/b/c/d",
        "/complaints/\x00/é",
    ],
)
def test_a_path_that_leads_nowhere_gets_the_page_that_says_so(visitor: Visitor, path: str) -> None:
    assert visitor.get(path).status == 404


# --- Private links -----------------------------------------------------------------------------------


def _but_its_address(page: Answer) -> str:
    """The page without the address it has in each language."""
    return re.sub(r'href="[^"]*" lang=|href="[./]*(static|complaints)', "", page.body)


def test_an_unknown_number_and_a_wrong_key_get_the_same_page(visitor: Visitor) -> None:
    path = visitor.complained()
    number, key = path.split("/")[2:]
    forged = private_link.make(b"another secret", number, 1, visitor.now, timedelta(days=730))
    wrong = [
        f"/complaints/{number}/{forged}",
        f"/complaints/{number}/{key[:-1]}",
        f"/complaints/{number}/{key[:-1]}{'A' if key[-1] != 'A' else 'B'}",
        f"/complaints/{number}/%00",
        f"/complaints/R7K3-9QXM-3/{key}",
        f"/complaints/R7K3-9QXM-2/{key}",
        f"/complaints/nonsense/{key}",
    ]
    pages = [visitor.get(address) for address in wrong]
    assert {page.status for page in pages} == {404}
    assert len({_but_its_address(page) for page in pages}) == 1
    received = [visitor.get(f"{address}/received") for address in wrong]
    assert {page.status for page in received} == {404}
    nonce = visitor.get(path).nonce("reply")
    sent = [visitor.post(f"{address}/reply", {"nonce": nonce, "text": "Forged."}) for address in wrong]
    assert {page.status for page in sent} == {404}
    assert len({_but_its_address(page) for page in received + sent}) == 1
    assert len(visitor.store.load(number).records) == 1


def test_a_number_is_read_as_people_type_it(visitor: Visitor) -> None:
    number, key = visitor.complained().split("/")[2:]
    assert visitor.get(f"/complaints/{number.lower().replace('-', '').replace('0', 'o')}/{key}").status == 200


def test_during_a_rotation_the_previous_secret_opens_too(visitor: Visitor) -> None:
    path = visitor.complained()
    visitor.secrets = (b"new secret", *visitor.secrets)
    assert visitor.get(path).status == 200
    visitor.secrets = visitor.secrets[:1]
    assert visitor.get(path).status == 404


# --- Methods and bodies ------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods_are_refused_and_the_right_ones_named(visitor: Visitor, method: str) -> None:
    path = visitor.complained()
    assert visitor.send(method, "/complaints").headers["allow"] == "HEAD, GET, POST"
    page = visitor.send(method, path)
    assert page.status == 405
    assert page.headers["allow"] == "HEAD, GET"


def test_a_post_where_nothing_is_sent_to_is_refused(visitor: Visitor) -> None:
    path = visitor.complained()
    assert visitor.post(path, {}).status == 405
    assert visitor.post(f"{path}/received", {}).status == 405


def test_link_scanners_may_ask_for_the_head(visitor: Visitor) -> None:
    assert visitor.send("HEAD", "/").status == 200


@pytest.mark.parametrize(
    "content_type", ["application/json", "multipart/form-data; boundary=x", "text/plain", ""]
)
def test_only_forms_are_read(visitor: Visitor, content_type: str) -> None:
    page = visitor.send("POST", "/complaints", urlencode(visitor.fill()), content_type=content_type)
    assert page.status == 415
    assert not visitor.store.states


@pytest.mark.parametrize(
    "body", ["description=%ff%fe", "&".join(f"f{n}=1" for n in range(51)), "name=%C3%28"]
)
def test_a_body_that_is_no_form_is_refused(visitor: Visitor, body: str) -> None:
    page = visitor.send("POST", "/complaints", body)
    assert page.status == 400
    assert "We could not read what was sent" in page.text


def test_broken_percent_signs_are_text(visitor: Visitor) -> None:
    body = urlencode(visitor.fill(description="")) + "&description=100%&description=second"
    page = visitor.send("POST", "/complaints", body.replace("description=&", ""))
    assert page.status == 303
    [number] = visitor.store.states
    assert visitor.store.contents[number][1]["description"] == "100%"


def test_a_body_in_base64_is_read(visitor: Visitor) -> None:
    coded = base64.b64encode(urlencode(visitor.fill()).encode()).decode()
    assert visitor.send("POST", "/complaints", coded, base64=True).status == 303
    assert visitor.send("POST", "/complaints", "*", base64=True).status == 400
    assert visitor.send("POST", "/complaints", "/w==", base64=True).status == 400


def test_a_huge_body_is_refused_unread(visitor: Visitor) -> None:
    assert visitor.send("POST", "/complaints", "name=" + "x" * LARGEST_BODY).status == 413
    assert visitor.send("POST", "/complaints", None).status == 400


# --- What is told ------------------------------------------------------------------------------------


def test_markup_is_shown_as_text_everywhere(visitor: Visitor) -> None:
    marked = dict.fromkeys(("description", "remedy", "name", "account", "transaction_references"), MARKUP)
    refused = visitor.complain(**marked, email=MARKUP, amount=MARKUP, occurred_day=MARKUP, category=MARKUP)
    path = visitor.complained(**marked)
    visitor.post(f"{path}/reply", {"nonce": visitor.get(path).nonce("reply"), "text": MARKUP})
    pages = [refused, visitor.get(path), visitor.get(f"{path}/received"), visitor.get(f"/{MARKUP}")]
    for page in pages:
        assert "<script" not in OWN_SCRIPT.sub("", page.body)
        assert "<img" not in page.body
        assert "7000021" not in page.body.partition("<main")[2]
    assert refused.value("name") == MARKUP
    assert MARKUP in visitor.get(path).text


@pytest.mark.parametrize("name", ["Player\r\nX-Other: 1", "Player\nBcc: other@example.test", "a\u202eb"])
def test_line_ends_and_disguises_in_a_name_are_refused(visitor: Visitor, name: str) -> None:
    page = visitor.complain(name=name)
    assert page.status == 422
    assert not visitor.store.states


@pytest.mark.parametrize("value", ["withdraw%0d%0aX-Other:1", "<script>", "", "other"])
def test_the_query_cannot_put_words_into_the_page(visitor: Visitor, value: str) -> None:
    path = visitor.complained()
    page = visitor.get(f"{path}?done={value}")
    assert page.status == 200
    assert 'role="status"' not in page.body
    assert "x-other" not in page.headers


def test_the_fields_of_a_form_cannot_name_a_channel_or_anything_else(visitor: Visitor) -> None:
    visitor.complain(channel="phone", language="xx", amount_minor="1", pack_version="0")
    [number] = visitor.store.states
    complaint = visitor.store.load(number).complaint
    assert (complaint.channel, complaint.language, complaint.amount_minor) == ("form", "en", 2550)


def test_no_log_holds_what_a_player_wrote_or_opens_a_complaint(
    visitor: Visitor, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    texts = {name: f"{PERSONAL} {name}" for name in ("description", "remedy", "name", "account")}
    path = visitor.complained(**texts, email=f"{PERSONAL}@example.test")
    visitor.post(f"{path}/reply", {"nonce": visitor.get(path).nonce("reply"), "text": PERSONAL})
    visitor.complain(**texts, email="nobody")
    logged = (
        caplog.text + capsys.readouterr().out + json.dumps([vars(one) for one in caplog.records], default=str)
    )
    assert path.split("/")[2] in logged
    for private in (PERSONAL, path.split("/")[3], *COMPLAINT.values()):
        if len(private) > 6 and private not in {"bonuses", "northlight", "gb-ukgc"}:
            assert private not in logged
