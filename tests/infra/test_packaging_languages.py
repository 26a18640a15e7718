"""The languages are shipped compiled: what gettext reads, what the CLDR knows, and no sources."""

import gettext
from pathlib import Path

import pytest

from infra.languages import catalogue, is_translated
from infra.packaging import package
from redress.language import CODES, SOURCE

TRANSLATED = tuple(code for code in CODES if code != SOURCE)


@pytest.fixture(scope="module")
def shipped() -> Path:
    """The folder of languages in the layer."""
    return package() / "python/redress/locales"


def test_every_language_is_there_and_nothing_else(shipped: Path) -> None:
    files = {str(path.relative_to(shipped)) for path in shipped.rglob("*") if path.is_file()}
    compiled = {f"{code}/LC_MESSAGES/redress.mo" for code in TRANSLATED}
    assert files == compiled | {
        f"{code}/{name}.json" for code in CODES for name in ("cldr", "countries", "words")
    }


@pytest.mark.parametrize("code", TRANSLATED)
def test_a_shipped_catalogue_says_what_the_written_one_says(shipped: Path, code: str) -> None:
    with (shipped / code / "LC_MESSAGES/redress.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for message in catalogue(code):
        if isinstance(message.id, str) and message.id and is_translated(message.string):
            assert compiled.gettext(message.id) == message.string
