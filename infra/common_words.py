"""Pins the words that tell a language (`locales/<code>/words.json`), from the lists of `stopwordsiso`.

python -m infra.common_words          shows what would change, and ends with status 1 if anything would
python -m infra.common_words --write  changes it
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from stopwordsiso import stopwords

from redress.language import CODES, LOCALES

WORD = re.compile(r"[^\W\d_]{2,}")
# One letter that is a word by itself. The lists have the whole alphabet, which tells nothing.
LETTERS = {"fr": "ày", "pl": "aiouwz", "ru": "авикосуя", "es": "yo", "it": "èeio", "pt": "aeoàé", "sv": "iå"}
SCRIPT = {"ru": re.compile("[а-яё]+")}


def words(code: str) -> list[str]:
    """The words of a language that stand in its list, in order."""
    script = SCRIPT.get(code, WORD)
    listed = {one for one in stopwords(code) if WORD.fullmatch(one) and script.fullmatch(one)}
    if code == "en":
        # The list is of words to leave out of a search, country codes among them: those are of all languages.
        listed = {one for one in listed if len(one) > 2 or one in SHORT_ENGLISH}
    return sorted(listed | set(LETTERS.get(code, "")))


SHORT_ENGLISH = frozenset(
    {"am", "an", "as", "at", "be", "by", "do", "go", "he", "if", "in", "is", "it"}
    | {"me", "my", "no", "of", "on", "or", "so", "to", "up", "us", "we"}
)


def changes(folder: Path = LOCALES) -> Iterator[tuple[Path, str]]:
    """Each file that should change, with the text it should have."""
    for code in CODES:
        path = folder / code / "words.json"
        text = json.dumps(words(code), ensure_ascii=False, indent=0) + "\n"
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            yield path, text


def main(arguments: Sequence[str] | None = None, folder: Path = LOCALES) -> int:
    """Shows which lists would change. Ends with 1 if any would, and 0 once they did."""
    parser = argparse.ArgumentParser(prog="python -m infra.common_words", description=main.__doc__)
    parser.add_argument("--write", action="store_true", help="change the files; commit what you reviewed")
    given = parser.parse_args(arguments)
    found = list(changes(folder))
    for path, text in found:
        sys.stdout.write(f"{path.parent.name}: {text.count('\n') - 2} words\n")
        if given.write:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
    return 1 if found and not given.write else 0


if __name__ == "__main__":
    sys.exit(main())
