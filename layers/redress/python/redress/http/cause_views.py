"""What the operator's API shows of the causes that there are."""

from typing import TypedDict


class CauseView(TypedDict):
    """What may lie at the root of a complaint. What was found under an id of `formerly` counts as it."""

    id: str
    name: str
    formerly: list[str]


class CausesView(TypedDict):
    """The region file's list of causes, in its order."""

    items: list[CauseView]
