"""Immutable values, with one set of methods for all of them.

A frozen dataclass is the same to its users, but the standard library writes and compiles source code for each
one when its module is imported: 0.4 ms each, and for all of ours a tenth of a bare cold start (measured).
"""

from collections.abc import Set
from typing import ClassVar, NoReturn, Self, dataclass_transform


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Value:
    """Made with keywords only, never changed, equal to a value of the same class with equal fields.

    Fields are the annotated names of the class, after those of the class it is made from. `copy.replace`
    makes a changed copy, `vars` gives the fields as a dictionary. Making one raises TypeError for an unknown
    or a missing field, and whatever the class's own `__post_init__` raises about the values.
    """

    _names: ClassVar[Set[str]] = frozenset()
    _defaults: ClassVar[dict[str, object]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        own = cls.__annotations__
        cls._names = {**dict.fromkeys(cls._names), **own}.keys()
        cls._defaults = cls._defaults | {name: cls.__dict__[name] for name in own if name in cls.__dict__}

    def __init__(self, **given: object) -> None:
        values = self._defaults | given
        if values.keys() != self._names:
            wrong = ", ".join(sorted(values.keys() ^ self._names))
            raise TypeError(f"{type(self).__name__}: missing or unknown: {wrong}")
        object.__setattr__(self, "__dict__", values)
        self.__post_init__()

    def __post_init__(self) -> None:
        """Nothing to check, unless a class says so."""

    def __eq__(self, other: object) -> bool:
        return vars(self) == vars(other) if type(self) is type(other) else NotImplemented

    def __hash__(self) -> int:
        return hash((type(self), *(getattr(self, name) for name in self._names)))

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self._names)
        return f"{type(self).__name__}({fields})"

    def __setattr__(self, name: str, _value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__}.{name} cannot be changed")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__}.{name} cannot be deleted")

    def __replace__(self, **changes: object) -> Self:
        if not changes.keys() <= self._names:
            raise TypeError(
                f"{type(self).__name__}: unknown: {', '.join(sorted(changes.keys() - self._names))}"
            )
        changed = object.__new__(type(self))
        object.__setattr__(changed, "__dict__", vars(self) | changes)
        changed.__post_init__()
        return changed
