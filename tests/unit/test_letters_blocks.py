"""A letter that lacks what its rules ask for, or shows what they ban, does not go out."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import replace
from datetime import date, datetime
from functools import cache
from typing import NamedTuple

import pytest
from jinja2 import BaseLoader, Environment

from infra.ops.letter_examples import CLAUSE, HOME, REASONS, TOLD, decided
from infra.ops.letter_stories import KEY, PORTAL, REGION
from redress import templating
from redress.domain.correspondence import Letter, LetterKind
from redress.domain.packs import known, load_pack
from redress.domain.rulepack import LetterRule, Sourced
from redress.domain.rules import Rules
from redress.language import CODES, SOURCE
from redress.letters import blocks, dead_addresses
from redress.letters import render as render_module
from redress.letters.blocks import LetterIncomplete
from redress.letters.render import render
from redress.usecases.ports import CaseFile, Mail
from tests.support.letter_reading import NEVER_OWED, OUTCOMES, both, under, with_body, words
from tests.support.letters import Story, told


def test_a_letter_without_a_block_its_pack_asks_for_does_not_go_out() -> None:
    story = decided(Story(), reasons={"reasons": "Because.", "clause": None})
    pack = load_pack("gb-ukgc")
    rule = replace(pack.letter("final_rejected"), also_contain=("contract_clause",))
    strict = replace(pack, letters={**pack.letters, "final_rejected": rule})
    letter = story.letter(LetterKind.FINAL_RESPONSE)
    with pytest.raises(LetterIncomplete) as refused:
        under(story, LetterKind.FINAL_RESPONSE, strict)
    assert refused.value.missing == ("contract_clause",)
    assert refused.value.letter == f"{story.number}/{letter.key}"


@pytest.mark.parametrize("pack", known())
def test_every_rule_of_a_pack_for_letters_is_kept_by_one_of_ours(pack: str) -> None:
    """Great Britain's, for one, asks for a summary in writing of what was resolved."""
    story = Story(pack)
    rules = story.desk.region.rules_of(story.case.complaint)
    kinds = [(kind, None) for kind in LetterKind] + [
        (LetterKind.FINAL_RESPONSE, one) for one in (*OUTCOMES, "withdrawn")
    ]
    kept = [rule for kind, outcome in kinds for rule in blocks.rules_of(kind, outcome, rules)]
    assert [name for name, rule in rules.licence.letters.items() if rule not in kept] == []


def test_a_letter_that_shows_a_banned_block_does_not_go_out() -> None:
    story = Story()
    pack = load_pack("gb-ukgc")
    banning = replace(pack, letters={"ack": LetterRule(also_avoid=("expected_date",))})
    with pytest.raises(LetterIncomplete) as refused:
        under(story, LetterKind.ACKNOWLEDGEMENT, banning)
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


@pytest.mark.parametrize(
    ("seq", "kind", "what"),
    [
        (1, LetterKind.ACKNOWLEDGEMENT, "email"),
        (6, LetterKind.INFORMATION_REQUEST, "question"),
        (6, LetterKind.PAUSE, "explanation"),
        (6, LetterKind.EXTENSION, "reasons"),
        (6, LetterKind.FINAL_RESPONSE, "reasons"),
    ],
)
def test_a_letter_whose_content_is_gone_does_not_go_out(seq: int, kind: LetterKind, what: str) -> None:
    story = told(kind)
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
    pack = replace(
        load_pack("gb-ukgc"),
        letters={
            "final_upheld": LetterRule(also_contain=("redress",)),
            "final_rejected": LetterRule(
                must_contain=Sourced(value=("court_right",), confidence="recalled", strength="must")
            ),
        },
    )
    rules = blocks.rules_of(LetterKind.FINAL_RESPONSE, "partly_upheld", Rules((pack,)))
    assert {name for rule in rules for name in rule.blocks} == {"redress", "court_right"}


def test_what_a_pack_asks_beyond_the_usual_is_written_where_it_is_asked() -> None:
    story = decided(Story())
    pack = load_pack("gb-ukgc")
    rule = LetterRule(also_contain=("court_right", "external_effect", "referral_deadline"))
    asking = replace(pack, letters={"final_upheld": rule})
    mail = under(story, LetterKind.FINAL_RESPONSE, asking)
    for form in both(mail):
        assert "You keep your right to go to court" in form
        assert "we have to follow it, for amounts up to £10,000.00" in form


