"""A message of the assistant in the words of a language, with what it quotes and what it offers."""

from collections.abc import Iterator, Sequence

from redress.assistant.knowledge import Knowledge
from redress.assistant.lines import CHOICES, LINES, LINKS, Line
from redress.assistant.state import Message
from redress.domain.values import Value
from redress.faq.entries import Entry
from redress.language import msg

POLICY = ("deadline", "body")
"""Lines that are answered from the rules for complaints."""
RULES_TITLE = LINKS["policy"][0]
UNDER = msg("{place}: {what}")


class Source(Value):
    """What an answer is taken from. `path` leads on from where the portal's pages in a language begin."""

    title: str
    path: str


class Link(Value):
    """Where to go on: `name` is that of `LINKS`, `path` as in a source, or a whole address."""

    name: str
    text: str
    path: str


class Shown(Value):
    """What is said: a `text` in a `language` (ISO 639-1), more sentences, pairs of a name and what it says.

    `choices` may be said next, word by word.
    """

    line: str
    text: str
    language: str
    more: Sequence[str] = ()
    details: Sequence[tuple[str, str]] = ()
    source: Source | None = None
    links: Sequence[Link] = ()
    choices: Sequence[str] = ()


def shown(message: Message, knowledge: Knowledge) -> Shown:
    """A message in the language of what is known; an answer from a help page that is gone knows nothing."""
    entry = knowledge.faq.entry(message.entry) if message.entry else None
    missing = message.line == "answer" and entry is None
    line = LINES["unknown" if missing else message.line]
    quoted = entry if message.line == "answer" else None
    return Shown(
        line="unknown" if missing else message.line,
        text=quoted.first if quoted else _text(message, line, knowledge),
        language=quoted.language if quoted else knowledge.language.code,
        more=[str(message.details[one]) for one in ("title", "lead") if one in message.details],
        details=list(_details(message, knowledge)),
        source=_source(message, entry, knowledge),
        links=list(_links(line, knowledge)),
        choices=[
            *_titles(message, knowledge),
            *(knowledge.language.say(CHOICES[one]) for one in line.choices),
        ],
    )


def _text(message: Message, line: Line, knowledge: Knowledge) -> str:
    if message.line == "problem":
        from redress.web import form_words  # noqa: PLC0415 - what is wrong with an answer is told by the form

        return form_words.problem(knowledge.language, message.field, message.rule)
    if message.line == "standing":
        return knowledge.language.say(line.text, number=message.details["number"])
    return knowledge.language.say(line.text)


def _details(message: Message, knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    if message.line == "standing":
        yield from message.details["dates"]
    if message.line == "deadline":
        tables = knowledge.timetables()
        for table in tables:
            for one in table.dates:
                under = knowledge.language.say(UNDER, place=table.name, what=one.name)
                yield (under if len(tables) > 1 else one.name), one.when
    if message.line == "body":
        for table in knowledge.timetables():
            body = knowledge.brand.jurisdictions[table.jurisdiction]
            yield table.name, f"{body.name}, {body.url}"


def _source(message: Message, entry: Entry | None, knowledge: Knowledge) -> Source | None:
    if entry:
        return Source(title=entry.title, path=f"faq/{entry.slug}")
    if message.line in POLICY:
        return Source(title=knowledge.language.say(RULES_TITLE), path="policy")
    return None


def _links(line: Line, knowledge: Knowledge) -> Iterator[Link]:
    for name in line.links:
        text, path = LINKS[name]
        path = knowledge.brand.site if name == "site" else path
        yield Link(name=name, text=knowledge.language.say(text), path=path)


def _titles(message: Message, knowledge: Knowledge) -> Iterator[str]:
    """The questions of other help pages: saying one of them asks it."""
    found = (knowledge.faq.entry(one) for one in message.others)
    return (one.title for one in found if one)
