"""How complaints are dealt with: a page for each jurisdiction of a brand, each version under its own link."""

from collections.abc import Mapping

from redress.domain.errors import NotFound
from redress.language import msg
from redress.region import Brand
from redress.web import policy
from redress.web.pages import Page
from redress.web.policy import Policy
from redress.web.visit import Visit
from redress.web.words import Refusal

FOR_EVERYBODY: Mapping[str, str] = {"Cache-Control": "public, max-age=300"}
NOT_KEPT = Refusal(
    msg("This version is not kept here"),
    msg("The link names a version of how we handle complaints that we do not have. Read the one in force."),
)


def show(visit: Visit) -> Page:
    """The policy in force for `?jurisdiction=`, for the only one, or the way to each."""
    brand, asked = visit.brand, visit.query("jurisdiction")
    named = list(brand.jurisdictions)
    if asked or len(named) == 1:
        return _show(visit, brand, asked or named[0])
    region = visit.desk.region
    ways = {jurisdiction: region.pack(jurisdiction).name or jurisdiction for jurisdiction in named}
    return visit.page(200, "policies", brand, headers=FOR_EVERYBODY, ways=ways)


def show_version(visit: Visit, jurisdiction: str, version: str) -> Page:
    """A version of the policy under its permanent link; an unknown one leads to the one in force."""
    return _show(visit, visit.brand, jurisdiction, version)


def _show(visit: Visit, brand: Brand, jurisdiction: str, version: str = "") -> Page:
    desk, spoken = visit.desk, visit.language
    if jurisdiction not in brand.jurisdictions:
        raise NotFound(jurisdiction)
    kept = policy.versions(desk.region, brand, jurisdiction, spoken, desk.now())
    current = next(one for one in kept if one.status == "current")
    found = policy.find(kept, version) if version else current
    if found is None:
        return visit.page(404, "policy_unknown", brand, words=NOT_KEPT, jurisdiction=jurisdiction)
    headers = {**FOR_EVERYBODY, "ETag": _tag(found, spoken.code)}
    others = [one for one in kept if one != found]
    return visit.unchanged(headers) or visit.page(
        200, "policy", brand, headers=headers, policy=found, others=others
    )


def _tag(found: Policy, code: str) -> str:
    """Weak: pages of one version may differ in the frame around it."""
    return f'W/"{found.version}-{found.status}-{code}"'
