"""A table on which others write at the worst moment, and a list of the calls that a client makes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from redress.store.table import Table
from redress.usecases.ports import Batch


@dataclass(frozen=True)
class RacingTable(Table):
    """`meanwhile` is what others do between the decision and its append, one for each append."""

    meanwhile: list[Callable[[], object]] = field(default_factory=list)

    def append(self, batch: Batch) -> None:
        """Let the next of the others write first."""
        if self.meanwhile:
            self.meanwhile.pop(0)()
        super().append(batch)


@contextmanager
def calls_of(client: Any) -> Iterator[list[str]]:
    """The names of the operations that the client sends meanwhile."""
    sent: list[str] = []

    def note(model: Any, **_: object) -> None:
        sent.append(model.name)

    client.meta.events.register("before-call", note)
    try:
        yield sent
    finally:
        client.meta.events.unregister("before-call", note)
