"""The guide of the operator's API says what the code says. That its commands work, another test shows."""

import ast
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

import redress
from infra.api_calls import README, with_table
from redress.domain.errors import InvalidInput
from redress.http.fields import Strict
from redress.http.routes import ROUTES
from tests.support.complaints import REGION, T0

PACKAGE = Path(redress.__file__).parent
GUIDE = README.read_text(encoding="utf-8")
RULES = frozenset(re.findall(r"`(\w+)`", GUIDE.partition("The rules:")[2].partition("\n## ")[0]))
# What makes a rule known, and which of its arguments is the rule's code.
_MAKERS = {
    **dict.fromkeys(("broken", "Rule", "NotMoney", "BadAddress", "_refuse", "unknown"), 0),
    **dict.fromkeys(("refuse", "FieldProblem"), 1),
}
_PLACES = (
    *("http/*.py", "store/*.py", "usecases/*.py"),
    *("domain/money.py", "domain/webhook_address.py", "domain/*decisions.py"),
)
_OF_THE_FORM = {"amount_digits"}  # the player's form alone has amounts as text
_NONSENSE: tuple[object, ...] = (
    None,
    -1,
    0,
    10**18,
    1.5,
    True,
    "",
    "\x01",
    "x",
    "x" * 20_000,
    [],
    [None],
    ["x"] * 999,
    {},
    [{}],
)
_MODELS = sorted({route.reads for route in ROUTES if route.reads}, key=lambda one: one.__name__)


def _rules_of(file: Path) -> Iterator[str]:
    for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if not isinstance(call, ast.Call):
            continue
        maker = ast.unparse(call.func).rpartition(".")[2]
        place = _MAKERS.get(maker, 99)
        if len(call.args) > place and isinstance(told := call.args[place], ast.Constant):
            yield f"{'unknown_' if maker == 'unknown' else ''}{told.value!s}"


def _broken(model: type[Strict], sent: object) -> list[str]:
    """The rules that a body or query breaks."""
    try:
        model.read(sent, region=REGION, now=T0)
    except InvalidInput as refused:
        return [one.rule for one in refused.problems]
    return []


def test_the_table_of_operations_is_that_of_the_routes_and_of_their_calls() -> None:
    assert with_table(GUIDE) == GUIDE, "run: make openapi"


def test_every_rule_of_the_code_is_told() -> None:
    files = [file for place in _PLACES for file in PACKAGE.glob(place)]
    known = {rule for file in files for rule in _rules_of(file)}
    assert known - _OF_THE_FORM - RULES == set()


@pytest.mark.parametrize("model", _MODELS, ids=lambda one: one.__name__)
def test_whatever_is_sent_breaks_a_rule_that_is_told(model: type[Strict]) -> None:
    sent = [{name: value} for name, value in product([*model.model_fields, "stray"], _NONSENSE)]
    broken = {(rule, str(one)[:80]) for one in sent for rule in _broken(model, one)}
    assert {one for one in broken if one[0] not in RULES} == set()


def test_every_module_of_the_api_is_told() -> None:
    modules = {file.name for file in (PACKAGE / "http").glob("*.py")} - {"__init__.py", "countries.py"}
    assert {one for one in modules if f"`{one}`" not in GUIDE} == set()