# --- Each block, each pack, each language --------------------------------------------------------------

# A piece of a letter, with the blocks that it shows in quotation marks after its words.
PIECES = (
    r'{%% call p\.(?:para|callout|step)\([^%%]*"(?:%s)"[^%%]*\) %%}.*?{%% endcall %%}',
    r'{{ p\.(?:fact|quote)\([^{}]*(?:{[^{}]*})?[^{}]*"(?:%s)"\) }}',
)
FINAL = LetterKind.FINAL_RESPONSE
KINDS = [kind for kind in LetterKind if kind is not FINAL and kind in blocks._RULE_OF]


class Spoiled(BaseLoader):
    """The templates of letters with something done to the source of each."""

    def __init__(self, kind: str, spoil: Callable[[str], str]) -> None:
        self.real, self.spoil = templating._sources(templating.PACKAGE, kind), spoil

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str | None, Callable[[], bool] | None]:
        """As jinja asks for it."""
        source, name, fresh = self.real.get_source(environment, template)
        return (source if "parts" in template else self.spoil(source)), name, fresh


@contextmanager
def spoiled(spoil: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Letters are written from spoiled templates meanwhile."""
    made = {
        kind: templating._environment(kind, Spoiled(kind, spoil)) for kind in ("letters_html", "letters_text")
    }
    with monkeypatch.context() as patched:
        patched.setattr(render_module, "environment", made.__getitem__)
        yield


def without(*blocks: str) -> Callable[[str], str]:
    """Every piece that shows one of the blocks is taken out."""

    def spoil(source: str) -> str:
        for piece in PIECES:
            source = re.sub(piece % "|".join(blocks), "", source, flags=re.DOTALL)
        return source

    return spoil


class Owed(NamedTuple):
    """A letter that is owed, the complaint as it stands then, and the rules that the letter has to keep."""

    letter: Letter
    case: CaseFile
    rules: Rules
    now: datetime
    kept: tuple[LetterRule, ...]

    @property
    def asked(self) -> set[str]:
        """The blocks that it has to show."""
        return {block for rule in self.kept for block in rule.blocks}

    def write(self, language: str) -> Mail:
        """The letter in a language."""
        spoken = replace(self.case, complaint=replace(self.case.complaint, language=language))
        return render(self.letter, spoken, REGION, self.rules, PORTAL, KEY, self.now)


def _owed(story: Story, kind: LetterKind, outcome: str | None = None) -> Owed:
    case = story.case
    rules = REGION.rules_of(case.complaint)
    kept = blocks.rules_of(kind, outcome, rules)
    return Owed(story.letter(kind), case, rules, story.now, tuple(kept))


@cache
def owed() -> tuple[Owed, ...]:
    """The letters that the packs make owed and have rules for: final responses by the rules they have."""
    letters = [
        _owed(told(kind, pack), kind)
        for pack in known()
        for kind in KINDS
        if pack not in NEVER_OWED.get(kind, ())
    ]
    finals = [
        _owed(decided(Story(pack), outcome, {**REASONS, "clause": CLAUSE}), FINAL, outcome)
        for pack in known()
        for outcome in ("upheld", "partly_upheld", "rejected", "withdrawn")
    ]
    return (*letters, *finals)


@pytest.mark.parametrize("language", CODES)
def test_what_the_rules_of_every_pack_ask_of_a_letter_is_missed_in_every_language(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_for = sorted({block for one in owed() for block in one.asked})
    assert len(asked_for) > 12
    with spoiled(without(*asked_for), monkeypatch):
        for one in (one for one in owed() if one.asked):
            with pytest.raises(LetterIncomplete) as refused:
                one.write(language)
            assert set(refused.value.missing) == one.asked, one.letter.kind


def test_each_block_is_missed_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    asking = {block: one for one in owed() for block in one.asked}
    for block, one in asking.items():
        with spoiled(without(block), monkeypatch):
            with pytest.raises(LetterIncomplete) as refused:
                one.write(SOURCE)
            assert block in refused.value.missing


@pytest.mark.parametrize("language", CODES)
def test_a_banned_block_keeps_the_letter_of_every_pack_that_bans_it(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def add(source: str) -> str:
        return source.replace(
            "{% block letter %}{% endblock %}",
            '{% block letter %}{% endblock %}{% call p.para("odr_link") %}The platform.{% endcall %}',
        )

    banning = [one for one in owed() if any(rule.banned for rule in one.kept)]
    assert len(banning) > 60
    with spoiled(add, monkeypatch):
        for one in banning:
            assert {name for rule in one.kept for name in rule.banned} == {"odr_link"}
            with pytest.raises(LetterIncomplete) as refused:
                one.write(language)
            assert refused.value.banned == ("odr_link",)


@pytest.mark.parametrize("pack", sorted(set(known()) - {"sandbox"}))
def test_every_pack_bans_the_link_to_the_closed_platform_in_its_final_responses(pack: str) -> None:
    rules = REGION.rules_of(Story(pack).case.complaint)
    for outcome in OUTCOMES:
        rule_of = blocks.rules_of(LetterKind.FINAL_RESPONSE, outcome, rules)
        assert "odr_link" in {name for rule in rule_of for name in rule.banned}


# --- Addresses that lead nowhere -----------------------------------------------------------------------

DEAD = [
    "https://ec.europa.eu/consumers/odr",
    "http://ec.europa.eu/consumers/odr/",
    "HTTPS://EC.EUROPA.EU/Consumers/ODR/main/index.cfm?event=main.home.chooseLanguage",
    "ec.europa.eu/odr",
    "www.ec.europa.eu/consumers/odr",
    "webgate.ec.europa.eu/odr/userguide",
    "https://ec.europa.eu:443//consumers/odr.",
    "https://ec.europa.eu./consumers/odr",
    "https://ec.europa.eu/consumers%2Fodr",
    "https://go.example.test/?to=https%3A%2F%2Fec.europa.eu%2Fodr",
    "ec.europa.eu\u200b/consumers/\u00adodr",
    r"ec.europa.eu\consumers\odr",
    "(https://ec.europa.eu/consumers/odr)",
]
ALIVE = [
    "https://ec.europa.eu/consumers",
    "https://ec.europa.eu/consumers/odrs",
    "https://consumer-redress.ec.europa.eu/index_en",
    "https://notec.europa.eu/odr",
    "https://ec.europa.eu/info/odr",
    "the ODR platform of the EU was closed",
]


@pytest.mark.parametrize("dead", DEAD)
def test_a_dead_address_in_the_words_of_a_handler_keeps_the_letter_back(dead: str) -> None:
    story = decided(Story(), reasons={"reasons": f"You may also go to {dead} within a year."})
    with pytest.raises(LetterIncomplete) as refused:
        story.render(LetterKind.FINAL_RESPONSE)
    assert all("ec.europa.eu" in address for address in refused.value.banned)
    assert "must not show" in str(refused.value)


@pytest.mark.parametrize("alive", ALIVE)
def test_an_address_that_only_looks_like_a_dead_one_is_told(alive: str) -> None:
    mail = decided(Story(), reasons={"reasons": f"See {alive}."}).render(LetterKind.FINAL_RESPONSE)
    assert alive in words(mail.text)


@pytest.mark.parametrize("field", ["url", "contact", "scope_limits"])
def test_a_dead_address_in_the_region_file_keeps_the_letter_back(field: str) -> None:
    region = with_body(**{field: "https://ec.europa.eu/consumers/odr"})
    with pytest.raises(LetterIncomplete) as refused:
        decided(Story(region=region)).render(LetterKind.FINAL_RESPONSE)
    assert refused.value.banned == ("ec.europa.eu/consumers/odr",)


@pytest.mark.parametrize("kind", LetterKind)
def test_no_letter_of_any_kind_carries_a_dead_address(kind: LetterKind) -> None:
    brand = replace(REGION.brands[0], name="See ec.europa.eu/odr")
    story = Story(HOME.get(kind, "gb-ukgc"), region=replace(REGION, brands=(brand,)))
    TOLD[kind](story)
    with pytest.raises(LetterIncomplete) as refused:
        story.render(kind)
    assert refused.value.banned == ("ec.europa.eu/odr",)


def test_every_dead_address_says_since_when_and_who_says_so() -> None:
    for one in dead_addresses.DEAD:
        assert date.fromisoformat(one.since) <= date(2026, 1, 1)
        assert "2024/3228" in one.source
