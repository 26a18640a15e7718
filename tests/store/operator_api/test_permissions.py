"""Who may do what, and to which brand's complaints."""

from types import ModuleType

import pytest

from redress.http.routes import ROUTES, Route
from tests.support.operator_app import CLIENT_ID, SCOPES, OperatorApp
from tests.support.operator_requests import ABOUT_COMPLAINTS, UNKNOWN, ask, create, path_of

NAMES = ("read", "write", "decide", "admin")


class TestPermissions:
    def test_a_request_without_claims_is_unauthenticated(self, function: ModuleType) -> None:
        refused = OperatorApp(handler=function.handler, claims=None).get("/complaints", team="care")
        assert (refused.status, refused.problem) == (401, "unauthenticated")
        assert refused.headers["www-authenticate"] == "Bearer"

    @pytest.mark.parametrize("client", ["unheard-of", "stray", ""])
    def test_a_client_that_the_region_file_lacks_is_refused(self, function: ModuleType, client: str) -> None:
        claims = {"client_id": client, "scope": SCOPES}
        refused = OperatorApp(handler=function.handler, claims=claims).get("/complaints", team="care")
        assert (refused.status, refused.problem) == (403, "unknown-client")

    @pytest.mark.usefixtures("nothing_stored")
    @pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
    def test_every_operation_needs_its_permission(self, function: ModuleType, route: Route) -> None:
        needed = route.permission
        others = " ".join(scope for scope in SCOPES.split() if not scope.endswith(needed))
        unprefixed = f"{others} {needed} other/complaints:{needed}"
        claims = {"client_id": CLIENT_ID, "scope": unprefixed}
        path = path_of(route, UNKNOWN)
        refused = OperatorApp(handler=function.handler, claims=claims).send(route.method, path)
        assert (refused.status, refused.body["permission"]) == (403, needed)

    def test_reading_working_deciding_and_changing_the_rules_are_four_permissions(self) -> None:
        of = {name: {one.name for one in ROUTES if one.permission == name} for name in NAMES}
        assert of["read"] == {one.name for one in ROUTES if one.method == "GET"} | {"ask_assistant"}
        assert of["decide"] == {"approve_decision", "return_decision", "declare_deadlock", "reject_as_spam"}
        assert "adopt_pack_version" in of["admin"]
        assert sum(map(len, of.values())) == len(ROUTES)

    def test_the_region_file_bounds_what_a_token_allows(self, crm: OperatorApp) -> None:
        refused = crm.post(f"/complaints/{UNKNOWN}/decision/approval")
        assert (refused.status, refused.body["permission"]) == (403, "decide")

    @pytest.mark.parametrize("number", [UNKNOWN, "R7K3-9QXM-3", "nonsense", "%00", "a" * 500])
    @pytest.mark.parametrize("route", ABOUT_COMPLAINTS, ids=lambda one: one.name)
    def test_an_unknown_number_is_not_found(self, app: OperatorApp, route: Route, number: str) -> None:
        got = ask(app, route, number)
        assert (got.status, got.problem) == (404, "not-found")

    @pytest.mark.parametrize("route", ABOUT_COMPLAINTS, ids=lambda one: one.name)
    def test_a_complaint_of_another_brand_is_as_if_it_were_not_there(
        self, function: ModuleType, crm: OperatorApp, route: Route
    ) -> None:
        number = create(crm, brand="southlight")
        app = OperatorApp(handler=function.handler)
        got = ask(app, route, number)
        assert (got.status, got.problem) == (404, "not-found")
        assert crm.get(f"/complaints/{number}").body["version"] == 1
