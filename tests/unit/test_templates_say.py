"""What a template of the portal shows is said in the player's language: it has no word of its own."""

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from redress.templating import KINDS, PACKAGE, environment

FOLDER = PACKAGE / KINDS["pages"].folders[0]
STATIC = PACKAGE / "web" / "static"
SPOKEN_ATTRIBUTES = {"aria-label", "aria-description", "alt", "title", "placeholder", "label"}
SAYING = {"say": 1, "say_many": 2, "msg": 1}
"""How many of the first arguments are messages, by function."""
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
EXPRESSION = "\ufffc"  # stands for what an expression puts out; no letter

templates = pytest.mark.parametrize("path", sorted(FOLDER.glob("*.html")), ids=lambda path: path.name)


class Reader(HTMLParser):
    """Keeps what a person reads or hears of a page, as far as it has letters."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []

    def handle_data(self, data: str) -> None:
        """Text between tags; attributes stand there, too, where a macro puts them out."""
        attributes = dict(ATTRIBUTE.findall(data))
        self._attributes("", attributes)
        self._keep(ATTRIBUTE.sub("", data))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Texts of attributes."""
        self._attributes(tag, {name: value or "" for name, value in attrs})

    def _attributes(self, tag: str, told: Mapping[str, str]) -> None:
        """Names, hints, the inscription of a button, what a script will show."""
        for name, value in told.items():
            is_button = tag == "input" and name == "value" and told.get("type") in {"submit", "button"}
            is_description = tag == "meta" and name == "content" and told.get("name") == "description"
            is_told_by_script = name.startswith("data-") and " " in value
            if name in SPOKEN_ATTRIBUTES or is_button or is_description or is_told_by_script:
                self._keep(value)

    def _keep(self, text: str) -> None:
        if any(map(str.isalpha, text)):
            self.heard.append(" ".join(text.split()))


def words_by_themselves(source: str) -> list[str]:
    """What a template's HTML says without asking the language."""
    parts = []
    for _, kind, text in Environment(autoescape=True).lex(source):
        if kind == "data":
            parts.append(text)
        elif kind == "variable_begin":
            parts.append(EXPRESSION)
    reader = Reader()
    reader.feed("".join(parts))
    reader.close()
    return reader.heard


def words_in_expressions(source: str) -> list[str]:
    """The strings of a template's expressions that look like words for people and are no messages."""
    found = environment("pages").parse(source)
    messages = {id(one) for one in _messages(found)}
    strings = (one for one in found.find_all(nodes.Const) if isinstance(one.value, str))
    return [one.value for one in strings if id(one) not in messages and is_for_people(one.value)]


def _messages(tree: nodes.Template) -> Iterator[nodes.Node]:
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name):
            yield from call.args[: SAYING.get(call.node.name, 0)]


def is_for_people(text: str) -> bool:
    """Whether a string is more than the name of a field, a class or a part of an address."""
    return bool(re.search(r"[^\W\d_]{2,}\s+[^\W\d_]|\b[A-ZÀ-Ž][^\W\d_]*[a-zß-ž]", text))


@templates
def test_a_template_has_no_words_of_its_own(path: Path) -> None:
    assert words_by_themselves(path.read_text(encoding="utf-8")) == []


@templates
def test_a_template_puts_out_no_words_of_its_own(path: Path) -> None:
    assert words_in_expressions(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "source",
    [
        "<p>Hello</p>",
        "<p>{{ say('Hello') }}, you</p>",
        '<nav aria-label="More">{{ say("More") }}</nav>',
        '<img alt="Logo of {{ brand.name }}">',
        '<input type="submit" value="Send">',
        '{% macro named() %} aria-label="Send"{% endmacro %}',
        '<option value="a">Choose</option>',
        '<form data-lost="The network is gone"></form>',
    ],
)
def test_words_in_markup_are_found(source: str) -> None:
    assert words_by_themselves(source) != []


@pytest.mark.parametrize(
    "source",
    [
        "{{ 'Error: ' if problems }}",
        "{{ fields.line('email', 'Your e-mail address') }}",
        "{{ say('By {day}', day='the end of Sunday') }}",
        "{{ say('Good') ~ ' and free of charge' }}",
        "{% set kind = 'Complaint' %}",
    ],
)
def test_words_in_expressions_are_found(source: str) -> None:
    assert words_in_expressions(source) != []


@pytest.mark.parametrize(
    "source",
    [
        '<p class="lead">{{ say("Hello {name}", name=name) }} – {{ 12 }}</p>',
        '<input type="text" name="email" value="{{ form.value(\'email\') }}" autocomplete="email">',
        "{{ say_many('{count} day', '{count} days', 3) }}",
        "{{ fields.line('email', say('Your e-mail address'), width='two') }}",
        "{% import 'fields.html' as fields with context %}{{ 'row wrong' if error }}",
    ],
)
def test_what_is_said_and_what_nobody_reads_is_left_alone(source: str) -> None:
    assert words_by_themselves(source) == []
    assert [one for one in words_in_expressions(source) if one != "row wrong"] == []


def test_a_stylesheet_says_nothing() -> None:
    for path in STATIC.glob("*.css"):
        said = re.findall(r"content:\s*[\"']([^\"']*)[\"']", path.read_text(encoding="utf-8"))
        assert [text for text in said if any(map(str.isalpha, text))] == []


def test_a_script_says_nothing_of_its_own() -> None:
    """Its words come from the page, which has them in the player's language."""
    for path in STATIC.glob("*.js"):
        assert sentences_of(path.read_text(encoding="utf-8")) == []


def test_a_sentence_in_a_script_is_found() -> None:
    source = 'save("draft"); // Say it.\nshow("We kept your text"); show(`Try again.`); ask("form input");'
    assert sentences_of(source) == ["We kept your text", "Try again."]


def sentences_of(script: str) -> list[str]:
    """The strings of a script that look like sentences."""
    source = re.sub(r"/\*.*?\*/|(?<!:)//.*?$", "", script, flags=re.DOTALL | re.MULTILINE)
    strings = [text for pair in re.findall(r'"([^"\n]*)"|`([^`]*)`', source) for text in pair]
    return [text for text in strings if re.search(r"[A-Z][a-z]+\s+[a-z]+\s+[a-z]+|[A-Za-z]\.$", text)]
