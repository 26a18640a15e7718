"""Texts that handlers use again: the fields a macro may hold, and how they are filled."""

import re
from collections.abc import Mapping

FIELDS = ("number", "player_name", "brand", "received_on", "due_on")


def fill(text: str, values: Mapping[str, str | None]) -> str:
    """The text with its fields filled; a field without a value stays as it is, for a person to fill."""
    return re.sub(r"{(\w+)}", lambda found: values.get(found[1]) or found[0], text)


def in_language(texts: Mapping[str, str], language: str) -> tuple[str, str]:
    """The tag and the text in a language (BCP 47), its base language, English, or whichever there is."""
    wanted = (language, language.partition("-")[0], "en", *texts)
    chosen = next(tag for tag in wanted if tag in texts)
    return chosen, texts[chosen]
