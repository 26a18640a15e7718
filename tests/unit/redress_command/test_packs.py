"""`redress packs`: what each pack owes, and what counsel or the operator has to supply."""

from infra.ops import packs as listing
from redress.domain import packs
from tests.support.redress_command import Ask


def test_every_version_of_every_pack_is_listed(ask: Ask) -> None:
    found = ask("packs", "--json").json["packs"]
    listed = [(one["id"], one["version"]) for one in found]
    assert listed == [
        (str(document["id"]), str(document["version"]))
        for pack in packs.known()
        for document in packs.history(pack)
    ]
    assert ("gb-ukgc", "2015.1") in listed
    assert [one["id"] for one in found if not one["loads"]] == ["mt"]


def test_a_pack_says_what_it_owes_and_what_is_missing(ask: Ask) -> None:
    found = {one["id"]: one for one in ask("packs", "--json").json["packs"]}
    britain, malta = found["gb-ukgc"], found["mt"]
    assert britain["owed"]["final"] == "8 weeks (duty, must, sourced_official)"
    assert britain["owed"]["gateway (adr)"].startswith("8 weeks (gateway, must, sourced_official)")
    assert britain["zone"] == "Europe/London"
    assert britain["calendar"].startswith("GB-ENG ")
    assert britain["gaps"]["unknown"]["records.retention"] == "not_found"
    assert britain["gaps"]["unknown"]["pauses[0].allowed"] == "recalled"
    assert "external_bodies[0].referral_limit" in britain["gaps"]["to_be_confirmed"]
    assert "external_bodies[0].opens_when" not in britain["gaps"]["to_be_confirmed"]
    assert britain["gaps"]["conflicts"]["stages.ack.deadline"]
    assert britain["gaps"]["signoff_missing"] is True
    assert malta["owed"]["final"] == "set by the operator, and not set"
    assert any("[operator.rules.mt.final]" in one for one in malta["operator_must_set"])
    assert "the operator has not set it" in malta["refused"]


def test_in_words_too(ask: Ask) -> None:
    told = ask("packs").out
    for words in (
        "gb-ukgc 2015.1  Great Britain",
        "sign-off: MISSING",
        "DOES NOT LOAD: Rule pack mt",
        "gaps for counsel:\n    - records.retention: not_found",
        "to be confirmed (read in a secondary source):",
        "the operator must set:",
    ):
        assert words in told


def test_what_counsel_signed_or_verified_is_no_gap() -> None:
    rule = {"confidence": "recalled", "value": True, "verified_by": "Counsel", "verified_on": "2026-01-01"}
    found = listing.gaps({"id": "xx", "intake": {"writing_required": rule}}, None)
    assert (found.unknown, found.to_confirm) == ({}, ())
