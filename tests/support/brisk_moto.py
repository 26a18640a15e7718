"""moto, without its search for attributes of DynamoDB under names that they cannot have.

It looks for each of the ten types of every attribute by all ways to write its name; a seventh of the
time of tests goes into that.
"""

from typing import Any

from moto.core.serialize import AttributePicker, AttributePickerContext

_search = AttributePicker.__call__


def hurry() -> None:
    """From now on. The answers are the same."""
    AttributePicker.__call__ = _pick  # type: ignore[method-assign,assignment]


def _pick(picker: AttributePicker, context: AttributePickerContext) -> Any:
    parent = getattr(context.shape, "parent", None)
    if parent is not None and parent.name == "AttributeValue" and isinstance(context.obj, dict):
        return context.obj.get(context.key)
    return _search(picker, context)
