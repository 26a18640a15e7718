"""The entries of the help pages as the region layer holds them: one file for each brand and language."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from redress.domain.values import Value

FOLDER = "faq"


class Entry(Value):
    """One question and its answer.

    `language` is that of the text (ISO 639-1): English where nobody has written it in the asked one.
    `categories` are those of complaints that it helps with. `html` is safe; its links begin with `root:`
    where they lead to a page of the portal. `first` is the first paragraph as plain text.
    """

    slug: str
    title: str
    language: str
    categories: Sequence[str]
    html: str
    first: str


class Faq(Value):
    """The help pages of a brand in a language, in their order, with the index that finds them.

    `words` maps a spelling to the term it counts as, empty for a word that says nothing. `postings` hold for
    a term the entries it is in with its weight there, `rarity` how much it tells; both in thousandths.
    `names` are the spellings that a misspelt word is compared with: of titles, and of words that say nothing.
    """

    language: str
    entries: Sequence[Entry]
    words: Mapping[str, str]
    names: Sequence[str]
    postings: Mapping[str, Sequence[tuple[int, int]]]
    rarity: Mapping[str, int]
    rarest: int

    def entry(self, slug: str) -> Entry | None:
        """The entry of that name, or None."""
        return next((one for one in self.entries if one.slug == slug), None)


def empty(language: str) -> Faq:
    """Help pages without an entry."""
    return Faq(language=language, entries=(), words={}, names=(), postings={}, rarity={}, rarest=0)


def from_json(document: Mapping[str, Any]) -> Faq:
    """The help pages in a document that packaging made."""
    entries = [Entry(**one) for one in document["entries"]]
    return Faq(**{**document, "entries": entries})


def name(brand: str, language: str) -> str:
    """The name of the file for a brand (id) and a language (ISO 639-1)."""
    return f"{brand}.{language}.json"


@cache
def load(folder: Path, brand: str, language: str) -> Faq:
    """The help pages in the folder of a region layer, read once per process; empty if there are none."""
    path = folder / name(brand, language)
    if not path.is_file():
        return empty(language)
    return from_json(json.loads(path.read_bytes()))
