"""Days and amounts as people write them in their language, read for what they say and never guessed.

What can be read in one way only is read, whatever its signs. What could be two things is read as the page's
language writes it; where that gives no sense it is handed on as it was typed, and intake refuses it.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date

from redress.domain.money import MINOR_DIGITS
from redress.language import SOURCE, Language, language

PARTS = ("day", "month", "year")
LONGEST = 100  # characters: no day and no amount that somebody means is longer

# Words and endings around a date that say nothing: 1st, 1er, 26 de abril de 2026, 26 апреля 2026 г.
_BESIDE = {
    *("st", "nd", "rd", "th", "of", "the", "le", "er", "de", "del", "o", "den", "der"),
    *("год", "года", "г", "rok", "roku", "r"),
}
_WORDS = re.compile(r"\d+|[^\W\d_]+")
_NAMED = 3  # letters from which on a month can be told by how its name begins

# What people write for a currency beside its code and its sign in the CLDR. A sign may stand for several.
_SIGNS = {
    "£": ("GBP",),
    "€": ("EUR",),
    "euro": ("EUR",),
    "euros": ("EUR",),
    "$": ("USD", "CAD", "AUD", "NZD"),
    "us$": ("USD",),
    "r$": ("BRL",),
    "¥": ("JPY", "CNY"),
    "kr": ("SEK", "NOK", "DKK", "ISK"),
    "zł": ("PLN",),
    "zl": ("PLN",),
    "kč": ("CZK",),
    "kc": ("CZK",),
    "ft": ("HUF",),
    "lei": ("RON",),
    "fr": ("CHF",),
    "sfr": ("CHF",),
}
# Groups figures in every language, and does nothing else: blanks and apostrophes.
_BLANK = r"\s\u00a0\u2009\u202f'\u2019\u02bc`\u00b4"
_AMOUNT = re.compile(
    # A sign, its full stop after a letter; figures with what stands between them; a sign, or the name.
    rf"(?P<before>(?:[^\d.,+\-]|(?<=[^\W\d])\.)*)(?P<figures>\d(?:[\d.,{_BLANK}]*\d)?)(?P<after>.*)",
    re.DOTALL,
)
_ROUND = re.compile(r"^[.,:]\s*[-\u2010-\u2015\u2212]+")  # 50,- and 50:-
_POINTS = ".,"


def order(spoken: Language) -> tuple[str, ...]:
    """The parts of a date in the order in which the language writes them."""
    pattern = str(spoken.cldr["dates"]["long"])
    return tuple(sorted(PARTS, key=lambda part: pattern.index(f"{{{part}}}")))


def day(spoken: Language, parts: Sequence[str], today: date) -> str | None:
    """The day that the fields for day, month and year hold, as ISO 8601; None if there is no such day.

    A whole date in one of the fields is read, too. The month may be a figure or its name, the year its last
    two digits: of such years the latest up to that of `today` is meant.
    """
    if sum(map(len, parts)) > LONGEST:
        return None
    told = [_tokens(spoken, part) for part in parts]
    each_its_own = all(len(tokens) == 1 for tokens in told)
    found = [token for tokens in told for token in tokens]
    ordered = found if each_its_own else _ordered(spoken, found)
    if ordered is None or (not each_its_own and _is_short(parts)):
        return None
    number, month, year = ordered
    try:
        return date(_year(year, today), _month(spoken, month), _figure(number)).isoformat()
    except ValueError:
        return None


def amount(spoken: Language, text: str, currency: str) -> str | None:
    """An amount as figures with a decimal point, such as `1250.50`; None if it cannot be read."""
    found = _split(text)
    if found is None or (found[0] and currency not in _meant(spoken, found[0])):
        return None
    return _plain(spoken, found[1], currency)


def currency(spoken: Language, text: str, chosen: str) -> str | None:
    """The currency of an amount: the one chosen, or, if none was, the only one that its sign stands for.

    None where nothing tells it, or the sign is that of another currency than the chosen one.
    """
    found = _split(text)
    meant = _meant(spoken, found[0]) if found and found[0] else []
    if chosen:
        return chosen if not meant or chosen in meant else None
    return meant[0] if len(meant) == 1 else None


def readings(text: str) -> Iterator[str]:
    """How an amount whose one point or comma stands before three figures can be meant: 1.234 as 1234."""
    found = _split(text)
    grouped = re.fullmatch(r"([1-9]\d{0,2})[.,](\d{3})", found[1]) if found else None
    if grouped:
        yield grouped[1] + grouped[2]


# --- Days ---


def _tokens(spoken: Language, text: str) -> list[str]:
    """The figures and words of a date, without those that say nothing."""
    found = _WORDS.findall(_letters(text))
    if all(map(str.isdecimal, found)):
        return found
    weekdays = {word for name in spoken.cldr["weekdays"] for word in _WORDS.findall(_letters(name))}
    return [one for one in found if one not in _BESIDE | weekdays]


def _ordered(spoken: Language, tokens: Sequence[str]) -> Sequence[str] | None:
    """Day, month and year of a date in one piece; None if it is none."""
    if len(tokens) != len(PARTS):
        return None
    names = [one for one in tokens if not one.isdecimal()]
    if len(names) == 1:
        figures = [one for one in tokens if one.isdecimal()]
        number, year = figures if len(figures[0]) <= 2 else reversed(figures)
        return number, names[0], year
    if len(tokens[0]) > 2:  # 2026-04-26
        return tokens[::-1]
    return [tokens[order(spoken).index(part)] for part in PARTS]


def _is_short(parts: Sequence[str]) -> bool:
    """Whether it is like 25-04-26: with hyphens some write the year first, some last."""
    return re.search(r"\d-\d", "".join(parts)) is not None and re.search(r"\d{4}", "".join(parts)) is None


def _figure(text: str) -> int:
    """A number of one or two digits. Raises ValueError."""
    if len(text) > 2:
        raise ValueError(text)
    return int(text)


def _month(spoken: Language, text: str) -> int:
    """A month by figure, name or how its name begins, in the page's language or in English.

    Raises ValueError for what names none, or more than one.
    """
    if text.isdecimal():
        return _figure(text)
    for speaking in (spoken, language(SOURCE)):
        names = zip(speaking.cldr["months"], speaking.cldr["month_names"], strict=True)
        forms = [{_letters(name) for name in both} for both in names]
        meant = [number for number, known in enumerate(forms, 1) if _begins(text, known)]
        if len(meant) == 1:
            return meant[0]
    raise ValueError(text)


def _begins(text: str, names: set[str]) -> bool:
    return text in names or (len(text) >= _NAMED and any(name.startswith(text) for name in names))


def _year(text: str, today: date) -> int:
    """A year of four digits or two. Raises ValueError."""
    if len(text) not in (2, 4):
        raise ValueError(text)
    year = int(text)
    if len(text) == 4:
        return year
    return today.year - (today.year - year) % 100


def _letters(text: str) -> str:
    """Lower case without accents, digits of every script as ASCII."""
    if text.isascii():
        return text.lower()
    plain = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    return _digits(plain).casefold()


def _digits(text: str) -> str:
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in text)


# --- Amounts ---


def _split(text: str) -> tuple[str, str] | None:
    """What stands beside the figures of an amount (a sign, a name), and the figures; None without any."""
    tidy = _digits(unicodedata.normalize("NFC", text)).replace("\u066b", ".").replace("\u066c", "'").strip()
    found = _AMOUNT.fullmatch(tidy) if len(tidy) <= LONGEST else None
    if found is None:
        return None
    after = _ROUND.sub("", found["after"])
    return f"{found['before'].strip()} {after.strip()}".strip(), found["figures"]


def _meant(spoken: Language, sign: str) -> list[str]:
    """The currencies that a sign, a code or a name stands for."""
    said = sign.casefold().rstrip(".")
    symbols = spoken.cldr["symbols"]
    written = {code: (code, symbols.get(code, code), spoken.currency(code)) for code in MINOR_DIGITS}
    known = [code for code, names in written.items() if said in {one.casefold().rstrip(".") for one in names}]
    return list(dict.fromkeys((*known, *_SIGNS.get(said, ()))))


def _plain(spoken: Language, figures: str, currency: str) -> str | None:
    """Figures with one decimal point; None where the signs between them group nothing."""
    points = [one for one in figures if one in _POINTS]
    if not points:
        return _grouped(figures, _BLANK)
    sign = points[-1]
    before, _, fraction = figures.rpartition(sign)
    if points.count(sign) > 1 or _groups(spoken, before, fraction, sign):
        return _grouped(figures, re.escape(sign))
    whole = _grouped(before, _BLANK) or _grouped(before, re.escape(_POINTS.replace(sign, "")))
    doubtful = _doubtful(spoken, before, fraction, sign, currency)
    return f"{whole}.{fraction}" if whole and fraction.isdecimal() and not doubtful else None


def _groups(spoken: Language, before: str, fraction: str, sign: str) -> bool:
    """Whether the sign is the one that groups in the language, where it does: 1.234 in German."""
    return sign == spoken.cldr["group"] and _is_group(before, fraction)


def _doubtful(spoken: Language, before: str, fraction: str, sign: str, currency: str) -> bool:
    """Whether the sign may group what it is read to part: no currency of ours has so many decimals."""
    return (
        sign != spoken.cldr["decimal"] and _is_group(before, fraction) and MINOR_DIGITS.get(currency, 2) >= 3
    )


def _is_group(before: str, fraction: str) -> bool:
    return len(fraction) == 3 and re.fullmatch(r"[1-9]\d{0,2}", before) is not None


def _grouped(figures: str, signs: str) -> str | None:
    """The digits of a whole number in groups of three by one kind of sign, or without any; else None."""
    if figures.isdecimal():
        return figures
    if not re.fullmatch(rf"\d{{1,3}}([{signs}])\d{{3}}(?:\1\d{{3}})*", figures):
        return None
    return re.sub(f"[{signs}]", "", figures)
