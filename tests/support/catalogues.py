"""What can be wrong with a translation, found without knowing the language."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from string import Formatter

from babel.messages.catalog import Catalog, Message

from infra.languages import is_translated
from redress.language import CODES, SOURCE

TRANSLATED = tuple(code for code in CODES if code != SOURCE)

# The languages whose first plural form is for one thing alone: there a translation may do without the number.
ONE_ALONE = {"de", "es", "it", "pl", "pt", "sv"}
SCRIPTS = {"ru": re.compile("[а-яё]", re.IGNORECASE)}
ENDS = (("question", "?"), ("colon", ":"), ("ellipsis", "…"), ("full stop", "."), ("exclamation mark", "!"))

# Words that are the same in a language as in English.
SAME: Mapping[str, frozenset[str]] = {
    "fr": frozenset({"Assistant", "Conversation", "Question {number}", "Version"}),
    "de": frozenset({"Name", "Status", "Region"}),
    "es": frozenset({"Error:", "Error: {title}"}),
    "it": frozenset({"File {place}"}),
    "pl": frozenset({"Status", "Mediator"}),
    "pt": frozenset(),
    "ru": frozenset(),
    "sv": frozenset({"Ombudsman", "Status", "Version"}),
}

type Check = Callable[[str, str, str], bool]


def faults(code: str, message: Message) -> Iterator[str]:
    """What is wrong with the translation of a message, in a few words each."""
    if message.fuzzy:
        yield "fuzzy"
    if not is_translated(message.string):
        yield "untranslated"
        return
    for number, (english, said) in enumerate(_forms(message)):
        yield from _places(code, number, _ids(message), said)
        yield from (fault for fault, is_wrong in CHECKS.items() if is_wrong(code, english, said))


def all_faults(code: str, catalogue: Catalog) -> dict[str, list[str]]:
    """The messages of a catalogue that have a fault, by fault."""
    found: dict[str, list[str]] = {}
    for message in catalogue:
        for fault in dict.fromkeys(faults(code, message) if message.id else ()):
            found.setdefault(fault, []).append(shown(message))
    return found


def told(found: Mapping[str, Sequence[str]], most: int = 8) -> str:
    """Faults for a person to read: how many of each, and the first of them."""
    return "\n".join(
        line
        for fault, messages in found.items()
        for line in (
            f"{fault}: {len(messages)}",
            *(f"  {message[:90]!r}" for message in messages[:most]),
            *(["  …"] if len(messages) > most else []),
        )
    )


def shown(message: Message) -> str:
    """The message as a person looks for it."""
    return _ids(message)[-1]


def forms_said(message: Message) -> Sequence[str]:
    """The translation in each of its plural forms; one form where nothing is counted."""
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ())


def places(text: str) -> set[str]:
    """The names in braces. Raises ValueError for braces that name nothing simple."""
    found: set[str] = set()
    for _, name, form, conversion in Formatter().parse(text):
        if name is None:
            continue
        if not name.isidentifier() or form or conversion:
            raise ValueError(text)
        found.add(name)
    return found


def _places(code: str, number: int, ids: Sequence[str], said: str) -> Iterator[str]:
    wanted = places(ids[-1])
    optional = {"count"} if len(ids) > 1 and number == 0 and code in ONE_ALONE else set()
    try:
        found = places(said)
    except ValueError:
        yield "braces that do not fit"
        return
    if not wanted - optional <= found <= wanted:
        yield "other places in braces"


def _ids(message: Message) -> Sequence[str]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)


def _forms(message: Message) -> Iterator[tuple[str, str]]:
    """The English and the translation, form by form: further forms stand beside the English plural."""
    ids = _ids(message)
    yield from ((ids[min(number, len(ids) - 1)], one) for number, one in enumerate(forms_said(message)))


def _end(text: str) -> str:
    return next((name for name, sign in ENDS if text.rstrip("»”“\"')").endswith(sign)), "none")


def _ends_otherwise(_code: str, english: str, said: str) -> bool:
    return _end(english) != _end(said)


def _is_blank_around(_code: str, _english: str, said: str) -> bool:
    return said != said.strip() or "  " in said or "\n" in said


def _holds_markup(_code: str, _english: str, said: str) -> bool:
    return bool(re.search(r"</?[a-zA-Z!]|&#?\w+;", said))


def _has_other_figures(_code: str, english: str, said: str) -> bool:
    return _figures(english) != _figures(said)


def _figures(text: str) -> Counter[str]:
    bare = re.sub(r"\{\w+\}", "·", text)
    return Counter(re.sub(r"\D", "", one) for one in re.findall(r"\d[\d.,\s]*", bare))


def _is_english(code: str, english: str, said: str) -> bool:
    words = re.sub(r"\{\w+\}", "", english)
    return said == english and any(map(str.isalpha, words)) and english not in SAME[code]


def _is_in_another_script(code: str, english: str, said: str) -> bool:
    return code in SCRIPTS and _is_text(english) and not SCRIPTS[code].search(said)


def _is_text(english: str) -> bool:
    return any(map(str.isalpha, re.sub(r"\{\w+\}", "", english)))


def _has_straight_quotes(_code: str, _english: str, said: str) -> bool:
    return '"' in said or bool(re.search(r"\w'\w", said))


def _has_no_space_of_french(code: str, _english: str, said: str) -> bool:
    return code == "fr" and bool(re.search(r"[^\s?!]\s?(?<![\u202f\u00a0?!])[?!;:»]", said))


def _opens_no_question(code: str, _english: str, said: str) -> bool:
    return code == "es" and (said.count("?") != said.count("¿") or said.count("!") != said.count("¡"))


CHECKS: Mapping[str, Check] = {
    "ends with another sign": _ends_otherwise,
    "blanks around or in between": _is_blank_around,
    "markup": _holds_markup,
    "other figures": _has_other_figures,
    "the same as English": _is_english,
    "another script": _is_in_another_script,
    "straight quotation marks": _has_straight_quotes,
    "no no-break space before ? ! ; : »": _has_no_space_of_french,
    "¿ and ? or ¡ and ! do not match": _opens_no_question,
}
