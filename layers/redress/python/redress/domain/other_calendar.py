"""A rule pack counted by another calendar than the one that is pinned for it: to see what would change."""

from redress.domain.calendars import Calendar
from redress.domain.rulepack import RulePack


class _Recounted(RulePack):
    """A pack that carries its calendar. It is never read from a file, and never stored."""

    given: Calendar

    @property
    def calendar(self) -> Calendar:
        """The calendar it was given."""
        return self.given


def counted_by(pack: RulePack, calendar: Calendar) -> RulePack:
    """The same pack, with all that is counted by business days counted by this calendar."""
    return _Recounted(**vars(pack), given=calendar)
