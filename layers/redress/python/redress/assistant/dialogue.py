"""What the assistant answers: a pure function of what was said, what went before, and what is known."""

import re
from collections.abc import Callable, Mapping, Sequence
from copy import replace
from itertools import islice

from redress.assistant import meaning
from redress.assistant.knowledge import Knowledge, Standing
from redress.assistant.state import CHECK, LINK, LONGEST_SAID, STEPS, Message, State
from redress.domain import number as complaint_number
from redress.domain import signals
from redress.domain.errors import InvalidInput
from redress.faq import search
from redress.faq.words import term
from redress.web.words import CATEGORIES

type Reply = tuple[State, Sequence[Message]]
type _Act = Callable[[State], Reply]

OPTIONAL = frozenset({"occurred_on", "amount", "account"})
HELP = "self-exclusion-and-help"
"""The help page about harm, which a region may have put its own in the place of."""
MOST_OTHERS = 2

# A private link, whole or its end: number and key with a slash or a blank between them.
_NUMBER = r"[0-9A-Za-z]{4}-?[0-9A-Za-z]{4}-?[0-9A-Za-z]"
_LINK = re.compile(rf"(?<![\w-])(?P<number>{_NUMBER})(?:/|\s+)(?P<key>[A-Za-z0-9_-]{{32}})(?![\w-])")
_NUMBER_ALONE = re.compile(rf"(?<![\w-]){_NUMBER}(?![\w/-])")


def greeting() -> Sequence[Message]:
    """How a conversation begins."""
    return [Message(line="hello")]


def private_link(said: str) -> tuple[str, str] | None:
    """Number and key of the private link that somebody sent, or None."""
    found = _LINK.search(said)
    number = complaint_number.parse(found["number"]) if found else None
    return (number, found["key"]) if found and number else None


def without_link(said: str) -> str:
    """What was said, with the key of a private link taken out."""
    return _LINK.sub(lambda found: f"{found['number']}/…", said)


def reply(state: State, said: str, knowledge: Knowledge) -> Reply:
    """The state after a sentence (at most LONGEST_SAID characters of it), and what is said to it.

    Nothing is stored or sent by it. A private link is looked up at once, and is part of no state.
    """
    said = said.strip()[:LONGEST_SAID]
    link = private_link(said)
    if link:
        return _standing(state, link, knowledge)
    harm = [] if meaning.chosen(knowledge.language, said) else _harm(said)
    if state.step in STEPS:
        after, messages = _written(state, said, knowledge)
        return after, [*harm, *messages]
    if harm:
        return replace(state, step="", asked=said), harm
    return _meant(state, said, knowledge)


def _harm(said: str) -> list[Message]:
    """What is said at once to somebody who may be in danger, with the help page; whatever else they want."""
    found = signals.find(said)
    kinds = [kind for kind in ("distress", "minor", "self_exclusion") if kind in found]
    return [Message(line=kinds[0], entry=HELP)] if kinds else []


# --- Whoever is asked nothing ------------------------------------------------------------------------


def _meant(state: State, said: str, knowledge: Knowledge) -> Reply:
    language = knowledge.language
    meant = meaning.chosen(language, said)
    titled = next((one.slug for one in knowledge.faq.entries if one.title == said), None)
    if meant is None and titled is None:
        meant = meaning.intent(language, said, during=False)
    if meant in _INTENTS:
        return _INTENTS[meant](state)
    if (meant or "").startswith("category:"):
        return _begun(state, said, knowledge)
    if state.step == LINK or _is_number(said):
        line = "number_only" if _is_number(said) else "bad_link"
        return replace(state, step=LINK if _is_number(said) else ""), [Message(line=line)]
    return _answered(state, said, knowledge)


def _is_number(said: str) -> bool:
    found = _NUMBER_ALONE.search(said)
    return found is not None and "-" in found[0] and complaint_number.parse(found[0]) is not None


def _answered(state: State, said: str, knowledge: Knowledge) -> Reply:
    """From a help page, or that nothing is known."""
    after = replace(state, step="", asked=said)
    titled = [one for one in knowledge.faq.entries if one.title == said]
    found = titled or [one.entry for one in search.answers(knowledge.faq, said)]
    if not found:
        return after, [Message(line="unknown")]
    best, *rest = found
    others = [one.slug for one in islice(rest, MOST_OTHERS)]
    return after, [Message(line="answer", entry=best.slug, others=others)]


def _simply(line: str) -> _Act:
    return lambda state: (replace(state, step=""), [Message(line=line)])


def _stops(_state: State) -> Reply:
    return State(), [Message(line="stopped")]


def _asks_link(state: State) -> Reply:
    return replace(state, step=LINK), [Message(line="ask_link")]


def _starts(state: State) -> Reply:
    return State(step=STEPS[0], asked=state.asked), [Message(line="start"), Message(line="ask_category")]


def _begun(state: State, said: str, knowledge: Knowledge) -> Reply:
    """A category was chosen before anything was asked: then that is what the complaint is about."""
    started, _ = _starts(state)
    after, messages = _written(started, said, knowledge)
    return after, [Message(line="start"), *messages]


_INTENTS: Mapping[str | None, _Act] = {
    "greet": _simply("hello"),
    "thank": _simply("welcome"),
    "complain": _starts,
    "state": _asks_link,
    "deadline": _simply("deadline"),
    "body": _simply("body"),
    "person": _simply("person"),
    "stop": _stops,
}


def _standing(state: State, link: tuple[str, str], knowledge: Knowledge) -> Reply:
    """Where the complaint stands that a private link opens; what was being written stays as it was."""
    after = replace(state, step="" if state.step == LINK else state.step)
    if knowledge.opens is None:
        return after, [Message(line="not_here")]
    found: Standing | None = knowledge.opens(*link)
    return after, [Message(line="standing", details=vars(found)) if found else Message(line="bad_link")]


# --- Whoever writes a complaint ----------------------------------------------------------------------


def _written(state: State, said: str, knowledge: Knowledge) -> Reply:
    """The answer to a question of a new complaint, and the next question."""
    field = state.step
    meant = meaning.chosen(knowledge.language, said) or meaning.intent(knowledge.language, said, during=True)
    if meant == "stop":
        return _stops(state)
    if meant == "skip" and field in OPTIONAL:
        return _next(state, {})
    if field == "category":
        said = _category(meant, said, knowledge)
    try:
        return _next(state, knowledge.read(field, said))
    except InvalidInput as invalid:
        wrong = invalid.problems[0]
        return state, [Message(line="problem", field=wrong.field, rule=wrong.rule), _question(field)]


def _category(meant: str | None, said: str, knowledge: Knowledge) -> str:
    """The category that was chosen, or the only one whose name shares a word with what was said."""
    kind, _, category = (meant or "").partition(":")
    if kind == "category":
        return category
    told = _terms(said, knowledge)
    names = {one: knowledge.language.say(name) for one, name in CATEGORIES.items()}
    fitting = [one for one, name in names.items() if told & _terms(name, knowledge)]
    return fitting[0] if len(fitting) == 1 else said


def _terms(text: str, knowledge: Knowledge) -> set[str]:
    telling = search.telling(knowledge.faq, text)
    return {term(word, knowledge.language.code) for word in telling}


def _next(state: State, told: Mapping[str, str]) -> Reply:
    following = (*STEPS, CHECK)[STEPS.index(state.step) + 1]
    after = replace(state, step=following, fields={**state.fields, **told})
    return after, [_question(following)]


def _question(step: str) -> Message:
    return Message(line=CHECK if step == CHECK else f"ask_{step}")
