"""Errors tell in words what happened and carry the same as fields; the tree is complete."""

import inspect
from datetime import UTC, datetime

import pytest

from redress.domain import audit, errors, money, reading
from redress.domain.errors import FieldProblem, RedressError

EXAMPLES = {
    errors.InvalidInput: errors.InvalidInput(
        [
            FieldProblem("amount", "amount", "write it as 12.50"),
            FieldProblem("email", "required", "say where we can reach you"),
        ]
    ),
    errors.NotFound: errors.NotFound("R7K3-9QXM-3"),
    errors.IllegalTransition: errors.IllegalTransition("R7K3-9QXM-3", "Reply", "closed", "it is closed"),
    errors.NotAllowedByPack: errors.NotAllowedByPack("gb-ukgc", "pauses", "no clock stops for police"),
    errors.PreconditionRequired: errors.PreconditionRequired("R7K3-9QXM-3", 4),
    errors.StaleVersion: errors.StaleVersion("R7K3-9QXM-3", 5),
    errors.IdempotencyKeyReused: errors.IdempotencyKeyReused("key-1"),
    errors.Conflict: errors.Conflict("R7K3-9QXM-3"),
    errors.Forbidden: errors.Forbidden("decide"),
    errors.Leased: errors.Leased("R7K3-9QXM-3", "handler-7", datetime(2026, 3, 2, 12, 15, tzinfo=UTC)),
    errors.NoSuchTeam: errors.NoSuchTeam("legal", ("care", "payments")),
    errors.NotOfTeam: errors.NotOfTeam("payments"),
    errors.NoSuchConsultation: errors.NoSuchConsultation("Q-R7K3-9QXM-3"),
    errors.ConsultationOver: errors.ConsultationOver("Q-R7K3-9QXM-3", "answer", "closed", "it is closed"),
    errors.NoSuchAction: errors.NoSuchAction("A-R7K3-9QXM-3"),
    errors.ActionDone: errors.ActionDone("A-R7K3-9QXM-3", "2026-03-06"),
    errors.NoSuchEvidence: errors.NoSuchEvidence("R7K3-9QXM-3", "5b1f"),
    errors.EvidenceNotReleased: errors.EvidenceNotReleased("R7K3-9QXM-3", "5b1f", "checking"),
    errors.NoSuchWebhook: errors.NoSuchWebhook("wh-1"),
    errors.TooManyWebhooks: errors.TooManyWebhooks(20),
    errors.WebhookDisabled: errors.WebhookDisabled("wh-1"),
    errors.TooManyRequests: errors.TooManyRequests(600, 12),
}


def test_every_error_has_an_example_here_and_a_line_in_the_tree() -> None:
    defined = {kind for _, kind in inspect.getmembers(errors, inspect.isclass) if kind in _tree(RedressError)}
    assert defined - {RedressError} == set(EXAMPLES)
    for kind in (*EXAMPLES, reading.RulePackInvalid, audit.ChainBroken, money.NotMoney):
        assert kind.__name__ in (errors.__doc__ or "")


@pytest.mark.parametrize("error", EXAMPLES.values(), ids=lambda one: type(one).__name__)
def test_an_error_says_what_happened_in_a_sentence(error: RedressError) -> None:
    assert str(error).strip()
    for field in vars(error).values():
        if isinstance(field, str) and field != "key-1":
            assert field in str(error)


def test_bad_input_lists_every_field() -> None:
    error = EXAMPLES[errors.InvalidInput]
    assert str(error) == "amount: write it as 12.50; email: say where we can reach you"


def test_a_conflict_says_when_to_try_again() -> None:
    assert errors.Conflict("R7K3-9QXM-3").retry_after == 1


def test_an_idempotency_key_is_not_repeated_in_words() -> None:
    assert "key-1" not in str(errors.IdempotencyKeyReused("key-1"))


def _tree(kind: type[Exception]) -> set[type[Exception]]:
    return {kind, *(leaf for below in kind.__subclasses__() for leaf in _tree(below))}
