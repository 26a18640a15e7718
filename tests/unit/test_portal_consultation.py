"""Asking without a name in the portal: the question, its key, its answer, and the complaint it may become."""

import json
import logging
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from redress.domain import consultation, consultation_key
from redress.domain.consultation import State
from redress.domain.errors import Conflict
from redress.language import CODES, language
from tests.browser import states
from tests.support import pseudo
from tests.support.complaints import REGION, T0
from tests.support.consultations import QUESTION, answer, ask, asked, close, number_of, stored
from tests.support.portal import ADDRESS, Visitor

DAY = timedelta(days=1)


@pytest.fixture
def visitor() -> Visitor:
    """Somebody at a portal."""
    return Visitor()


class TestAsking:
    def test_the_page_asks_for_nothing_that_tells_who_somebody_is(self, visitor: Visitor) -> None:
        page = visitor.get("/consultations")
        assert page.status == 200
        names = set(re.findall(r'<(?:input|textarea|select)[^>]* name="(\w+)"', page.body))
        assert names == {"nonce", "text", "category", "brand", "jurisdiction", "number", "key"}

    def test_whoever_asks_gets_a_number_a_key_and_the_day_of_the_answer(self, visitor: Visitor) -> None:
        sent = ask(visitor)
        assert sent.status == 303
        page = visitor.get(sent.location)
        assert page.status == 200
        assert "Q-0000-0001-Y" in page.text
        assert sent.location.split("/")[3] in page.text
        assert "By the end of Thursday, 5 March 2026" in page.text
        assert page.headers["cache-control"] == "no-store"

    def test_what_is_stored_names_nobody(self, visitor: Visitor) -> None:
        known = stored(visitor, asked(visitor))
        assert (known.state, known.brand, known.category) == (State.OPEN, "northlight", "bonuses")
        assert (known.team, known.jurisdiction, known.language) == ("payments", "gb-ukgc", "en")
        [record] = known.records
        assert (record.actor, record.text) == ("player", QUESTION["text"])
        assert known.key_hash not in ("", None)

    def test_a_question_about_nothing_in_particular_goes_to_the_first_team(self, visitor: Visitor) -> None:
        assert stored(visitor, asked(visitor, category="", jurisdiction="")).team == "care"

    def test_a_double_click_is_one_question_with_one_key(self, visitor: Visitor) -> None:
        nonce = visitor.get("/consultations").nonce("consultations")
        first, again = (visitor.post("/consultations", {**QUESTION, "nonce": nonce}) for _ in range(2))
        assert first.location == again.location
        assert len(visitor.store.consultations.kept) == 1

    def test_other_content_under_a_used_form_is_kept_on_a_fresh_one(self, visitor: Visitor) -> None:
        nonce = visitor.get("/consultations").nonce("consultations")
        visitor.post("/consultations", {**QUESTION, "nonce": nonce})
        other = visitor.post("/consultations", {**QUESTION, "nonce": nonce, "text": "Another one."})
        assert (other.status, other.value("text")) == (409, "Another one.")
        assert other.nonce("consultations") != nonce
        assert QUESTION["text"] not in other.body

    def test_a_form_without_its_nonce_is_shown_again(self, visitor: Visitor) -> None:
        sent = visitor.post("/consultations", QUESTION)
        assert (sent.status, sent.value("text")) == (400, QUESTION["text"])

    @pytest.mark.parametrize(
        ("field", "value", "told"),
        [
            ("text", "  ", "Write what you want to ask"),
            ("text", "x" * 10_001, "Your text is too long"),
            ("text", "a\x00b", "invisible control characters"),
            ("brand", "nobody", "Choose whom you want to ask"),
            ("category", "weather", "Choose what it is about"),
            ("jurisdiction", "pt", "Choose a place"),
        ],
    )
    def test_what_is_wrong_is_told_beside_its_field(
        self, visitor: Visitor, field: str, value: str, told: str
    ) -> None:
        sent = ask(visitor, **{field: value})
        assert sent.status == 422
        assert told in sent.text
        assert f'href="#{field}"' in sent.body
        assert visitor.store.consultations.kept == {}

    def test_when_others_keep_writing_the_text_is_kept(
        self, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def busy(_: object) -> None:
            raise Conflict("new")

        monkeypatch.setattr(visitor.store.consultations, "append", busy)
        sent = ask(visitor)
        assert (sent.status, sent.value("text")) == (503, QUESTION["text"])
        assert sent.headers["retry-after"] == "1"

    def test_signals_of_harm_are_noticed(self, visitor: Visitor) -> None:
        path = asked(visitor, text="I want to kill myself because of the money I lost.")
        assert stored(visitor, path).signals == ("distress",)
        assert "distress" not in visitor.get(path).text


class TestFinding:
    def test_number_and_key_lead_to_the_question_however_they_are_typed(self, visitor: Visitor) -> None:
        path = asked(visitor)
        number, key = path.split("/")[2:]
        typed = {"number": number.lower().replace("-", " "), "key": key.lower().replace("-", "")}
        found = visitor.post("/consultations/find", typed)
        assert (found.status, found.location) == (303, path)

    @pytest.mark.parametrize(
        ("number", "key", "told"),
        [
            ("Q-0000-0001-Y", "A" * 28, "There is no question with this number and this key"),
            ("Q-0000-0002-W", "A" * 28, "There is no question with this number and this key"),
            ("nonsense", "A" * 28, "Write the number as it was shown to you"),
            ("Q-0000-0001-Y", "short", "Write the whole key"),
            ("", "", "Write the whole key"),
        ],
    )
    def test_what_opens_nothing_is_told_and_kept(
        self, visitor: Visitor, number: str, key: str, told: str
    ) -> None:
        asked(visitor)
        found = visitor.post("/consultations/find", {"number": number, "key": key})
        assert found.status == 422
        assert told in found.text
        assert (found.value("number"), found.value("key")) == (number, key)

    def test_the_address_of_that_form_opens_its_page(self, visitor: Visitor) -> None:
        assert visitor.get("/consultations/find").status == 200

    def test_a_wrong_key_and_an_unknown_number_get_the_same_page(self, visitor: Visitor) -> None:
        path = asked(visitor)
        key = path.split("/")[3]
        wrong = visitor.get(f"/consultations/{number_of(path)}/{consultation_key.make_key(b'x', 'y')}")
        unknown = visitor.get(f"/consultations/{consultation_key.from_random(99)}/{key}")
        assert (wrong.status, unknown.status) == (404, 404)
        assert wrong.text == unknown.text


class TestReading:
    def test_the_answer_is_read_with_the_key(self, visitor: Visitor) -> None:
        path = asked(visitor)
        assert "By the end of Thursday, 5 March 2026" in visitor.get(path).text
        visitor.now += DAY
        answer(visitor, path, "Because of clause 7 of the terms.")
        page = visitor.get(path)
        assert "We have answered" in page.text
        assert "Because of clause 7 of the terms." in page.text
        assert "By the end of" not in page.text
        assert "You can read this until 3 March 2027." in page.text

    def test_a_late_answer_is_admitted(self, visitor: Visitor) -> None:
        path = asked(visitor)
        visitor.now += 4 * DAY
        assert "We are late." in visitor.get(path).text

    def test_the_page_speaks_the_language_of_the_question(self, visitor: Visitor) -> None:
        nonce = visitor.get("/de/consultations").nonce("consultations")
        sent = visitor.post("/de/consultations", {**QUESTION, "nonce": nonce})
        path = sent.location.removeprefix("/de").removesuffix("/received")
        assert visitor.get(path).headers["content-language"] == "de"

    def test_what_was_written_is_not_translated_and_says_its_language(self, visitor: Visitor) -> None:
        path = asked(visitor)
        own, other = visitor.get(path), visitor.get(f"/de{path}")
        assert 'class="said" dir="auto">' in own.body
        assert 'class="said" dir="auto" lang="en">' in other.body
        assert QUESTION["text"] in other.text

    def test_reading_changes_nothing(self, visitor: Visitor) -> None:
        path = asked(visitor)
        before = stored(visitor, path)
        for address in (path, f"{path}/received", f"{path}/complaint", f"{path}/follow-up"):
            visitor.get(address)
        assert stored(visitor, path) == before
        assert visitor.store.complaints == {}

    def test_what_is_long_over_is_forgotten(self, visitor: Visitor) -> None:
        path = asked(visitor)
        answer(visitor, path)
        visitor.now += 365 * DAY
        assert visitor.get(path).status == 404


class TestAskingOn:
    def test_asking_on_is_owed_an_answer_anew(self, visitor: Visitor) -> None:
        path = asked(visitor)
        answer(visitor, path)
        visitor.now += DAY
        nonce = visitor.get(path).nonce("follow-up")
        sent = [visitor.post(f"{path}/follow-up", {"text": "And now?", "nonce": nonce}) for _ in range(2)]
        assert [(one.status, one.location) for one in sent] == [(303, f"{path}?done=follow-up")] * 2
        page = visitor.get(sent[0].location)
        assert "Your message has reached us." in page.text
        assert "By the end of Friday, 6 March 2026" in page.text
        assert stored(visitor, path).version == 3

    def test_an_empty_message_is_told(self, visitor: Visitor) -> None:
        path = asked(visitor)
        nonce = visitor.get(path).nonce("follow-up")
        sent = visitor.post(f"{path}/follow-up", {"text": " ", "nonce": nonce})
        assert sent.status == 422
        assert "Write what you want to ask" in sent.text

    def test_without_a_nonce_or_with_a_used_one_the_text_is_kept(self, visitor: Visitor) -> None:
        path = asked(visitor)
        nonce = visitor.get(path).nonce("follow-up")
        assert visitor.post(f"{path}/follow-up", {"text": "And now?"}).status == 400
        visitor.post(f"{path}/follow-up", {"text": "And now?", "nonce": nonce})
        used = visitor.post(f"{path}/follow-up", {"text": "Something else.", "nonce": nonce})
        assert (used.status, used.value("text")) == (409, "Something else.")

    def test_what_was_closed_meanwhile_keeps_the_text_for_its_writer(self, visitor: Visitor) -> None:
        path = asked(visitor)
        nonce = visitor.get(path).nonce("follow-up")
        close(visitor, path, "This is no question for us.")
        sent = visitor.post(f"{path}/follow-up", {"text": "And now?", "nonce": nonce})
        assert sent.status == 409
        assert "What you wrote, for you to keep And now?" in sent.text
        assert "This is no question for us." in sent.text

    def test_when_others_keep_writing_the_message_is_kept(
        self, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = asked(visitor)
        nonce = visitor.get(path).nonce("follow-up")

        def busy(_: object) -> None:
            raise Conflict("Q")

        monkeypatch.setattr(visitor.store.consultations, "append", busy)
        sent = visitor.post(f"{path}/follow-up", {"text": "And now?", "nonce": nonce})
        assert (sent.status, sent.value("text")) == (503, "And now?")

    def test_a_long_one_offers_to_become_a_complaint(
        self, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(consultation, "MOST_MESSAGES", 1)
        page = visitor.get(asked(visitor))
        assert "takes no more messages" in page.text
        assert "Ask on" not in page.text
        assert "Make it a complaint" in page.text


class TestHostile:
    MARKUP = "</textarea></title><script>alert('x')</script>\"'<img src=x onerror=alert(1)>{{ 7*1000003 }}"

    def test_markup_is_text_on_every_page(self, visitor: Visitor) -> None:
        path = asked(visitor, text=self.MARKUP)
        answer(visitor, path, self.MARKUP)
        wrong = ask(visitor, text=self.MARKUP, category=self.MARKUP)
        found = visitor.post("/consultations/find", {"number": self.MARKUP, "key": self.MARKUP})
        for page in (visitor.get(path), visitor.get(f"{path}/received"), wrong, found):
            assert "<script>alert" not in page.body
            assert "<img src=x" not in page.body

    @pytest.mark.parametrize("part", ["..", "%2e%2e", "Q", "Q-0000-0001-Y%00", "é", "x" * 5_000])
    def test_any_number_and_any_key_get_a_page(self, visitor: Visitor, part: str) -> None:
        path = asked(visitor)
        assert visitor.get(f"/consultations/{part}/{part}").status == 404
        assert visitor.get(f"/consultations/{number_of(path)}/{part}").status == 404
        assert visitor.post(f"/consultations/{part}/{part}/follow-up", {"text": "x"}).status == 404

    def test_a_complaints_key_opens_no_question_and_the_other_way_round(self, visitor: Visitor) -> None:
        path, complaint = asked(visitor), visitor.complained()
        key, other = path.split("/")[3], complaint.split("/")[3]
        number = complaint.split("/")[2]
        assert visitor.get(f"/consultations/{number_of(path)}/{other}").status == 404
        assert visitor.get(f"/complaints/{number}/{key}").status == 404
        assert visitor.get(f"/consultations/{number}/{other}").status == 404

    def test_no_log_line_holds_a_key_or_a_word(
        self, visitor: Visitor, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        path = asked(visitor)
        visitor.post(f"{path}/follow-up", {"text": "And now?", "nonce": visitor.get(path).nonce("follow-up")})
        logged = caplog.text + json.dumps([vars(one) for one in caplog.records], default=str)
        assert "Q-0000-0001-Y" in logged
        for secret in (path.split("/")[3], QUESTION["text"], "And now?"):
            assert secret not in logged


def test_several_brands_are_told_apart(visitor: Visitor) -> None:
    southlight = replace(REGION.brands[0], id="southlight", name="Southlight")
    visitor = Visitor(region=replace(REGION, brands=(REGION.brands[0], southlight)))
    assert "Southlight" in visitor.get("/consultations").text
    known = stored(visitor, asked(visitor, brand="southlight"))
    assert known.brand == "southlight"
    assert ask(visitor, brand="").status == 422
    assert known.asked_at == T0


# But for the complaint form, which says much that is a name.
PAGES = [
    pytest.param(state, id=name)
    for name, state in states.STATES.items()
    if name.startswith("question") and name != "question-made-a-complaint"
]


@pytest.mark.parametrize("state", PAGES)
def test_nothing_is_said_past_the_catalogue(state: states.State) -> None:
    visitor = state.visitor()
    with pseudo.bracketed():
        shown = state.story(visitor)
        page = states.come(visitor, shown, "fr")
        if page.status == 303:
            page = visitor.get(page.location)
    [brand] = visitor.region.brands
    texts = [
        record.text or "" for one, _ in visitor.store.consultations.kept.values() for record in one.records
    ]
    numbers = [*visitor.store.consultations.kept, "Q-R7K3-9QXM-3", *page.path.split("/")[2:5]]
    places = [visitor.region.pack(pack).name or pack for pack in brand.jurisdictions]
    same = [brand.name, "Example Adjudication Service", *(language(code).name for code in CODES), *places]
    link = f"{ADDRESS}{shown.path.removesuffix('/received')}"
    own = [*texts, *numbers, *same, *shown.fields.values(), link, "Europe/London"]
    assert pseudo.unsaid(page.body, own) == []
