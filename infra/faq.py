"""The help pages: Markdown that people edit becomes safe HTML with an index, packaged beside region.json.

An entry is a file `<language>/<name>.md`, or `<language>/<brand>/<name>.md` for one brand: a head between
lines of `---`, then the text. The entries of a region stand in `infra/regions/<region file>/faq`, those that
come with Redress in `infra/regions/faq`; `infra/regions/README.md` says which one counts.
"""

import difflib
import html
import json
import math
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from infra.settings import REGIONS, SettingsError
from redress.domain.categories import Category
from redress.faq.entries import name as file_name
from redress.faq.words import spelt, term, words
from redress.language import CODES, SOURCE
from redress.region import Region
from redress.web.routes import ROUTES

DELIVERED = REGIONS / "faq"
SILENT = Path(__file__).parent / "silent_words.toml"
KEYS = ("title", "categories", "order", "keywords", "hidden")
RESERVED = ("offers",)
LAST = 1_000  # the order of an entry that names none

TITLE_COUNTS, KEYWORD_COUNTS = 6, 4  # for as many words of the text
SATURATION, LENGTH_MATTERS = 1.2, 0.3  # k1 and b of BM25

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_AWAY = re.compile(r"https?://[^\s/]+|mailto:[^\s@]+@[^\s@]+|tel:\+?[0-9]+")


class _Markdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: ARG002, N802 - the library's name
        """Every link is read: one that is refused is told, not left out."""
        return True


_MARKDOWN = _Markdown("commonmark", {"html": True})


@dataclass(frozen=True, kw_only=True)
class Source:
    """An entry as it was written: its `line` is that of the first line of the text."""

    path: Path
    slug: str
    language: str
    head: Mapping[str, str]
    text: str
    line: int

    @property
    def title(self) -> str:
        """The question."""
        return self.head["title"]

    @property
    def order(self) -> tuple[int, str]:
        """Its place among the others."""
        return int(self.head.get("order", LAST)), self.slug

    @property
    def hidden(self) -> bool:
        """Whether it is there only to take away the one it stands for."""
        return self.head.get("hidden") == "yes"

    def listed(self, key: str) -> list[str]:
        """What a key of the head lists."""
        return [part.strip() for part in self.head.get(key, "").split(",") if part.strip()]


@dataclass(kw_only=True)
class Folder:
    """A folder of help pages that has been read: sources by language, brand ("" for all) and name."""

    sources: dict[tuple[str, str, str], Source] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def documents(operator: Region, own: Path) -> Mapping[str, bytes]:
    """The files of help pages by name, for each brand and language; `own` is the folder of the region's own.

    Raises SettingsError, which names file, line and remedy of every fault.
    """
    brands = [brand.id for brand in operator.brands]
    levels = [_read(own, brands), _read(DELIVERED, [])]
    chosen = {(brand, language): _chosen(levels, brand, language) for brand in brands for language in CODES}
    known = {source.slug for sources in chosen.values() for source in sources}
    for folder, level in zip((own, DELIVERED), levels, strict=True):
        for source in level.sources.values():
            level.faults += _text_faults(source, known)
        if level.faults:
            raise SettingsError(folder, level.faults)
    return {
        file_name(brand, language): _document(sources, language)
        for (brand, language), sources in chosen.items()
    }


def gaps() -> Mapping[str, Sequence[str]]:
    """By language the names of entries that come with Redress and are not written in it."""
    found = _read(DELIVERED, []).sources
    slugs = sorted({slug for language, _, slug in found if language == SOURCE})
    return {one: [slug for slug in slugs if (one, "", slug) not in found] for one in CODES}


def _chosen(levels: Sequence[Folder], brand: str, language: str) -> list[Source]:
    """The entries of a brand in a language: the brand's own go before the region's, those before all others.

    Only then the language counts: what an operator says in English is not contradicted by our translation.
    """
    found: dict[str, Source] = {}
    for level, of, spoken in product(levels, (brand, ""), (language, SOURCE)):
        for place, source in level.sources.items():
            if place[:2] == (spoken, of):
                found.setdefault(source.slug, source)
    return sorted((one for one in found.values() if not one.hidden), key=lambda one: one.order)


