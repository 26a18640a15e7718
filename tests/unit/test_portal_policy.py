"""The policy page: what it says comes from pack and region file, and each version has its link."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from redress.domain import packs
from redress.language import CODES, language
from redress.web import policy
from redress.web.policy import Policy
from tests.support.complaints import REGION
from tests.support.portal import ADDRESS, Answer, Visitor, event, region

TODAY = datetime(2026, 6, 1, 12, tzinfo=UTC)
BRITISH = "/policy?jurisdiction=gb-ukgc"
OPERATOR_SETS = {"mt": {"final": {"amount": 10, "unit": "calendar_days"}}}


def visitor() -> Visitor:
    """A portal in June 2026, when the pack of 2026 is in force."""
    return Visitor(now=TODAY)


def only_british() -> Visitor:
    """A portal whose brand has one licence."""
    brand = REGION.brands[0]
    own = {"gb-ukgc": brand.jurisdictions["gb-ukgc"]}
    return Visitor(now=TODAY, region=replace(REGION, brands=(replace(brand, jurisdictions=own),)))


def versions_named(page: Answer) -> list[str]:
    """The permanent links of a page."""
    return re.findall(r'href="[^"]*policy/gb-ukgc/([^"]+)"', page.body)


def british(now: datetime = TODAY, code: str = "en") -> Policy:
    """The British policy in force."""
    return policy.policy(REGION, REGION.brands[0], "gb-ukgc", language(code), now)


def test_the_page_tells_the_packs_time_table_the_body_and_the_version() -> None:
    text = visitor().get(BRITISH).text
    for told in (
        *("We confirm that we have your complaint 24 hours", "You get our final answer 8 weeks"),
        *("Your time to complain to us 6 months", "You may turn to Example Adjudication Service 8 weeks"),
        *("Your last day to turn to Example Adjudication Service 12 months", "It is free of charge for you."),
        *("cases@adjudication.example.test", "Disputes up to GBP 10,000.", "What it decides binds us."),
        *("LCCP social responsibility code 6.1.1.2", "our own promise: no law sets this date"),
        *("you can ask us to look again. Time from our answer: 30 days", "Licence: UKGC."),
        *("For complaints that we receive from this day on: 6 April 2026", british().version),
    ):
        assert told in text, told


@pytest.mark.parametrize("pack_id", packs.known())
@pytest.mark.parametrize("code", CODES)
def test_every_pack_of_the_package_has_a_policy_in_every_language(pack_id: str, code: str) -> None:
    brand = REGION.brands[0]
    body = brand.jurisdictions["gb-ukgc"]
    wide = replace(REGION, brands=(replace(brand, jurisdictions={pack_id: body}),), rules=OPERATOR_SETS)
    page = Visitor(now=TODAY, region=wide).get(f"/{code}/policy")
    assert page.status == 200
    found = policy.policy(wide, wide.brands[0], pack_id, language(code), TODAY)
    told = [*found.text.duties, *(rule for one in found.text.bodies for rule in one.rules)]
    assert all(rule.sentences for rule in told)
    assert not re.search(r"[{}]|None", page.text)


def test_each_duty_for_some_complaints_says_for_which() -> None:
    wide = region(cw_cga="Body of Curaçao")
    found = policy.policy(wide, wide.brands[0], "cw-cga", language("en"), TODAY)
    final = [one for one in found.text.duties if one.name == "You get our final answer"]
    assert {one.about: one.time for one in final} == {
        None: "4 weeks",
        "Safer gambling, limits and self-exclusion": "5 working days",
    }
    assert "We may take more time: 4 weeks." in final[0].sentences
    assert not [told for told in final[0].sentences if "2 weeks" in told]
    assert "We may take more time: 2 weeks." in final[1].sentences
    assert "At most 1 time." in final[1].sentences


def test_a_brand_under_several_packs_shows_the_way_to_each() -> None:
    page = visitor().get("/policy")
    assert "Great Britain (Gambling Commission)" in page.text
    for name in ("gb-ukgc", "sandbox"):
        assert visitor().get(f"/policy?jurisdiction={name}").status == 200
        assert f"policy?jurisdiction={name}" in page.body


def test_a_brand_under_one_pack_shows_it_at_once() -> None:
    assert "8 weeks" in only_british().get("/policy").text


@pytest.mark.parametrize("address", ["/policy?jurisdiction=fr-anj", "/policy/fr-anj/2026.1"])
def test_a_jurisdiction_that_is_not_the_brands_has_no_policy(address: str) -> None:
    assert visitor().get(address).status == 404


# --- Versions ----------------------------------------------------------------------------------------


def test_the_version_is_the_packs_with_a_digest_of_what_the_policy_says() -> None:
    assert re.fullmatch(r"2026\.1-[0-9a-f]{8}", british().version)
    assert british(code="fr").version == british().version
    brand = REGION.brands[0]
    other = replace(brand.jurisdictions["gb-ukgc"], scope_limits="Disputes up to GBP 5,000.")
    changed = replace(brand, jurisdictions={**brand.jurisdictions, "gb-ukgc": other})
    wider = replace(REGION, brands=(changed,))
    found = policy.policy(wider, changed, "gb-ukgc", language("en"), TODAY)
    assert (found.pack_version, found.version == british().version) == ("2026.1", False)


def test_the_link_to_the_present_version_shows_it() -> None:
    page = visitor().get(BRITISH)
    assert british().version in versions_named(page)
    for version in (british().version, "2026.1"):
        linked = visitor().get(f"/policy/gb-ukgc/{version}")
        assert linked.status == 200
        assert "earlier version" not in linked.text


def test_an_earlier_version_is_shown_and_marked_as_superseded() -> None:
    names = versions_named(visitor().get(BRITISH))
    [earlier] = [name for name in names if name.startswith("2015.1-")]
    for version in (earlier, "2015.1"):
        page = visitor().get(f"/policy/gb-ukgc/{version}")
        assert page.status == 200
        assert "This is an earlier version" in page.text
        assert "1 January 2020 – 5 April 2026" in page.text
        assert '<meta name="robots" content="noindex">' in page.body


def test_before_it_is_in_force_a_version_is_marked_as_coming() -> None:
    march = Visitor(now=datetime(2026, 3, 1, tzinfo=UTC))
    assert "not in force yet" in march.get("/policy/gb-ukgc/2026.1").text
    assert "earlier version" not in march.get("/policy/gb-ukgc/2015.1").text
    assert "1 January 2020 – 5 April 2026" in march.get(BRITISH).text


@pytest.mark.parametrize("version", ["2026.1-00000000", "2026", "1999.1", "2026.1-"])
def test_an_unknown_version_leads_to_the_one_in_force(version: str) -> None:
    page = visitor().get(f"/policy/gb-ukgc/{version}")
    assert page.status == 404
    assert page.headers["cache-control"] == "no-store"
    assert 'href="../../policy?jurisdiction=gb-ukgc"' in page.body


# --- Caches and search engines -----------------------------------------------------------------------


def ask_again(address: str, tag: str) -> Answer:
    """Ask for a page that the browser has kept under a tag."""
    return visitor().answer({**event("GET", address), "headers": {"If-None-Match": tag}})


def test_the_page_may_be_kept_by_caches_and_is_not_sent_twice() -> None:
    first = visitor().get(BRITISH)
    assert first.headers["cache-control"] == "public, max-age=300"
    again = ask_again(BRITISH, first.headers["etag"])
    assert (again.status, again.body) == (304, "")
    for name in ("etag", "cache-control", "vary", "content-language"):
        assert again.headers[name] == first.headers[name], name


def test_another_language_version_or_status_has_another_tag() -> None:
    addresses = [BRITISH, f"/fr{BRITISH}", "/policy/gb-ukgc/2015.1"]
    tags = {visitor().get(address).headers["etag"] for address in addresses}
    march = Visitor(now=datetime(2026, 3, 1, tzinfo=UTC)).get("/policy/gb-ukgc/2015.1").headers["etag"]
    assert len(tags | {march}) == 4
    assert ask_again(f"/fr{BRITISH}", visitor().get(BRITISH).headers["etag"]).status == 200


def test_the_page_may_be_found_and_names_itself_in_each_language() -> None:
    page = visitor().get(f"/fr{BRITISH}").body
    assert "noindex" not in page
    assert f'rel="canonical" href="{ADDRESS}/fr/policy?jurisdiction=gb-ukgc"' in page
    alternates = dict(re.findall(r'rel="alternate" hreflang="([^"]+)" href="([^"]+)"', page))
    assert alternates == {
        "x-default": f"{ADDRESS}/policy?jurisdiction=gb-ukgc",
        **{code: f"{ADDRESS}/{code}/policy?jurisdiction=gb-ukgc" for code in CODES},
    }


def test_every_page_leads_to_the_policy_and_the_policy_marks_itself() -> None:
    assert re.search(r'<a href="[^"]*/policy">', visitor().get("/nowhere").body)
    marked = re.findall(r'<a href="([^"]+)" aria-current="page">', visitor().get("/policy").body)
    assert marked == ["/policy"]
