"""Refusals that no step of the story meets, provoked here: the description shows real ones."""

import json
from collections.abc import Iterator, Mapping
from copy import replace
from types import ModuleType
from typing import Any, NoReturn

import httpx
import pytest
from botocore.exceptions import ConnectTimeoutError

from infra.api_examples import Exchange
from redress.adapters.clients import client
from redress.http import problems
from redress.http.problems import Kind
from redress.http.requests import LARGEST_BODY
from redress.store.allowance import AllowanceTable
from redress.store.table import Table
from redress.usecases.allowance import Allowance
from redress.usecases.ports import VersionConflict
from tests.support import tables
from tests.support.api_story import STORY_REGION, Teller, steps
from tests.support.http_door import BASE_URL, CLAIMS, door

PACKS, COMPLAINTS, WEBHOOKS = "/v1/rule-packs", "/v1/complaints", "/v1/webhooks"


class Refusals:
    """Provokes each of them, after the story was told to the handler's module."""

    def __init__(self, function: ModuleType, teller: Teller, patch: pytest.MonkeyPatch) -> None:
        self.function, self.teller, self.patch = function, teller, patch
        self.keys = 0

    def all(self) -> Iterator[Exchange]:
        """Each with the problem's name and title, and the answer."""
        yield _of(problems.UNAUTHENTICATED, self._get({}))
        yield _of(problems.UNKNOWN_CLIENT, self._get({**CLAIMS, "client_id": "nobody"}))
        yield _of(problems.FORBIDDEN, self._get({**CLAIMS, "scope": ""}))
        yield _of(problems.NO_SUCH_PATH, self.teller.http.get("/v1/complaint"))
        yield _of(problems.METHOD_NOT_ALLOWED, self.teller.http.delete(PACKS))
        yield _of(problems.MALFORMED_BODY, self._post("{"))
        yield _of(problems.BODY_TOO_LARGE, self._post(" " * (LARGEST_BODY + 1)))
        yield _of(problems.UNSUPPORTED_MEDIA_TYPE, self._post("{}", {"Content-Type": "text/plain"}))
        yield _of(problems.KEY_MISSING, self._post("{}", {"Idempotency-Key": " "}))
        yield _of(problems.KEY_REUSED, self._used_key())
        yield _of(problems.TOO_MANY_WEBHOOKS, self._too_many_webhooks())
        yield _of(problems.BUSY, self._failing(VersionConflict("others")))
        timeout = ConnectTimeoutError(endpoint_url="https://dynamodb.example.com")
        yield _of(problems.UNAVAILABLE, self._failing(timeout))
        yield _of(problems.TOO_MANY_REQUESTS, self._too_many_requests())

    def _get(self, claims: Mapping[str, str]) -> httpx.Response:
        transport = httpx.WSGITransport(app=door(self.function.handler, claims))
        return httpx.Client(transport=transport, base_url=BASE_URL).get(PACKS)

    def _post(
        self, body: str, headers: Mapping[str, str] | None = None, path: str = COMPLAINTS
    ) -> httpx.Response:
        self.keys += 1
        sent = {"Content-Type": "application/json", "Idempotency-Key": f"refused-{self.keys}"}
        return self.teller.http.post(path, content=body, headers={**sent, **(headers or {})})

    def _used_key(self) -> httpx.Response:
        told, key = dict(steps()[0].body or {}), {"Idempotency-Key": "used"}
        self._post(json.dumps(told), key)
        return self._post(json.dumps({**told, "remedy": "Apologise."}), key)

    def _number(self) -> str:
        return f"{COMPLAINTS}/{self.teller.kept['bonus']}/withdrawal"

    def _too_many_webhooks(self) -> httpx.Response:
        body = json.dumps({"url": "https://crm.example.com/hooks"})
        answer = self._post(body, path=WEBHOOKS)
        while answer.status_code == 201:
            answer = self._post(body, path=WEBHOOKS)
        return answer

    def _failing(self, error: Exception) -> httpx.Response:
        def fail(*_: object) -> NoReturn:
            raise error

        with self.patch.context() as while_it_lasts:
            while_it_lasts.setattr(Table, "append", fail)
            while_it_lasts.setattr("time.sleep", lambda _: None)
            body = json.dumps({"visibility": "internal", "text": "A note."})
            return self._post(body, path=self._number().replace("withdrawal", "notes"))

    def _too_many_requests(self) -> httpx.Response:
        clients = tuple(replace(one, requests_per_minute=1) for one in STORY_REGION.clients)
        desk = replace(self.teller.desk, region=replace(STORY_REGION, clients=clients))
        table = AllowanceTable(client=client("dynamodb"), name=tables.NAME)
        allowance = Allowance(table, unknown=self.function.allowance_unknown)
        api: Any = vars(self.function)["api"]
        vars(self.function)["api"] = replace(api, desk=lambda: desk, allowance=lambda: allowance)
        self.teller.http.get(PACKS)
        return self.teller.http.get(PACKS)


def _of(kind: Kind, answer: httpx.Response) -> Exchange:
    """The exchange, if it is the problem that was meant to be provoked."""
    assert answer.json()["type"] == kind.type, answer.text
    name, told = kind.name.replace("-", "_"), f"{kind.title}."
    return Exchange(name, told, "", {}, {}, None, answer.status_code, answer.json())
