"""Whose complaints they are: found by the lists of a player, page by page.

A complaint is in the list of the account that was told with it, and in that of the e-mail address only if
none was. Whoever is to be found whole is looked for by both. A complaint whose erasure was ordered is in
none.
"""

from collections.abc import Mapping

from redress.domain import player
from redress.domain.errors import FieldProblem, InvalidInput
from redress.domain.values import Value
from redress.usecases.ports import Store

ACCOUNT, EMAIL = "account", "email"

type Lists = Mapping[str, str]
"""The keys of a player's lists, by what they are made of."""


class Found(Value):
    """The complaint numbers of a page, the latest first of each list; `cursor` is None at the end."""

    numbers: tuple[str, ...]
    cursor: str | None


def lists(secret: bytes, brand: str, account: str | None, email: str | None) -> Lists:
    """The lists of a player of a brand: of the account, of the address, or both of them."""
    found = {}
    if account:
        found[ACCOUNT] = player.index_key(secret, brand, account, "")
    if email:
        found[EMAIL] = player.index_key(secret, brand, None, email)
    return found


def page(store: Store, known: Lists, limit: int, cursor: str | None) -> Found:
    """At most `limit` of the player's complaints. Raises InvalidInput for a cursor of another player."""
    numbers: list[str] = []
    place = _begin(known) if cursor is None else cursor
    while place is not None and len(numbers) < limit:
        name, _, start = place.partition(".")
        if name not in known:
            raise InvalidInput(
                [FieldProblem("cursor", "cursor", "Send the cursor that this player's page gave.")]
            )
        part = store.list_player(known[name], limit - len(numbers), start or None)
        numbers += [one.number for one in part.items]
        place = f"{name}.{part.cursor}" if part.cursor else _after(known, name)
    return Found(numbers=tuple(numbers), cursor=place)


def _begin(known: Lists) -> str | None:
    return next((f"{name}." for name in known), None)


def _after(known: Lists, name: str) -> str | None:
    """The beginning of the list after this one."""
    names = list(known)
    following = names[names.index(name) + 1 :]
    return f"{following[0]}." if following else None
