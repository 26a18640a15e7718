"""Whatever a fuzzer sends to any operation: no fault of ours, and no answer that is not described.

Schemathesis makes requests from the description, good ones and bad ones, the same in every run. The pool
leads most of them on to what there is: otherwise hardly one would come as far as the rules of the domain.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import boto3
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from infra.openapi import document
from redress.http.routes import ROUTES
from tests.support import tables
from tests.support.api_pool import Pool

EXAMPLES = 7  # of good data and of bad data, for each operation
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
]
DESCRIBED = document()
SCHEMA = schemathesis.openapi.from_dict(DESCRIBED)
OPERATIONS = {one.name: SCHEMA[one.path][one.method] for one in ROUTES}
METHODS = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}
ALWAYS_THE_SAME = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def pool(function: ModuleType) -> Iterator[Pool]:
    """Complaints at every stage, and the story."""
    client, api = boto3.client("dynamodb"), vars(function)["api"]

    @contextmanager
    def empty_table() -> Iterator[None]:
        tables.make(client)
        yield
        client.delete_table(TableName=tables.NAME)

    made = Pool(function, empty_table)
    SCHEMA.app = made.door
    yield made
    vars(function)["api"] = api


@pytest.mark.parametrize("name", OPERATIONS)
def test_no_request_finds_a_fault_or_an_answer_that_is_not_described(name: str, pool: Pool) -> None:
    pool.set(name)
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

        @ALWAYS_THE_SAME
        @given(case=OPERATIONS[name].as_strategy(mode), data=st.data())
        def ask(case: Case[Any], data: st.DataObject) -> None:
            pool.lead(name, case, data)
            answer = case.call(app=pool.door)
            case.validate_response(answer, CHECKS)
            pool.saw(name, answer)

        ask()
    reached = set(pool.seen[name])
    assert reached & {200, 201, 204}, f"only {reached}: tell the operation in examples.toml"


@pytest.mark.parametrize("path", DESCRIBED["paths"])
def test_a_method_that_is_not_described_is_told_which_are(path: str, pool: Pool) -> None:
    described = {method.upper() for method in DESCRIBED["paths"][path]}
    for method in METHODS - described:
        answer = pool.teller.http.request(method, path.replace("{", "").replace("}", ""))
        assert (answer.status_code, answer.headers["allow"]) == (405, ", ".join(sorted(described)))
