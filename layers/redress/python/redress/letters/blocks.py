"""What a rule pack asks a letter to show, and the check that the written letter shows it."""

from collections.abc import Iterable, Mapping

from redress.domain.correspondence import LetterKind
from redress.domain.errors import RedressError
from redress.domain.rulepack import Block, LetterRule
from redress.domain.rules import Rules
from redress.letters import dead_addresses

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
    "withdrawn": ("resolved_summary",),  # the player says that it is settled
}

# What a final response says that nobody but the handler can give. The reasons are asked of every decision.
FROM_THE_HANDLER: frozenset[Block] = frozenset({"contract_clause"})

# What is told of one outside body. Where two packs apply, each asks it of its own.
OF_A_BODY: frozenset[Block] = frozenset(
    {
        "external_body_name",
        "external_body_contact",
        "external_body_url",
        "external_scope_limits",
        "external_is_free",
        "external_effect",
        "referral_deadline",
        "regulator_route",
    }
)


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


def asked(kind: LetterKind, outcome: str | None, rules: Rules) -> frozenset[Block]:
    """The blocks that a letter has to show, whichever pack asks for them."""
    return frozenset(block for rule in rules_of(kind, outcome, rules) for block in rule.blocks)


def needed_for(outcome: str, rules: Rules) -> frozenset[Block]:
    """What the final response asks of the handler beyond the reasons: without it, it would never leave.

    Nothing where the law decides: then the letter rests on the law. Raises KeyError for an unknown outcome.
    """
    if outcome == "deemed_accepted":
        return frozenset()
    return asked(LetterKind.FINAL_RESPONSE, outcome, rules) & FROM_THE_HANDLER


def check_addresses(letter: str, *forms: str) -> None:
    """Raise LetterIncomplete for an address that leads nowhere any more, whoever wrote it into the letter."""
    found = {dead.address for form in forms for dead in dead_addresses.found_in(form)}
    if found:
        raise LetterIncomplete(letter, banned=sorted(found))


def check(letter: str, shown: Iterable[str], rules: Iterable[LetterRule]) -> None:
    """Raise LetterIncomplete unless the letter shows every block of its rules, and none that they ban."""
    shows = set(shown)
    missing = {block for rule in rules for block in rule.blocks if block not in shows}
    banned = {block for rule in rules for block in rule.banned if block in shows}
    if missing or banned:
        raise LetterIncomplete(letter, sorted(missing), sorted(banned))
