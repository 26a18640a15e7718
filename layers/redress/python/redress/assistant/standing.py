"""Where a complaint stands, in the few sentences of an answer: what the tracking page says first."""

from datetime import datetime

from redress.assistant.knowledge import Standing
from redress.language import Language
from redress.region import Region
from redress.usecases.ports import CaseFile
from redress.web.tracking import tracking


def standing(language: Language, case: CaseFile, region: Region, now: datetime) -> Standing:
    """Title, lead and promised dates of a complaint at `now` (UTC)."""
    view = tracking(language, case, region, now)
    dates = [(one.name, one.when) for one in view.promises if one.when]
    return Standing(number=view.number, title=view.title, lead=view.lead, dates=dates)
