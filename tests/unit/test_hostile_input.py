"""What a hostile sender puts into headers, addresses, names of objects, files and texts leads nowhere."""

import importlib
import pkgutil
import re
import signal
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from inspect import getsource
from types import FrameType, ModuleType
from urllib.parse import urlencode, urljoin, urlsplit

import pytest

import redress
from redress.adapters import s3
from redress.domain.consultation_key import make_key
from redress.domain.evidence import Refusal
from redress.domain.file_kinds import NotTaken, media_type
from redress.domain.number import parse
from redress.web.routes import ROUTES
from tests.support.consultations import asked, stored
from tests.support.evidence import archive
from tests.support.portal import ADDRESS, FORM_ADDRESS, Answer, Visitor, event

ELSEWHERE = "evil.example.com"
FORGED = {
    "Host": ELSEWHERE,
    "X-Forwarded-Host": ELSEWHERE,
    "X-Forwarded-Proto": "http",
    "X-Original-URL": f"//{ELSEWHERE}/",
    "Forwarded": f"host={ELSEWHERE}",
    "Origin": f"https://{ELSEWHERE}",
    "Referer": f"https://{ELSEWHERE}/",
}


@pytest.fixture
def visitor() -> Visitor:
    """Somebody at a portal."""
    return Visitor()


def forged(visitor: Visitor, method: str, address: str) -> Answer:
    """A request whose headers name another host."""
    sent = event(method, address)
    return visitor.answer({**sent, "headers": {**sent["headers"], **FORGED}})


class TestAnotherHost:
    @pytest.mark.parametrize("page", ["", "/received", "/reply", "/evidence", "/evidence/sent"])
    def test_no_page_of_a_complaint_takes_its_address_from_a_header(
        self, visitor: Visitor, page: str
    ) -> None:
        path = visitor.complained()
        shown = forged(visitor, "GET", f"{path}{page}")
        assert ELSEWHERE not in shown.body
        assert ELSEWHERE not in str(shown.headers)

    @pytest.mark.parametrize("address", ["/", FORM_ADDRESS, "/faq", "/policy", "/lost-link", "/sitemap.xml"])
    def test_no_public_page_does(self, visitor: Visitor, address: str) -> None:
        shown = forged(visitor, "GET", address)
        assert ELSEWHERE not in shown.body
        assert ELSEWHERE not in str(shown.headers)

    def test_the_bucket_sends_a_browser_back_to_the_portal_and_nowhere_else(self, visitor: Visitor) -> None:
        path = visitor.complained()
        shown = forged(visitor, "GET", f"{path}/evidence")
        [back] = re.findall(r'name="success_action_redirect" value="([^"]+)"', shown.body)
        assert back == f"{ADDRESS}{path}/evidence/sent"

    @pytest.mark.parametrize(
        "address",
        [
            f"//{ELSEWHERE}",
            f"//{ELSEWHERE}/complaints",
            f"/\\{ELSEWHERE}/complaints",
            f"/https://{ELSEWHERE}",
            f"/en//{ELSEWHERE}/",
            f"/complaints?brand=//{ELSEWHERE}",
            f"/complaints?category=https://{ELSEWHERE}&prefill=x",
            f"/lost-link?brand=https://{ELSEWHERE}&sent=1",
        ],
    )
    @pytest.mark.parametrize("url", [ADDRESS, None])
    def test_no_redirect_leaves_the_portal(self, address: str, url: str | None) -> None:
        shown = Visitor(url=url).get(address)
        target = urljoin("https://portal.example.test/v/page", shown.headers.get("location", ""))
        assert urlsplit(target).netloc == "portal.example.test"


class TestAnotherSite:
    """A browser sends along nothing that another site could use: who changes something has the link."""

    def test_no_page_sets_a_cookie(self, visitor: Visitor) -> None:
        path = visitor.complained()
        for address in ("/", FORM_ADDRESS, path, f"{path}/received", f"{path}/evidence", "/lost-link"):
            assert "set-cookie" not in visitor.get(address).headers

    def test_following_every_link_changes_nothing(self, visitor: Visitor) -> None:
        path = visitor.complained()
        number = path.split("/")[2]
        before = visitor.store.load(number).records
        seen, ahead = set[str](), [path]
        while ahead and len(seen) < 120:
            address = ahead.pop(0)
            if address in seen:
                continue
            seen.add(address)
            body = visitor.get(address).body
            found = (
                urlsplit(urljoin(f"{ADDRESS}{address}", one)) for one in re.findall(r'href="([^"#]+)"', body)
            )
            ahead += [f"{one.path}?{one.query}".rstrip("?") for one in found if one.netloc in ADDRESS]
        assert len(seen) > 20
        assert any(one.startswith(f"{path}/") for one in seen)
        assert visitor.store.load(number).records == before

    def test_another_complaints_form_changes_nothing_here(self, visitor: Visitor) -> None:
        mine, other = visitor.complained(), visitor.complained(description="Another matter.")
        nonce = visitor.get(mine).nonce("reply")
        key_of_mine = mine.split("/")[3]
        number_of_other = other.split("/")[2]
        sent = visitor.post(
            f"/complaints/{number_of_other}/{key_of_mine}/reply", {"nonce": nonce, "text": "!"}
        )
        assert sent.status == 404
        assert len(visitor.store.load(number_of_other).records) == 1


BEHIND_A_KEY = [(path, method) for path, acts in ROUTES.items() if "<key>" in path for method in acts]


