"""What filters of lists mean, without a database: the reference that the stores are compared with."""

from redress.usecases.consultation_ports import ListedConsultation
from redress.usecases.ports import Listed, ListedTask, Narrow


def fits(one: Listed | ListedTask | ListedConsultation, narrow: Narrow) -> bool:
    """Whether a list that is narrowed shows it."""
    if narrow.brands is not None and one.brand not in narrow.brands:
        return False
    if narrow.overdue_at is not None and (one.due_at is None or one.due_at > narrow.overdue_at):
        return False
    if isinstance(one, ListedConsultation):
        return narrow.category in {None, one.category}
    return isinstance(one, ListedTask) or (_is_such(one, narrow) and _is_whose(one, narrow))


def _is_such(one: Listed, narrow: Narrow) -> bool:
    asked = (
        (None if narrow.stages is None else one.stage in narrow.stages),
        (None if narrow.category is None else one.category == narrow.category),
        (None if narrow.severity is None else one.severity == narrow.severity),
        (None if narrow.priority is None else one.priority == narrow.priority),
        (None if narrow.needs_human is None else one.needs_human == narrow.needs_human),
    )
    return False not in asked


def _is_whose(one: Listed, narrow: Narrow) -> bool:
    if narrow.assignee is not None and one.assignee != narrow.assignee:
        return False
    if narrow.unassigned and one.assignee is not None:
        return False
    if narrow.open_to in one.not_for:
        return False
    return narrow.free_at is None or one.lease is None or not one.lease.is_live(narrow.free_at)
