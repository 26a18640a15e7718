"""What the assistant knows: a brand's help pages and rules, and what a private link opens."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from redress.domain.errors import InvalidInput
from redress.domain.values import Value
from redress.faq.entries import Faq
from redress.language import Language
from redress.region import Brand, Region

if TYPE_CHECKING:  # asked for by few questions
    from redress.web.timetable import Timetable

ANY_CATEGORY = "other"


class Standing(Value):
    """Where a complaint stands, in sentences; `dates` are pairs of what was promised and what came of it."""

    number: str
    title: str
    lead: str
    dates: Sequence[tuple[str, str]]


class Knowledge(Value):
    """What there is to answer from. `now` is an instant (UTC).

    `opens` shows the complaint behind a number and the key of its private link, None where they open none;
    it is None itself where complaints cannot be opened.
    """

    language: Language
    region: Region
    brand: Brand
    faq: Faq
    now: datetime
    opens: Callable[[str, str], Standing | None] | None = None

    def timetables(self) -> "Sequence[Timetable]":
        """What would hold for a complaint that came in now, under each licence of the brand."""
        from redress.web.timetable import timetable  # noqa: PLC0415 - few questions need it

        return [
            timetable(self.language, self.region, self.brand, one, self.now, category=ANY_CATEGORY)
            for one in self.brand.jurisdictions
        ]

    def read(self, field: str, said: str) -> Mapping[str, str]:
        """An answer to what was asked for a field, as the complaint form reads it: the fields that it fills.

        Raises InvalidInput, whose problems name fields of the form.
        """
        told = {field: said.strip(), **self._read(field, said)}
        self._check(told)
        return told

    def _read(self, field: str, said: str) -> Mapping[str, str]:
        """What has to be understood before it is checked; what cannot be is handed on as it was said."""
        from redress.web import typed  # noqa: PLC0415 - what is written down step by step needs it alone

        if field == "occurred_on":
            today = self.now.astimezone(ZoneInfo(self._zone)).date()
            return {field: typed.day(self.language, (said, "", ""), today) or said}
        if field == "amount":
            currency = typed.currency(self.language, said, "") or ""
            return {field: typed.amount(self.language, said, currency) or said, "currency": currency}
        return {}

    @property
    def _zone(self) -> str:
        return self.region.pack(next(iter(self.brand.jurisdictions))).timezone

    def _check(self, told: Mapping[str, str]) -> None:
        """The form's own check; only what is wrong with these fields counts."""
        from redress.http.intake import read_form  # noqa: PLC0415 - brings pydantic

        whole = {"brand": self.brand.id, "jurisdiction": next(iter(self.brand.jurisdictions)), **told}
        try:
            read_form(whole, self.region, self.now)
        except InvalidInput as invalid:
            wrong = [one for one in invalid.problems if one.field in told]
            if wrong:
                raise InvalidInput(wrong) from None
