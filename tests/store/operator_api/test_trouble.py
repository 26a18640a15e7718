"""When AWS does not answer, or others keep writing; and what is logged of a request."""

from typing import Any, NoReturn

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from redress.store.table import Table
from redress.usecases.ports import Batch, VersionConflict
from tests.support.operator_app import OperatorApp
from tests.support.operator_requests import TOLD, create, investigated


def answered(code: str, status: int) -> ClientError:
    """AWS answered with an error."""
    metadata: Any = {"HTTPStatusCode": status}
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": metadata}, "TransactWriteItems")


class TestTrouble:
    def test_too_many_writers_are_told_to_come_back(
        self, app: OperatorApp, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        number = investigated(app)
        self._fail(monkeypatch, VersionConflict("others"))
        refused = app.post(f"/complaints/{number}/withdrawal")
        assert (refused.status, refused.problem) == (503, "busy")
        assert refused.headers["retry-after"] == "1"

    @pytest.mark.parametrize(
        "error",
        [
            ConnectTimeoutError(endpoint_url="https://dynamodb.example.com"),
            answered("ThrottlingException", 400),
            answered("ExpiredTokenException", 400),
            answered("InternalServerError", 500),
            answered("502", 502),  # by a gateway before the service, which gives no code
        ],
    )
    def test_when_aws_does_not_answer_the_request_may_be_sent_again(
        self, app: OperatorApp, monkeypatch: pytest.MonkeyPatch, error: Exception
    ) -> None:
        with monkeypatch.context() as while_it_lasts:
            self._fail(while_it_lasts, error)
            refused = app.post("/complaints", TOLD, key=f"again {error}"[:200])
        assert (refused.status, refused.problem) == (503, "unavailable")
        assert refused.headers["retry-after"] == "1"
        assert app.post("/complaints", TOLD, key=f"again {error}"[:200]).status == 201

    def test_a_fault_of_ours_is_not_dressed_up(
        self, app: OperatorApp, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self._fail(monkeypatch, answered("AccessDeniedException", 400))
        with pytest.raises(ClientError):
            app.post("/complaints", TOLD)

    @staticmethod
    def _fail(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
        def fail(_: Table, _batch: Batch) -> NoReturn:
            raise error

        monkeypatch.setattr(Table, "append", fail)
        monkeypatch.setattr("time.sleep", lambda _: None)


class TestLogs:
    def test_neither_text_nor_person_nor_key_is_logged(
        self, app: OperatorApp, caplog: pytest.LogCaptureFixture
    ) -> None:
        number = create(app)
        app.post("/complaints", {**TOLD, "email": "not-an-address"}, key="secret-key")
        app.get("/complaints", brand="northlight", account="account-1")
        app.get("/complaints/player@example.com")
        logged = str([vars(record) for record in caplog.records])
        assert number in logged
        for told in ("player@example.com", "not-an-address", "account-1", "The bonus", "secret-key"):
            assert told not in logged
