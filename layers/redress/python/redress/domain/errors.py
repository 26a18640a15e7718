"""Everything that can go wrong in a way a caller is told about.

RedressError
├── InvalidInput            what was sent breaks a rule; lists every field
├── NotFound                no such complaint, or none the caller may see
├── IllegalTransition       the complaint's stage does not allow the command
├── NotAllowedByPack        no rule pack of the complaint allows it
├── PreconditionRequired    a decision needs If-Match
├── StaleVersion            the complaint changed since the caller read it
├── IdempotencyKeyReused    the key was used for another request
├── Leased                  another person has the complaint before them
├── NoSuchTeam              the region file names no such team
├── NotOfTeam               the person is no member of the team
├── Conflict                too many simultaneous writers; try again
├── Forbidden               the caller lacks a permission
├── TooManyRequests         the client has used up what it may ask in a minute
├── NoSuchConsultation      no such consultation, or none that the caller may see
├── ConsultationOver        the consultation stands where this is not possible
├── NoSuchWebhook           no such webhook, or none of the caller's own
├── TooManyWebhooks         the caller has as many as it may
├── WebhookDisabled         nothing is sent to the webhook
├── NoSuchAction            no such corrective action
├── ActionDone              the corrective action is done already
├── NoSuchEvidence          the complaint has no such file
├── EvidenceNotReleased     the file may not be opened, or not yet
├── NotMoney                (money) a text is no amount of its currency
├── ChainBroken             (audit) a record does not follow from the one before it
├── Unreadable              (audit) what is stored of a complaint is not what Redress wrote
├── JournalRefused          (journal) the write-once log cannot hold this as it is
├── NotAPeriod              (periods) a text is no period, or none that a report can be about
├── ReturnRefused           (return_lives) a return cannot be made as it was asked for
├── RulePackInvalid         (reading) a pack cannot be used; says what counsel must supply
└── LetterIncomplete        (letters) a letter lacks what its rule pack asks for, and does not go out

`http/` maps each type to one status; nobody matches on message text.
"""

from collections.abc import Sequence
from datetime import datetime
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
        super().__init__(f"Send If-Match with the ETag of {number} that you decided on.")


class StaleVersion(RedressError):
    """The complaint changed since the caller read it."""

    def __init__(self, number: str, version: int) -> None:
        self.number, self.version = number, version
        super().__init__(f"{number} is now at version {version}: read it again, then decide.")


class IdempotencyKeyReused(RedressError):
    """The idempotency key was used before, for another request."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__("This idempotency key was used for another request: send a new key.")


class Leased(RedressError):
    """Another person (subject id) has the complaint before them, until an instant (UTC)."""

    def __init__(self, number: str, holder: str, until: datetime) -> None:
        self.number, self.holder, self.until = number, holder, until
        super().__init__(f"{holder} has complaint {number} before them: choose another, or ask them.")


class NoSuchTeam(RedressError):
    """The region file names no such team; `teams` are those it names."""

    def __init__(self, team: str, teams: Sequence[str]) -> None:
        self.team, self.teams = team, tuple(teams)
        super().__init__(f"There is no team {team}. The teams are: {', '.join(self.teams)}.")


class NotOfTeam(RedressError):
    """The person is no member of the team, so its queue has nothing for them."""

    def __init__(self, team: str) -> None:
        self.team = team
        super().__init__(f"Only members of {team} are given its complaints: ask for a team of your own.")


class Conflict(RedressError):
    """Others kept writing to the same complaint; the same request may be sent again after `retry_after` s."""

    def __init__(self, number: str, retry_after: int = 1) -> None:
        self.number, self.retry_after = number, retry_after
        super().__init__(f"Others are writing at the same time ({number}): try again in {retry_after} s.")


class Forbidden(RedressError):
    """The caller is known, but lacks a permission."""

    def __init__(self, permission: str) -> None:
        self.permission = permission
        super().__init__(f"This needs the permission '{permission}'.")


class TooManyRequests(RedressError):
    """The client has used up its requests of this minute; the next begins in `retry_after` s."""

    def __init__(self, limit: int, retry_after: int) -> None:
        self.limit, self.retry_after = limit, retry_after
        super().__init__(f"This client may send {limit} requests a minute: try again in {retry_after} s.")


class NoSuchConsultation(RedressError):
    """No consultation of that number, or none that the caller may see."""

    def __init__(self, number: str) -> None:
        self.number = number
        super().__init__(f"There is no consultation {number}.")


class ConsultationOver(RedressError):
    """The consultation stands where this is not possible."""

    def __init__(self, number: str, command: str, state: str, why: str) -> None:
        self.number, self.command, self.state, self.why = number, command, state, why
        super().__init__(f"{command} is not possible for consultation {number}, which is {state}: {why}.")


class NoSuchWebhook(RedressError):
    """No webhook of that id, or none that is the caller's own."""

    def __init__(self, webhook: str) -> None:
        self.webhook = webhook
        super().__init__(f"There is no webhook {webhook}.")


class TooManyWebhooks(RedressError):
    """The caller has as many webhooks as a client may."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(f"A client has at most {limit} webhooks: delete one.")


class WebhookDisabled(RedressError):
    """Nothing is sent to the webhook, so nothing can be queued for it."""

    def __init__(self, webhook: str) -> None:
        self.webhook = webhook
        super().__init__(f"Webhook {webhook} is disabled: enable it first.")


class NoSuchAction(RedressError):
    """No corrective action of that id."""

    def __init__(self, action: str) -> None:
        self.action = action
        super().__init__(f"There is no corrective action {action}.")


class ActionDone(RedressError):
    """The corrective action is done already; `done_on` is the day."""

    def __init__(self, action: str, done_on: str) -> None:
        self.action, self.done_on = action, done_on
        super().__init__(f"Corrective action {action} is done since {done_on}: open another one for more.")


class NoSuchEvidence(RedressError):
    """The complaint has no file of that id."""

    def __init__(self, number: str, evidence: str) -> None:
        self.number, self.evidence = number, evidence
        super().__init__(f"Complaint {number} has no evidence {evidence}.")


class EvidenceNotReleased(RedressError):
    """The file may not be opened: its `state` is checking, infected, unscannable or refused."""

    def __init__(self, number: str, evidence: str, state: str) -> None:
        self.number, self.evidence, self.state = number, evidence, state
        super().__init__(f"Nobody may open evidence {evidence} of complaint {number}: its state is {state}.")
