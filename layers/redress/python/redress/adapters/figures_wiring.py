"""What figures are made from, from the environment of the function."""

from functools import cache

from redress.adapters import action_wiring, insight_wiring
from redress.usecases.insight import InsightDesk


@cache
def desk() -> InsightDesk:
    """What the API makes figures from."""
    return InsightDesk(months=insight_wiring.counters(), actions=action_wiring.table())
