"""What callers of the operator's API ask a report for."""

from typing import Annotated

from pydantic import Field

from redress.http.bodies import Short
from redress.http.fields import Date, Strict


class ReportQuery(Strict):
    """Which licence, which local days of its zone, and which brand alone."""

    pack: Annotated[Short, Field(description="The rule pack of the licence.")]
    first: Annotated[Date, Field(alias="from", description="The first local day of the pack.")]
    last: Annotated[
        Date, Field(alias="to", description="The last local day, included; days to come are left out.")
    ]
    brand: Annotated[Short | None, Field(description="One brand; without it all that the caller sees.")] = (
        None
    )
