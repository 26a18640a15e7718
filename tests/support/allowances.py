"""The shared allowances in memory, counting the draws, and able to fail."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from redress.domain.errors import TooManyRequests
from redress.usecases.allowance import Allowance, AllowanceUnknown


@dataclass
class SharedInMemory:
    """What `store/allowance.py` does with an item for each client and minute. `draws` lists the blocks."""

    used: Counter[tuple[str, datetime]] = field(default_factory=Counter)
    draws: list[int] = field(default_factory=list)
    broken: bool = False

    def draw(self, client: str, minute: datetime, block: int, limit: int) -> int:
        """Take a block, or what is left."""
        self.draws.append(block)
        if self.broken:
            raise AllowanceUnknown
        given = max(0, min(block, limit - self.used[client, minute]))
        self.used[client, minute] += block
        return given


@dataclass
class Instance:
    """An instance of the function over a shared allowance. `unknown` lists whom it could not ask about."""

    shared: SharedInMemory
    unknown: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.allowance = Allowance(self.shared, lambda client, _error: self.unknown.append(client))

    def passes(self, limit: int, now: datetime, client: str = "crm") -> bool:
        """Whether a request of the client passes."""
        try:
            self.allowance.spend(client, limit, now)
        except TooManyRequests:
            return False
        return True
