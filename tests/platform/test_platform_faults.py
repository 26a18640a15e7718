"""The fault proxy stands between the functions and the platform, and breaks what a test asks it to."""

import time

import httpx

from infra.local.describe import LocalStack
from tests.platform.faults import Faults


def test_a_function_meets_the_fault_that_a_test_injects(faults: Faults) -> None:
    faults.inject("dynamodb", "Query", error={"code": "InternalServerError", "status": 500})
    deadline = time.monotonic() + 30  # the sweep asks the table every few seconds
    while ("dynamodb", "Query") not in faults.fired():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_without_a_fault_the_form_answers(local: LocalStack, faults: Faults) -> None:
    assert faults.fired() == []
    assert httpx.get(local.portal_url).status_code == 200