# --- Reading -----------------------------------------------------------------------------------------


def _read(folder: Path, brands: Sequence[str]) -> Folder:
    """Every entry of a folder, which need not exist."""
    found = Folder()
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        place = path.relative_to(folder)
        if fault := _misplaced(place, brands):
            found.faults.append(f"{place}: {fault}")
            continue
        source, faults = _source(path, place)
        found.faults += [f"{place}:{line}: {fault}" for line, fault in faults]
        if source:
            found.sources[source.language, "/".join(place.parts[1:-1]), source.slug] = source
    return found


def _misplaced(place: Path, brands: Sequence[str]) -> str | None:
    """What is wrong with where a file lies and how it is called."""
    language, *of = place.parts[:-1] or ("",)
    if language not in CODES:
        return f"lies in no folder of a language; move it into one of {', '.join(CODES)}"
    if len(of) > 1 or not set(of) <= set(brands):
        known = ", ".join(brands)
        return "no such brand; " + (f"use one of {known}" if known else f"move it to {language}/{place.name}")
    if place.suffix != ".md" or not _NAME.fullmatch(place.stem):
        return "no name of an entry; use lower-case letters, digits and single hyphens, and .md"
    return f"{place.stem!r} is an address of its own; rename it" if place.stem in RESERVED else None


