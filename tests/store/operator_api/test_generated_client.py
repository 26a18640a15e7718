"""A client that a public generator makes from the description takes a complaint through its whole life."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from openapi_python_client import generate
from openapi_python_client.config import Config, ConfigFile, MetaType

from infra.openapi import FILE
from redress.adapters import wiring
from redress.domain.correspondence import LetterKind
from redress.http.routes import ROUTES
from tests.support.api_story import MEANWHILE, send
from tests.support.http_door import BASE_URL, door
from tests.support.operator_requests import TOLD

PACKAGE = "generated_client"


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of the client's package, which can be imported. Whatever the generator warns of fails."""
    folder = tmp_path_factory.mktemp("client") / PACKAGE
    config = Config.from_sources(
        ConfigFile(post_hooks=[]),  # they would only format it
        MetaType.NONE,
        document_source=FILE,
        file_encoding="utf-8",
        overwrite=False,
        output_path=folder,
    )
    assert [str(error) for error in generate(config=config)] == []
    sys.path.insert(0, str(folder.parent))
    yield folder
    sys.path.remove(str(folder.parent))
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]


class BackOffice:
    """An application of the operator, written with the generated client."""

    def __init__(self, handler: ModuleType) -> None:
        self.models = importlib.import_module(f"{PACKAGE}.models")
        transport = httpx.WSGITransport(app=door(handler.handler))
        client = importlib.import_module(f"{PACKAGE}.client").AuthenticatedClient
        self.client = client(base_url=BASE_URL, token="token", httpx_args={"transport": transport})
        self.sent = 0

    def call(self, operation: str, *places: object, tag: str = "complaints", **given: Any) -> Any:
        """The generated function of an operation; what it answers."""
        module = importlib.import_module(f"{PACKAGE}.api.{tag}.{operation}")
        return module.sync_detailed(*places, client=self.client, **given)

    def do(self, operation: str, *places: object, guarded: bool = False, user: str, body: Any) -> Any:
        """Change something, under a key of its own and at the version that is shown."""
        self.sent += 1
        given: dict[str, Any] = {"idempotency_key": f"client-{self.sent}", "redress_user": user, "body": body}
        if guarded:
            given["if_match"] = self.call("get_complaint", *places).headers["etag"]
        return self.call(operation, *places, **given)


@pytest.fixture
def office(generated: Path, function: ModuleType) -> BackOffice:
    """The application, before the handler."""
    del generated
    return BackOffice(function)


def test_it_takes_a_complaint_through_its_whole_life(office: BackOffice) -> None:
    m = office.models
    created = office.do("create_complaint", user="agent-3", body=m.Intake.from_dict(dict(TOLD))).parsed
    assert isinstance(created, m.ChangedView)
    number = created.number
    for step in ("acknowledged", "triaged"):
        MEANWHILE[step](wiring.desk(), number)

    [listed] = office.call("list_complaints", team="payments").parsed.items
    assert (listed.number, listed.stage) == (number, "investigating")

    handler, approver = {"user": "handler-7"}, {"user": "approver-2"}
    upheld = m.Decision(outcome=m.DecisionOutcome.UPHELD, reasons="All was due.", cause="agent_error")
    for operation, guarded, who, body in (
        ("assign", True, handler, m.Assignment(assignee="handler-7")),
        ("request_information", False, handler, m.InformationRequest(question="Which game was it?")),
        ("propose_decision", True, handler, upheld),
        ("return_decision", True, approver, m.Return(comment="Name the amount.")),
        (
            "propose_decision",
            True,
            handler,
            m.Decision(
                outcome=m.DecisionOutcome.UPHELD, reasons="All was due.", redress_minor=2550, currency="GBP"
            ),
        ),
        ("approve_decision", True, approver, m.Approval()),
    ):
        answered = office.do(operation, number, guarded=guarded, body=body, **who)
        assert isinstance(answered.parsed, m.ChangedView), answered.content

    send(wiring.desk(), number, LetterKind.FINAL_RESPONSE)
    shown = office.call("get_complaint", number).parsed
    assert isinstance(shown, m.ComplaintView)
    assert (shown.stage, shown.assignee) == ("resolved", "handler-7")
    assert (shown.decision.redress_minor, shown.decision.currency) == (2550, "GBP")
    history = office.call("list_events", number).parsed
    assert [one.type_ for one in history.items if "Decision" in one.type_] == [
        "DecisionProposed",
        "DecisionReturned",
        "DecisionProposed",
        "DecisionApproved",
    ]


def test_it_reads_a_refusal_as_a_problem_of_its_status(office: BackOffice) -> None:
    m = office.models
    refused = office.call("get_complaint", "ZZZZ-ZZZZ-0")
    assert (refused.status_code, type(refused.parsed)) == (404, m.Problem404)
    assert refused.parsed.type_ == m.Problem404Type.URNREDRESSPROBLEMNOT_FOUND
    invalid = office.do("create_complaint", user="agent-3", body=m.Intake.from_dict({**TOLD, "email": "no"}))
    assert [(one.field, one.rule) for one in invalid.parsed.errors] == [("email", "email")]


def test_it_has_a_function_for_every_operation(generated: Path) -> None:
    made = {file.stem for file in generated.glob("api/*/*.py")}
    assert {route.name for route in ROUTES} - made == set()
