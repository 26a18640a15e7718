"""Every order in which things can happen, nearest first."""

from collections import deque
from collections.abc import Callable, Hashable, Iterable


def search[W](
    first: W,
    steps: Callable[[W], Iterable[tuple[str, W]]],
    flaw: Callable[[W], str | None],
    same: Callable[[W], Hashable] = lambda world: world,
) -> tuple[int, list[str]]:
    """How many worlds can be reached, and the shortest way to one with a flaw, which ends the list.

    Worlds of which `same` says the same are one. Without a flaw the list is empty, and they are all of them.
    """
    came_from: dict[Hashable, tuple[str, Hashable] | None] = {same(first): None}
    to_visit = deque([first])
    while to_visit:
        world = to_visit.popleft()
        if violated := flaw(world):
            return len(came_from), [*_way(came_from, same(world)), violated]
        for name, after in steps(world):
            key = same(after)
            if key not in came_from:
                came_from[key] = (name, same(world))
                to_visit.append(after)
    return len(came_from), []


def _way(came_from: dict[Hashable, tuple[str, Hashable] | None], key: Hashable) -> list[str]:
    names: list[str] = []
    while step := came_from[key]:
        name, key = step
        names.append(name)
    return names[::-1]
