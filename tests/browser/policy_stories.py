"""Stories of the policy: the choice of a jurisdiction, the version in force, others, one that is none."""

from tests.browser.story import MANY_PACKS, Shown, state, within
from tests.support.portal import Visitor


@state
def policies(_: Visitor) -> Shown:
    """A brand with several licences."""
    return Shown(path="/policy")


@state
def policy(_: Visitor) -> Shown:
    """The version in force."""
    return Shown(path="/policy?jurisdiction=gb-ukgc")


@within(MANY_PACKS)
def policy_with_tracks_of_its_own(_: Visitor) -> Shown:
    """A pack whose times depend on what a complaint is about."""
    return Shown(path="/policy?jurisdiction=cw-cga")


@state
def policy_of_earlier_times(_: Visitor) -> Shown:
    """A version that was superseded."""
    return Shown(path="/policy/gb-ukgc/2015.1")


@state
def policy_that_is_not_kept(_: Visitor) -> Shown:
    """A link to a version that nobody has."""
    return Shown(path="/policy/gb-ukgc/1999.1", status=404)
