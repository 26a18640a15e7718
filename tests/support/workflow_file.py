"""The workflow's definition as tests look at it: its states by what they do."""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

DEFINITION = Path(__file__).parents[2] / "infra/workflow/complaint.asl.json"

ASK, SEND = "${plan_function}", "${letters_function}"
PARK = "arn:aws:states:::aws-sdk:dynamodb:updateItem.waitForTaskToken"

type State = Mapping[str, Any]


def text() -> str:
    """The file as it is, with its substitutions unfilled."""
    return DEFINITION.read_text(encoding="utf-8")


def fill(**values: str) -> str:
    """The definition with its substitutions filled. Raises KeyError for one without a value."""
    return re.sub(r"\$\{(\w+)\}", lambda found: values[found[1]], text())


@cache
def states() -> dict[str, State]:
    """Every state of the machine by name."""
    found: dict[str, State] = json.loads(text())["States"]
    return found


def doing(resource: str) -> dict[str, State]:
    """The states that call a resource."""
    return {name: state for name, state in states().items() if state.get("Resource") == resource}


@cache
def routes() -> dict[str, str]:
    """Where Route goes for each answer of the plan."""
    choices = states()["Route"]["Choices"]
    return {_answer(choice["Condition"]): choice["Next"] for choice in choices}


def _answer(condition: str) -> str:
    found = re.fullmatch(r"\{% \$plan\.next = '([^']+)' %\}", condition)
    if not found:
        raise ValueError(f"Route asks something else than what comes next: {condition}")
    return found[1]
