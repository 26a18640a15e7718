"""A letter that lacks what its rules ask for, or shows what they ban, does not go out."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import replace
from datetime import date
from functools import cache

import pytest
from jinja2 import BaseLoader, Environment

from infra.ops.letter_examples import CLAUSE, HOME, REASONS, TOLD, decided
from infra.ops.letter_stories import KEY, PORTAL, REGION
from redress import templating
from redress.domain.correspondence import LetterKind
from redress.domain.packs import known, load_pack
from redress.domain.rulepack import LetterRule, Sourced
from redress.domain.rules import Rules
from redress.language import CODES
from redress.letters import blocks, dead_addresses
from redress.letters import render as render_module
from redress.letters.blocks import LetterIncomplete
from redress.letters.render import render
from redress.usecases.ports import Mail
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
    r'{%% call p\.(?:para|callout|step)\([^%%]*"%s"[^%%]*\) %%}.*?{%% endcall %%}',
    r'{{ p\.(?:fact|quote)\([^{}]*(?:{[^{}]*})?[^{}]*"%s"\) }}',
)
KINDS = [LetterKind.ACKNOWLEDGEMENT, LetterKind.INFORMATION_REQUEST, LetterKind.PROGRESS, LetterKind.DEADLOCK]
KINDS += [LetterKind.PAUSE, LetterKind.EXTENSION, LetterKind.HOLDING, LetterKind.FINAL_RESPONSE]


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


def without(block: str) -> Callable[[str], str]:
    """Every piece that shows a block is taken out."""

    def spoil(source: str) -> str:
        for piece in PIECES:
            source = re.sub(piece % block, "", source, flags=re.DOTALL)
        return source

    return spoil


@cache
def owed(pack: str) -> tuple[tuple[Story, LetterKind, str | None], ...]:
    """The letters that a pack makes owed and has rules for, each outcome of a final response by itself."""
    kinds = [kind for kind in KINDS if pack not in NEVER_OWED.get(kind, ())]
    letters = [(told(kind, pack), kind, None) for kind in kinds if kind is not LetterKind.FINAL_RESPONSE]
    finals = [
        (decided(Story(pack), outcome, {**REASONS, "clause": CLAUSE}), LetterKind.FINAL_RESPONSE, outcome)
        for outcome in OUTCOMES
    ]
    return (*letters, *finals)


def write(story: Story, kind: LetterKind, language: str) -> Mail:
    """The letter of a story in a language."""
    case = story.case
    spoken = replace(case, complaint=replace(case.complaint, language=language))
    rules = REGION.rules_of(case.complaint)
    return render(story.letter(kind), spoken, REGION, rules, PORTAL, KEY, story.now)


def asked_by(pack: str) -> Iterator[tuple[str, Story, LetterKind]]:
    """Each block that a rule of the pack asks a letter for."""
    for story, kind, outcome in owed(pack):
        for block in sorted(blocks.asked(kind, outcome, REGION.rules_of(story.case.complaint))):
            yield block, story, kind


@pytest.mark.parametrize("language", CODES)
def test_without_a_block_that_its_pack_asks_for_no_letter_goes_out(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted: dict[str, list[tuple[Story, LetterKind]]] = {}
    for pack in known():
        for block, story, kind in asked_by(pack):
            wanted.setdefault(block, []).append((story, kind))
    assert len(wanted) > 12
    for block, letters in wanted.items():
        with spoiled(without(block), monkeypatch):
            for story, kind in letters:
                with pytest.raises(LetterIncomplete) as refused:
                    write(story, kind, language)
                assert block in refused.value.missing, (block, kind)


@pytest.mark.parametrize("language", CODES)
def test_a_banned_block_keeps_the_letter_of_every_pack_that_bans_it(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def add(source: str) -> str:
        return source.replace(
            "{% block letter %}{% endblock %}",
            '{% block letter %}{% endblock %}{% call p.para("odr_link") %}The platform.{% endcall %}',
        )

    banning = 0
    with spoiled(add, monkeypatch):
        for pack in known():
            for story, kind, outcome in owed(pack):
                rules = REGION.rules_of(story.case.complaint)
                banned = {name for rule in blocks.rules_of(kind, outcome, rules) for name in rule.banned}
                assert banned <= {"odr_link"}
                if banned:
                    with pytest.raises(LetterIncomplete) as refused:
                        write(story, kind, language)
                    assert refused.value.banned == ("odr_link",)
                    banning += 1
    assert banning > 60


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
