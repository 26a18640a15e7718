"""Letters say what the law asks, read well in both forms, and carry nothing a stranger could slip in."""

import re
from collections.abc import Mapping
from copy import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import ModuleLoader

from infra import settings
from redress import templating
from redress.domain.audit import Content
from redress.domain.correspondence import TO_STAFF, LetterKind
from redress.domain.packs import known, load_pack
from redress.domain.rulepack import LetterRule, Sourced
from redress.letters import blocks, plain
from redress.letters.blocks import LetterIncomplete
from redress.letters.render import render
from redress.region import Region
from redress.usecases.ports import Mail
from tests.support.complaints import REGION
from tests.support.letters import (
    GOLDEN,
    KEY,
    PORTAL,
    QUESTION,
    REASONS,
    TOLD,
    WRITTEN,
    Story,
    asked,
    decided,
    in_full,
    sample,
)

TO_PLAYER = [kind for kind in LetterKind if kind not in TO_STAFF]
REGIONS = [settings.load(path) for path in settings.find(None)]


class Page(HTMLParser):
    """What a mail program would make of a letter: its tags and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.sources: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.sources += [value or "" for name, value in attrs if name in {"src", "href"}]

    def handle_data(self, data: str) -> None:
        self.text += data


def words(text: str) -> str:
    return " ".join(text.split())


def both(mail: Mail) -> tuple[str, str]:
    return words(Page(mail.html).text), words(mail.text)


@pytest.mark.parametrize("kind", LetterKind)
def test_a_letter_reads_as_its_golden_file(kind: LetterKind) -> None:
    mail = sample(kind)
    assert in_full(mail) == (GOLDEN / f"{kind}.txt").read_text(encoding="utf-8")
    assert mail.html == (GOLDEN / f"{kind}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", LetterKind)
def test_the_same_letter_is_written_the_same_twice(kind: LetterKind) -> None:
    assert sample(kind) == sample(kind)


@pytest.mark.parametrize("kind", LetterKind)
@pytest.mark.parametrize("pack", known())
def test_every_letter_can_be_written_under_every_rule_pack(kind: LetterKind, pack: str) -> None:
    assert sample(kind, pack).subject


@pytest.mark.parametrize("kind", TO_PLAYER)
@pytest.mark.parametrize("deployment", REGIONS, ids=lambda deployment: deployment.stage)
def test_every_deployment_can_write_every_letter_it_will_owe(
    kind: LetterKind, deployment: settings.Settings
) -> None:
    region = deployment.operator
    for pack in region.brands[0].jurisdictions:
        assert TOLD[kind](Story(pack, region=region)).render(kind).text


@pytest.mark.parametrize("kind", TO_PLAYER)
def test_every_letter_to_the_player_carries_reference_and_private_link(kind: LetterKind) -> None:
    mail = sample(kind)
    for form in (mail.html, mail.text):
        assert f"{PORTAL}/complaints/{mail.letter_id.partition('/')[0]}/{KEY}" in form
        assert mail.letter_id.partition("/")[0] in form


def test_the_acknowledgement_names_the_last_day_with_weekday_and_zone() -> None:
    for form in both(sample(LetterKind.ACKNOWLEDGEMENT)):
        assert "By the end of Sunday 28 June 2026 (Europe/London)" in form
        assert "Our complaints procedure" in form


def test_a_promise_in_seconds_is_told_to_the_second() -> None:
    for form in both(sample(LetterKind.ACKNOWLEDGEMENT, "sandbox")):
        assert "By 15:05:40 on Monday 4 May 2026 (Europe/London)" in form


def test_a_promise_that_was_missed_is_not_made_again() -> None:
    story = Story()
    story.now += timedelta(weeks=9)
    for form in both(story.render(LetterKind.ACKNOWLEDGEMENT)):
        assert "It was due by the end of Sunday 28 June 2026 (Europe/London), and we are late" in form


@pytest.mark.parametrize("kind", [LetterKind.FINAL_RESPONSE, LetterKind.DEADLOCK])
def test_the_way_to_the_independent_body_is_told_in_full(kind: LetterKind) -> None:
    body = REGION.brands[0].jurisdictions["gb-ukgc"]
    for form in both(sample(kind)):
        for fact in (body.name, body.contact, body.url, body.scope_limits, "This costs you nothing"):
            assert fact in form
        assert re.search(r"By the end of \w+day \d+ \w+ 2027 \(Europe/London\)", form)


def test_the_final_response_tells_decision_reasons_term_and_redress() -> None:
    for form in both(sample(LetterKind.FINAL_RESPONSE)):
        assert "We uphold your complaint in part" in form
        assert words(REASONS["reasons"]) in form
        assert REASONS["clause"] in form
        assert "We will pay you 12.75 GBP" in form
        assert "Our own complaints procedure ends with it" in form


@pytest.mark.parametrize("outcome", ["upheld", "partly_upheld", "rejected", "goodwill", "out_of_scope"])
def test_every_outcome_has_its_words(outcome: str) -> None:
    story = decided(Story(), outcome, {"reasons": "Because.", "clause": None}, redress=None)
    for form in both(story.render(LetterKind.FINAL_RESPONSE)):
        assert "Because." in form
        assert "We will pay" not in form
        assert "This is the term" not in form


def test_the_player_reads_the_question_as_it_was_asked() -> None:
    mail = sample(LetterKind.INFORMATION_REQUEST)
    assert QUESTION["question"].split("\n")[0] in mail.text
    assert "Which device did you use on 3 May?<br>\n<br>" in mail.html


def test_a_progress_letter_says_when_it_is_the_player_we_wait_for() -> None:
    story = asked(Story())
    story.reach("progress")
    for form in both(story.render(LetterKind.PROGRESS)):
        assert "We asked you a question and have not had your answer yet" in form


@pytest.mark.parametrize("kind", sorted(TO_STAFF))
def test_a_notice_to_staff_tells_nothing_of_the_player(kind: LetterKind) -> None:
    mail = sample(kind)
    told = "\n".join((mail.to, mail.subject, mail.text, mail.html))
    for private in (WRITTEN["name"], WRITTEN["email"], WRITTEN["account"], WRITTEN["description"], KEY):
        assert private not in told
    assert "Payments" in told
    assert "Sunday 28 June 2026" in told


def test_a_warning_goes_to_the_team_an_escalation_to_its_level_a_breach_to_the_top() -> None:
    assert sample(LetterKind.WARNING).to == "payments@example.test"
    first = Story()
    first.reach("escalation_1")
    assert first.render(LetterKind.ESCALATION).to == "manager@example.test"
    assert sample(LetterKind.ESCALATION).to == "compliance@example.test"
    assert sample(LetterKind.BREACH).to == "compliance@example.test"


def test_a_level_nobody_was_named_for_goes_to_the_highest_there_is_or_to_the_team() -> None:
    story = TOLD[LetterKind.ESCALATION](Story())
    for mailboxes, addressee in (
        (("only@example.test",), "only@example.test"),
        ((), "payments@example.test"),
    ):
        story.desk = replace(story.desk, region=replace(REGION, escalation=mailboxes))
        assert story.render(LetterKind.ESCALATION).to == addressee


# --- What is missing keeps a letter back ---------------------------------------------------------------


def test_a_letter_without_a_block_its_pack_asks_for_does_not_go_out() -> None:
    story = decided(Story(), reasons={"reasons": "Because.", "clause": None})
    pack = load_pack("gb-ukgc")
    rule = pack.letter("final_rejected")._replace(also_contain=("contract_clause",))
    strict = pack._replace(letters={**pack.letters, "final_rejected": rule})
    letter = story.letter(LetterKind.FINAL_RESPONSE)
    with pytest.raises(LetterIncomplete) as refused:
        render(letter, story.case, REGION, strict, PORTAL, KEY, story.now)
    assert refused.value.missing == ("contract_clause",)
    assert refused.value.letter == f"{story.number}/{letter.key}"


def test_a_letter_that_shows_a_banned_block_does_not_go_out() -> None:
    story = Story()
    pack = load_pack("gb-ukgc")
    banning = pack._replace(letters={"ack": LetterRule(also_avoid=("expected_date",))})
    with pytest.raises(LetterIncomplete) as refused:
        render(story.letter(LetterKind.ACKNOWLEDGEMENT), story.case, REGION, banning, PORTAL, KEY, story.now)
    assert refused.value.banned == ("expected_date",)


def test_a_brand_without_its_independent_body_sends_no_final_response() -> None:
    brand = replace(REGION.brands[0], jurisdictions={})
    story = decided(Story(region=replace(REGION, brands=(brand,))))
    with pytest.raises(LetterIncomplete) as refused:
        story.render(LetterKind.FINAL_RESPONSE)
    assert "external_body_name" in refused.value.missing


def test_a_body_that_costs_money_is_not_called_free() -> None:
    region = with_body(free=False)
    with pytest.raises(LetterIncomplete) as refused:
        decided(Story(region=region)).render(LetterKind.FINAL_RESPONSE)
    assert refused.value.missing == ("external_is_free",)


@pytest.mark.parametrize(
    ("field", "block"),
    [
        ("contact", "external_body_contact"),
        ("url", "external_body_url"),
        ("scope_limits", "external_scope_limits"),
    ],
)
def test_a_label_with_nothing_behind_it_does_not_count_as_told(field: str, block: str) -> None:
    with pytest.raises(LetterIncomplete) as refused:
        decided(Story(region=with_body(**{field: ""}))).render(LetterKind.FINAL_RESPONSE)
    assert refused.value.missing == (block,)


def with_body(**changes: object) -> Region:
    brand = REGION.brands[0]
    body = replace(brand.jurisdictions["gb-ukgc"], **changes)  # type: ignore[arg-type]
    return replace(REGION, brands=(replace(brand, jurisdictions={"gb-ukgc": body}),))


@pytest.mark.parametrize(
    ("seq", "kind", "what"),
    [
        (1, LetterKind.ACKNOWLEDGEMENT, "email"),
        (6, LetterKind.INFORMATION_REQUEST, "question"),
        (6, LetterKind.FINAL_RESPONSE, "reasons"),
    ],
)
def test_a_letter_whose_content_is_gone_does_not_go_out(seq: int, kind: LetterKind, what: str) -> None:
    story = TOLD[kind](Story())
    del story.store.contents[story.number][seq]
    with pytest.raises(LetterIncomplete) as refused:
        story.render(kind)
    assert refused.value.missing == (what,)


def test_a_letter_of_a_brand_that_is_no_longer_there_does_not_go_out() -> None:
    story = Story()
    story.desk = replace(story.desk, region=replace(REGION, brands=()))
    with pytest.raises(LetterIncomplete, match="lacks brand northlight"):
        story.render(LetterKind.ACKNOWLEDGEMENT)


def test_a_part_given_has_to_keep_the_rules_of_both_answers() -> None:
    pack = load_pack("gb-ukgc")._replace(
        letters={
            "final_upheld": LetterRule(also_contain=("redress",)),
            "final_rejected": LetterRule(
                must_contain=Sourced(value=("court_right",), confidence="recalled", strength="must")
            ),
        }
    )
    rules = blocks.rules_of(LetterKind.FINAL_RESPONSE, "partly_upheld", pack)
    assert {name for rule in rules for name in rule.blocks} == {"redress", "court_right"}


def test_what_a_pack_asks_beyond_the_usual_is_written_where_it_is_asked() -> None:
    story = decided(Story())
    pack = load_pack("gb-ukgc")
    rule = LetterRule(also_contain=("court_right", "external_effect", "referral_deadline"))
    asking = pack._replace(letters={"final_upheld": rule})
    letter = story.letter(LetterKind.FINAL_RESPONSE)
    mail = render(letter, story.case, REGION, asking, PORTAL, KEY, story.now)
    for form in both(mail):
        assert "You keep your right to go to court" in form
        assert "we have to follow it, for amounts up to 10,000.00 GBP" in form


# --- What strangers type -------------------------------------------------------------------------------

HOSTILE: Mapping[str, str] = {
    "a script": "<script>alert(1)</script>",
    "an image": '"><img src=https://evil.example/x onerror=alert(1)>',
    "a template": "{{ 7 * 7 }}{% include 'x' %}",
    "header lines": "Player\r\nBcc: victim@example.com\r\n\r\nBuy now",
    "a link": "Claim your prize at https://evil.example",
    "a bare domain": "evil.example now",
    "a turned direction": "\u202egnp.exe \u2066Player",
    "control characters": "Play\x00er\x1b[2J",
    "ten thousand Cyrillic letters": "Жалоба " * 1_430,
    "an emoji family": "👨‍👩‍👧‍👦 Player",
    "Arabic": "لاعب",
}
TYPED = pytest.mark.parametrize("typed", HOSTILE.values(), ids=HOSTILE.keys())


def letter_of(typed: str, kind: LetterKind) -> Mail:
    """A letter in which everything that can be typed is that text."""
    written: Content = {**WRITTEN, "name": typed, "description": typed, "remedy": typed}
    if kind is LetterKind.FINAL_RESPONSE:
        return decided(Story(written=written), reasons={"reasons": typed, "clause": typed}).render(kind)
    return TOLD[kind](Story(written=written)).render(kind)


@TYPED
@pytest.mark.parametrize("kind", [LetterKind.ACKNOWLEDGEMENT, LetterKind.FINAL_RESPONSE])
def test_hostile_text_adds_no_element_and_no_address(kind: LetterKind, typed: str) -> None:
    hostile, tame = Page(letter_of(typed, kind).html), Page(letter_of("Player", kind).html)
    assert [tag for tag in hostile.tags if tag not in {"br", "bdi"}] == [
        tag for tag in tame.tags if tag not in {"br", "bdi"}
    ]
    assert hostile.sources == tame.sources


@TYPED
@pytest.mark.parametrize("kind", [LetterKind.ACKNOWLEDGEMENT, LetterKind.FINAL_RESPONSE])
def test_hostile_text_never_reaches_a_header(kind: LetterKind, typed: str) -> None:
    hostile, tame = letter_of(typed, kind), letter_of("Player", kind)
    for name in ("letter_id", "sender", "to", "subject", "reference"):
        assert getattr(hostile, name) == getattr(tame, name)


@TYPED
def test_every_letter_can_be_encoded_and_turns_no_direction(typed: str) -> None:
    mail = letter_of(typed, LetterKind.FINAL_RESPONSE)
    for form in (mail.text, mail.html):
        assert form.encode()
        assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", form)


def test_what_a_person_wrote_to_complain_is_never_sent_back() -> None:
    for kind in TO_PLAYER:
        mail = letter_of("Buy cheap pills", kind)
        if kind is not LetterKind.FINAL_RESPONSE:
            assert "Buy cheap pills\n" not in mail.text.replace("Dear Buy cheap pills,", "")


@pytest.mark.parametrize(
    "typed", ["Player Example", "P. Example-Player", "لاعب", "Игрок О'Пример", "👨‍👩‍👧‍👦 Player"]
)
def test_a_name_in_any_script_is_greeted(typed: str) -> None:
    assert plain.name(typed) == typed
    assert f"Dear {typed}," in letter_of(typed, LetterKind.ACKNOWLEDGEMENT).text


@pytest.mark.parametrize(
    "typed", ["", "  ", "see https://evil.example", "evil.example", "a@b", "www evil", "x" * 81, "<b>"]
)
def test_what_is_no_name_is_not_greeted(typed: str) -> None:
    assert plain.name(typed) is None
    assert "Hello," in letter_of(typed, LetterKind.ACKNOWLEDGEMENT).text


def test_half_a_character_is_dropped() -> None:
    assert plain.text("Player \ud800!") == "Player !"


def test_line_breaks_in_a_name_make_no_second_line() -> None:
    assert plain.name("Player\r\n\tExample") == "Player Example"


# --- Both forms ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", LetterKind)
def test_text_lines_are_short_enough_for_every_mail_program(kind: LetterKind) -> None:
    too_long = [line for line in sample(kind).text.splitlines() if len(line) > 72 and "https://" not in line]
    assert too_long == []


@pytest.mark.parametrize("kind", LetterKind)
def test_an_html_letter_loads_nothing(kind: LetterKind) -> None:
    page = Page(sample(kind).html)
    assert not {"img", "link", "script", "iframe"} & set(page.tags)
    assert "url(" not in sample(kind).html


@pytest.mark.parametrize(
    ("colour", "ink"), [("#1f4e79", "#ffffff"), ("#ffd400", "#000000"), ("#777777", "#000000")]
)
def test_a_button_stays_legible_on_every_brand_colour(colour: str, ink: str) -> None:
    brand = replace(REGION.brands[0], colour=colour)
    mail = Story(region=replace(REGION, brands=(brand,))).render(LetterKind.ACKNOWLEDGEMENT)
    assert f"background: {colour}; color: {ink}" in mail.html


def test_a_language_nobody_wrote_yet_falls_back_to_english() -> None:
    story = Story()
    case = replace(story.case, complaint=replace(story.case.complaint, language="cy"))
    letter = story.letter(LetterKind.ACKNOWLEDGEMENT)
    mail = render(letter, case, REGION, load_pack("gb-ukgc"), PORTAL, KEY, story.now)
    assert '<html lang="en"' in mail.html


def test_midnight_is_said_as_the_end_of_the_day_before_and_as_the_start_of_its_own() -> None:
    story = TOLD[LetterKind.BREACH](Story())
    assert story.now == datetime(2026, 6, 28, 23, 0, tzinfo=UTC)
    for form in both(story.render(LetterKind.BREACH)):
        assert "By the end of Sunday 28 June 2026" in form
        assert "00:00 on Monday 29 June 2026" in form


# --- Compiled ------------------------------------------------------------------------------------------


def test_compiled_templates_write_the_same_letters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {kind: sample(kind) for kind in LetterKind}
    for kind, templates in templating.KINDS.items():
        for folder in templates.folders if kind.startswith("letters") else ():
            copy_folder(templating.PACKAGE / folder, tmp_path / folder)
    templating.compile_templates(tmp_path)
    monkeypatch.setattr(templating, "PACKAGE", tmp_path)
    templating.environment.cache_clear()
    try:
        assert isinstance(templating.environment("letters_html").loader, ModuleLoader)
        assert {kind: sample(kind) for kind in LetterKind} == before
    finally:
        templating.environment.cache_clear()


def copy_folder(source: Path, target: Path) -> None:
    for path in source.rglob("*.jinja"):
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(path.read_bytes())
