"""Severity of a complaint, with the rules that said so."""

from redress.domain.categories import Category
from redress.domain.complaint import Complaint


def severity(complaint: Complaint, severe_amount_minor: int) -> tuple[str, tuple[str, ...]]:
    """`high` or `normal`, and why. `severe_amount_minor` is the operator's threshold in minor units."""
    reasons = []
    if complaint.category == Category.SAFER_GAMBLING:
        reasons.append("category_safer_gambling")
    if (complaint.amount_minor or 0) >= severe_amount_minor:
        reasons.append("amount_at_or_above_threshold")
    return ("high", tuple(reasons)) if reasons else ("normal", ("no_rule_fired",))
