"""The counters compared with the events, as a list of what is wrong."""

from typing import TYPE_CHECKING

from redress.region import Region
from redress.store.counters import Counters
from redress.store.registers import Registers
from redress.usecases.recount import drift, miscounted

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def recounted(client: "DynamoDBClient", table: str, region: Region, numbers: list[str]) -> list[str]:
    """What is counted otherwise than the events say, of these complaints and of all counters."""
    counters = Counters(client, table)
    wrong = miscounted(Registers(client, table), counters, region, numbers)
    off = (f"a counter is off: {cell} by {by:+d}" for cell, by in drift(counters).items())
    return [*(f"{number} is counted wrong" for number in wrong), *off]
