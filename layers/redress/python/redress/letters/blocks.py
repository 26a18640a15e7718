"""What a rule pack asks a letter to show, and the check that the written letter shows it."""

from collections.abc import Iterable, Mapping

from redress.domain.correspondence import LetterKind
from redress.domain.errors import RedressError
from redress.domain.rulepack import LetterRule
from redress.domain.rules import Rules

_RULE_OF: Mapping[LetterKind, tuple[str, ...]] = {
    LetterKind.ACKNOWLEDGEMENT: ("ack",),
    LetterKind.INFORMATION_REQUEST: ("pause",),
    LetterKind.PAUSE: ("pause",),
    LetterKind.EXTENSION: ("extension",),
    LetterKind.HOLDING: ("holding",),
    LetterKind.PROGRESS: ("holding",),
    LetterKind.DEADLOCK: ("deadlock",),
}

# A decision that gives the player a part only has to satisfy the rules of both answers.
_RULE_OF_OUTCOME: Mapping[str, tuple[str, ...]] = {
    "upheld": ("final_upheld",),
    "partly_upheld": ("final_upheld", "final_rejected"),
    "goodwill": ("final_upheld", "final_rejected"),
    "rejected": ("final_rejected",),
    "out_of_scope": ("final_rejected",),
    "deemed_accepted": ("final_upheld",),
}


class LetterIncomplete(RedressError):
    """A letter may not go out: it lacks what it must show, or shows what it must not.

    `missing` and `banned` name blocks of the rule pack, or what the complaint or the region file lacks.
    """

    def __init__(self, letter: str, missing: Iterable[str] = (), banned: Iterable[str] = ()) -> None:
        self.letter, self.missing, self.banned = letter, tuple(missing), tuple(banned)
        faults = [f"lacks {name}" for name in self.missing] + [
            f"must not show {name}" for name in self.banned
        ]
        super().__init__(f"The letter {letter} {', '.join(faults)}.")


def rules_of(kind: LetterKind, outcome: str | None, rules: Rules) -> list[LetterRule]:
    """The rules a letter has to keep; `outcome` is that of the decision, for a final response."""
    names = _RULE_OF_OUTCOME[outcome] if outcome else _RULE_OF.get(kind, ())
    return [rule for name in names for rule in rules.letter(name)]


def check(letter: str, shown: Iterable[str], rules: Iterable[LetterRule]) -> None:
    """Raise LetterIncomplete unless the letter shows every block of its rules, and none that they ban."""
    shows = set(shown)
    missing = {block for rule in rules for block in rule.blocks if block not in shows}
    banned = {block for rule in rules for block in rule.banned if block in shows}
    if missing or banned:
        raise LetterIncomplete(letter, sorted(missing), sorted(banned))