def _source(path: Path, place: Path) -> tuple[Source | None, list[tuple[int, str]]]:
    """An entry, unless it cannot be read, and what is wrong with its head: pairs of line and fault."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        return None, [(1, "is not UTF-8; save it as UTF-8")]
    end = next((at for at, line in enumerate(lines[1:], 1) if line.strip() == "---"), None)
    if lines[:1] != ["---"] or end is None:
        return None, [
            (1, "has no head; begin with a line ---, then title: and the question, then a line ---")
        ]
    head, faults = {}, []
    for number, line in enumerate(lines[1:end], 2):
        key, colon, value = (part.strip() for part in line.partition(":"))
        head[key] = value
        if fault := _head_fault(key, value, colon=bool(colon)):
            faults.append((number, fault))
    text = "\n".join(lines[end + 1 :])
    hidden = head.get("hidden") == "yes"
    if not (head.get("title") or hidden):
        faults.append((1, "title: missing; write the question"))
    if not (text.strip() or hidden):
        faults.append((end + 1, "has no text; write the answer below the head"))
    source = Source(path=place, slug=path.stem, language=place.parts[0], head=head, text=text, line=end + 2)
    return (None if faults else source), faults


def _head_fault(key: str, value: str, *, colon: bool) -> str | None:
    if not colon:
        return "is no line of a head; write a key, a colon and its value"
    if key not in KEYS:
        close = difflib.get_close_matches(key, KEYS, n=1)
        return f"{key}: unknown key; " + (f"did you mean {close[0]}?" if close else f"use {', '.join(KEYS)}")
    if key == "order" and not (value.isascii() and value.isdigit() and int(value) < LAST):
        return f"order: {value!r}; write a whole number below {LAST}"
    if key == "hidden" and value != "yes":
        return f"hidden: {value!r}; write yes, or leave it out"
    unknown = {one.strip() for one in value.split(",")} - set(Category) if key == "categories" else None
    if unknown:
        return f"categories: {', '.join(sorted(unknown))} unknown; use {', '.join(Category)}"
    return None


def _text_faults(source: Source, known: set[str]) -> Iterator[str]:
    """What is wrong with the text of an entry, with its line."""
    for token, line in _tokens(source.text):
        if fault := _token_fault(token, known):
            yield f"{source.path}:{source.line + line}: {fault}"


def _tokens(text: str) -> Iterator[tuple[Token, int]]:
    """Every token with the line of the text in which its block begins."""
    for block in _MARKDOWN.parse(text):
        line = block.map[0] if block.map else 0
        yield block, line
        for token in block.children or ():
            yield token, line


def _token_fault(token: Token, known: set[str]) -> str | None:
    if token.type in ("html_block", "html_inline"):
        return f"{token.content.strip()[:40]!r} is HTML; write it as Markdown"
    if token.type == "image":
        return "shows a picture; help pages are text alone"
    if token.type == "heading_open" and token.tag == "h1":
        return "has a heading of the first level, which the title is; begin with ##"
    if token.type == "link_open":
        return _link_fault(str(token.attrs["href"]), known)
    return None


def _link_fault(target: str, known: set[str]) -> str | None:
    if _AWAY.match(target):
        return None
    if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//", target):
        return f"leads to {target!r}; links are https://, http://, mailto:, tel: or a page of the portal"
    slug = target.removeprefix("faq/")
    if slug in known if slug != target else f"/{target}" in ROUTES:
        return None
    return f"leads to {target!r}, which is no page; write faq/ and the name of an entry, or complaints"


# --- Writing -----------------------------------------------------------------------------------------


def _document(sources: Sequence[Source], language: str) -> bytes:
    """The file of a brand in a language: the same bytes for the same sources."""
    document = {
        "language": language,
        "entries": [_entry(source) for source in sources],
        **_index(sources, language),
    }
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _entry(source: Source) -> dict[str, object]:
    tokens = _MARKDOWN.parse(source.text)
    for block in tokens:
        for token in block.children or ():
            if token.type == "link_open" and not _AWAY.match(target := str(token.attrs["href"])):
                token.attrs["href"] = f"root:{target}"
    rendered = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    return {
        "slug": source.slug,
        "title": source.title,
        "language": source.language,
        "categories": source.listed("categories"),
        "html": rendered.strip(),
        "first": _plain(re.sub(r"(?s)^.*?<p>(.*?)</p>.*$", r"\1", rendered.strip())),
    }


def _plain(markup: str) -> str:
    return (
        " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split()).replace(" .", ".").replace(" ,", ",")
    )


def _index(sources: Sequence[Source], language: str) -> dict[str, object]:
    """Words, names, postings and rarity as `redress.faq.entries` has them: BM25, the fields weighted."""
    vocabulary = dict.fromkeys((spelt(one) for word in _silent(language) for one in words(word)), "")
    counted = [_counts(source, vocabulary, language) for source in sources]
    found = Counter(one for counts in counted for one in counts)
    mean = sum(map(Counter.total, counted)) / max(1, len(counted))
    rarity = {one: _rarity(len(counted), number) for one, number in found.items()}
    postings: dict[str, list[tuple[int, int]]] = {}
    for place, counts in enumerate(counted):
        length = counts.total() / mean
        for one, count in sorted(counts.items()):
            postings.setdefault(one, []).append((place, round(rarity[one] * _saturated(count, length))))
    names = {spelt(word) for source in sources for word in words(_named(source))}
    return {
        "words": vocabulary,
        "names": sorted(names | {word for word, meaning in vocabulary.items() if not meaning}),
        "postings": postings,
        "rarity": rarity,
        "rarest": _rarity(len(counted), 1),
    }


def _named(source: Source) -> str:
    return " ".join((source.title, *source.listed("keywords")))


def _counts(source: Source, vocabulary: dict[str, str], language: str) -> Counter[str]:
    """How often the terms of an entry are in it, weighted; its words are added to the vocabulary."""
    counts: Counter[str] = Counter()
    for text, weight in _fields(source):
        for word in words(text):
            meaning = vocabulary.get(spelt(word))
            if meaning is None:
                meaning = vocabulary[spelt(word)] = term(word, language)
            if meaning:
                counts[meaning] += weight
    return counts


def _fields(source: Source) -> Iterator[tuple[str, int]]:
    yield source.title, TITLE_COUNTS
    yield " ".join(source.listed("keywords")), KEYWORD_COUNTS
    yield _plain(_MARKDOWN.render(source.text)), 1


def _rarity(entries: int, holding: int) -> int:
    return round(1_000 * math.log(1 + (entries - holding + 0.5) / (holding + 0.5)))


def _saturated(count: int, length: float) -> float:
    damped = SATURATION * (1 - LENGTH_MATTERS + LENGTH_MATTERS * length)
    return count * (SATURATION + 1) / (count + damped)


def _silent(language: str) -> Sequence[str]:
    """The words of a language that say nothing by themselves."""
    return str(tomllib.loads(SILENT.read_text(encoding="utf-8"))[language]).split()
