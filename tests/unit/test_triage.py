"""Severity follows from category and amount, and says why."""

import pytest

from redress.domain.triage import severity
from tests.support.complaints import Case, submit

THRESHOLD = 100_000


@pytest.mark.parametrize(
    ("category", "amount", "expected"),
    [
        ("bonuses", 99_999, ("normal", ("no_rule_fired",))),
        ("bonuses", None, ("normal", ("no_rule_fired",))),
        ("bonuses", 100_000, ("high", ("amount_at_or_above_threshold",))),
        ("safer_gambling", None, ("high", ("category_safer_gambling",))),
        ("safer_gambling", 100_000, ("high", ("category_safer_gambling", "amount_at_or_above_threshold"))),
    ],
)
def test_severity_names_every_rule_that_fired(
    category: str, amount: int | None, expected: tuple[str, tuple[str, ...]]
) -> None:
    complaint = Case(submit(category=category, amount_minor=amount)).complaint
    assert severity(complaint, THRESHOLD) == expected
