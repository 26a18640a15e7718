"""What the operator's API shows of a period: the figures as they are made."""

from redress.domain.figures import Figures as ReportView

__all__ = ["ReportView"]
