"""The help pages that come with Redress, as packaging makes them for the tests' region."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from infra import faq
from redress.faq.entries import Faq, from_json, name
from tests.support.complaints import REGION

NOWHERE = Path("no such folder")


@cache
def documents() -> Mapping[str, bytes]:
    """The files of the tests' region, which has no help pages of its own."""
    return faq.documents(REGION, NOWHERE)


@cache
def in_language(language: str) -> Faq:
    """The help pages in a language, which are the same for every brand."""
    return from_json(json.loads(documents()[name(REGION.brands[0].id, language)]))


def delivered(_brand: str, language: str) -> Faq:
    """As the portal asks for them."""
    return in_language(language)
