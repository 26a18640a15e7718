"""What decides something names the version of the complaint that it was decided on."""

import pytest

from redress.http.routes import ROUTES
from tests.support.operator_app import OperatorApp
from tests.support.operator_requests import PATHS, body_of, investigated, read

PERSON = {"redress-user": "person-1"}
GUARDED = [route.name for route in ROUTES if route.guarded and "number" in route.places]


class TestVersions:
    @pytest.mark.parametrize("name", GUARDED)
    def test_a_decision_has_to_name_the_version_it_was_made_on(self, app: OperatorApp, name: str) -> None:
        number = investigated(app)
        refused = app.post(f"/complaints/{number}/{PATHS[name]}", body_of(name), **PERSON)
        assert (refused.status, refused.problem) == (428, "precondition-required")
        assert refused.etag == '"2"'

    @pytest.mark.parametrize("name", GUARDED)
    @pytest.mark.parametrize("tag", ['"1"', '"3"', "*", 'W/"2"', "2", '"x"'])
    def test_a_stale_version_is_told_the_current_one(self, app: OperatorApp, name: str, tag: str) -> None:
        number = investigated(app)
        refused = app.post(f"/complaints/{number}/{PATHS[name]}", body_of(name), if_match=tag, **PERSON)
        assert (refused.status, refused.problem) == (412, "stale-version")
        assert (refused.etag, refused.body["version"]) == ('"2"', 2)
        assert read(app, number)["version"] == 2

    def test_only_what_decides_something_is_guarded(self) -> None:
        assert set(GUARDED) == {
            "assign",
            "extend_deadline",
            "recategorise",
            "adopt_pack_version",
            "propose_decision",
            "approve_decision",
            "return_decision",
            "overrule_triage",
            "declare_deadlock",
            "reject_as_spam",
            "order_erasure",
        }
