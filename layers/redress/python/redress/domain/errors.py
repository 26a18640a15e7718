"""Everything that can go wrong in a way a caller is told about.

RedressError
├── InvalidInput            what was sent breaks a rule; lists every field
├── NotFound                no such complaint, or none the caller may see
├── IllegalTransition       the complaint's stage does not allow the command
├── NotAllowedByPack        no rule pack of the complaint allows it
├── PreconditionRequired    a decision needs If-Match
├── StaleVersion            the complaint changed since the caller read it
├── IdempotencyKeyReused    the key was used for another request
├── Conflict                too many simultaneous writers; try again
├── Forbidden               the caller lacks a permission
├── NotMoney                (money) a text is no amount of its currency
├── ChainBroken             (audit) a record does not follow from the one before it
├── RulePackInvalid         (reading) a pack cannot be used; says what counsel must supply
└── LetterIncomplete        (letters) a letter lacks what its rule pack asks for, and does not go out

`http/` maps each type to one status; nobody matches on message text.
"""

from collections.abc import Sequence
from typing import NamedTuple


class RedressError(Exception):
    """Base of every error Redress raises on purpose."""


class FieldProblem(NamedTuple):
    """A field that breaks a rule: its name as sent, a stable code of the rule, the remedy in words."""

    field: str
    rule: str
    remedy: str


class InvalidInput(RedressError):
    """What was sent breaks at least one rule."""

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{p.field}: {p.remedy}" for p in self.problems))


class NotFound(RedressError):
    """No complaint of that number, or none that the caller may see."""

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(f"There is no complaint {number}.")


class IllegalTransition(RedressError):
    """The complaint is at a stage that does not allow the command."""

    def __init__(self, number: str, command: str, stage: str, why: str) -> None:
        self.number, self.command, self.stage, self.why = number, command, stage, why
        super().__init__(f"{command} is not possible for complaint {number} at stage {stage}: {why}.")


class NotAllowedByPack(RedressError):
    """The law that the complaint runs by does not allow it: `rule` is the part of the pack that says so."""

    def __init__(self, pack: str, rule: str, why: str) -> None:
        self.pack, self.rule, self.why = pack, rule, why
        super().__init__(f"Rule pack {pack} ({rule}) does not allow this: {why}.")


class PreconditionRequired(RedressError):
    """The command decides something, so the caller must name the version it saw."""

    def __init__(self, number: str, version: int) -> None:
        self.number, self.version = number, version
        super().__init__(f"Send If-Match with the ETag of complaint {number} that you decided on.")


class StaleVersion(RedressError):
    """The complaint changed since the caller read it."""

    def __init__(self, number: str, version: int) -> None:
        self.number, self.version = number, version
        super().__init__(f"Complaint {number} is now at version {version}: read it again, then decide.")


class IdempotencyKeyReused(RedressError):
    """The idempotency key was used before, for another request."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__("This idempotency key was used for another request: send a new key.")


class Conflict(RedressError):
    """Others kept writing to the same complaint; the same request may be sent again after `retry_after` s."""

    def __init__(self, number: str, retry_after: int = 1) -> None:
        self.number, self.retry_after = number, retry_after
        super().__init__(f"Complaint {number} is being changed by others: try again in {retry_after} s.")


class Forbidden(RedressError):
    """The caller is known, but lacks a permission."""

    def __init__(self, permission: str) -> None:
        self.permission = permission
        super().__init__(f"This needs the permission '{permission}'.")