class TestAnothersKey:
    """Every address that a private link leads to, tomorrow's included: the table of routes names them."""

    @pytest.mark.parametrize(("path", "method"), BEHIND_A_KEY)
    def test_it_shows_and_changes_nothing(self, visitor: Visitor, path: str, method: str) -> None:
        mine, others = visitor.complained(), visitor.complained(description="Another matter.")
        question = asked(visitor)
        number = (question if path.startswith("/consultations") else mine).split("/")[2]
        before = visitor.store.load(mine.split("/")[2]).records, stored(visitor, question)
        for key in (others.split("/")[3], make_key(b"another secret", number)):
            address = path.replace("<number>", number).replace("<key>", key).replace("<letter>", "1")
            nonce = visitor.get(FORM_ADDRESS).nonce()
            sent = visitor.send(method, address, urlencode({"nonce": nonce, "text": "!", "rating": "1"}))
            shown = visitor.get(sent.location) if sent.status == 303 else sent
            assert shown.status == 404
        assert (visitor.store.load(mine.split("/")[2]).records, stored(visitor, question)) == before

    def test_there_are_such_addresses_of_both_kinds(self) -> None:
        assert {path.split("/")[1] for path, _ in BEHIND_A_KEY} == {"complaints", "consultations"}
        assert len(BEHIND_A_KEY) > 10


class TestNamesOfObjects:
    @pytest.mark.parametrize(
        "key",
        [
            "",
            "incoming",
            "incoming/",
            "incoming//one",
            "incoming/R7K3-9QXM-3/",
            "incoming/../kept/R7K3-9QXM-3/one",
            "incoming/R7K3-9QXM-3/one/two",
            "/incoming/R7K3-9QXM-3/one",
            "kept2/R7K3-9QXM-3/one",
            "Incoming/R7K3-9QXM-3/one",
            "malware-protection-resource-validation-object",
        ],
    )
    def test_what_is_no_name_of_ours_is_no_file(self, key: str) -> None:
        assert s3.parse_key(key) is None

    @pytest.mark.parametrize("number", ["..", "../R7K3-9QXM-3", "R7K3/9QXM", "R7K3-9QXM-3\n/x", "", "%2e%2e"])
    def test_what_a_name_is_made_of_cannot_climb(self, number: str) -> None:
        assert parse(number) is None


class TestFiles:
    def test_a_bomb_is_not_unpacked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        bomb = archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": bytes(50_000_000)})
        assert len(bomb) < 100_000
        opened: list[str] = []

        def opening(_archive: zipfile.ZipFile, name: object, *_rest: object, **_more: object) -> object:
            opened.append(str(name))
            raise AssertionError("a member was opened")

        monkeypatch.setattr(zipfile.ZipFile, "open", opening)
        assert media_type(bomb).endswith("wordprocessingml.document")
        assert opened == []

    def test_an_archive_of_very_many_members_is_no_document(self) -> None:
        members = {f"{place}": b"" for place in range(20_000)}
        with pytest.raises(NotTaken) as refused:
            media_type(archive({"[Content_Types].xml": b"", "word/document.xml": b"", **members}))
        assert refused.value.why is Refusal.KIND

    def test_a_picture_that_is_an_archive_besides_is_refused(self) -> None:
        with pytest.raises(NotTaken) as refused:
            media_type(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + archive({"run.exe": b"MZ"}))
        assert refused.value.why is Refusal.MIXED


LONG = 20_000  # signs: twice what a complaint may have
PATIENCE = 10  # seconds in which a text of that length is read thousands of times, unless reading explodes
UNITS = (
    *("a", "1", " ", "\n", "\r\n", "\t", ".", "-", ",", "@", "<", ">", "=", "?", '"', "\\", "'", ":", "/"),
    *("(", "_", "*", "[", "é", "а ", "a.", "1.", "1,", "1-", "=?a?b?", "<a", "<a@", ";a=", ';a="', '\\"'),
    *('"a', " \n", "\n ", "12:", "on a, ", "from ", "www.", "http://a", "\u200b", "а\u0301"),
)


@contextmanager
def patience(seconds: int = PATIENCE) -> Iterator[None]:
    """Ends what never ends: a pattern that explodes would hold the test, not fail it."""

    def over(_signal: int, _frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def patterns() -> dict[str, tuple[re.Pattern[str], bool]]:
    """Every pattern over texts that a module keeps, by module and name; and whether it is searched for.

    To try it at every place of a text takes longer than at its beginning: that is done where a module does.
    """
    for module in pkgutil.walk_packages(redress.__path__, "redress."):
        importlib.import_module(module.name)
    modules = {name: one for name, one in sys.modules.items() if name.split(".")[0] == "redress"}
    return {
        f"{name}.{key}": (value, _is_looked_for(one, key))
        for name, one in modules.items()
        for key, value in vars(one).items()
        if isinstance(value, re.Pattern) and isinstance(value.pattern, str)
    }


def _is_looked_for(module: ModuleType, name: str) -> bool:
    return re.search(rf"\b{name}\.(search|sub|subn|split|findall|finditer)\b", getsource(module)) is not None


class TestTexts:
    def test_no_pattern_explodes_over_a_long_text_of_any_sign(self) -> None:
        found = patterns()
        assert len(found) > 60
        assert sum(looked_for for _, looked_for in found.values()) > 20
        exploded = []
        for name, (pattern, looked_for) in found.items():
            try:
                with patience():
                    for unit in UNITS:
                        text = (unit * LONG)[:LONG] + "\x00"
                        pattern.fullmatch(text)
                        if looked_for:
                            pattern.search(text)
            except TimeoutError:
                exploded.append(name)
        assert exploded == []

    def test_the_test_would_notice_one(self) -> None:
        with pytest.raises(TimeoutError), patience(seconds=1):
            re.fullmatch(r"(a+)+", "a" * 60 + "!")
