"""The states of the pages that help: FAQ, assistant, the lost link."""

from tests.browser.complaint_stories import complained, investigated
from tests.browser.story import Shown, be_busy, state
from tests.support.portal import COMPLAINT, Visitor


@state
def _faq(_: Visitor) -> Shown:
    return Shown(path="/faq")


@state
def _faq_found(_: Visitor) -> Shown:
    return Shown(path="/faq?q=witdrawal+pendng")


@state
def _faq_found_nothing(_: Visitor) -> Shown:
    return Shown(path="/faq?q=xylophone")


@state
def _faq_entry(_: Visitor) -> Shown:
    return Shown(path="/faq/withdrawal-pending")


@state
def _assistant(_: Visitor) -> Shown:
    return Shown(path="/assistant")


@state
def _assistant_quotes_the_faq(_: Visitor) -> Shown:
    return _said("Why is my withdrawal pending?")


@state
def _assistant_does_not_know(_: Visitor) -> Shown:
    return _said("xylophone quartz")


@state
def _assistant_was_told_nothing(_: Visitor) -> Shown:
    return Shown(path="/assistant", to="/assistant", fields={"said": " "}, status=422)


@state
def _assistant_takes_a_complaint(_: Visitor) -> Shown:
    return _said("I want to make a complaint", "Bonuses and promotions", "The bonus was not paid.")


@state
def _assistant_hands_over_to_a_person(_: Visitor) -> Shown:
    return _said("I want to talk to a person")


@state
def _assistant_tells_where_a_complaint_stands(visitor: Visitor) -> Shown:
    path = investigated(visitor)
    return _said("Where is my complaint?", f"https://complaints.example.test{path}")


@state
def _assistant_hears_of_harm(_: Visitor) -> Shown:
    return _said("I cannot stop gambling and I want to kill myself")


def _said(*sentences: str) -> Shown:
    first, *rest = ({"said": sentence} for sentence in sentences)
    return Shown(path="/assistant", to="/assistant", fields=first, then=tuple(rest))


@state
def _lost_link(_: Visitor) -> Shown:
    return Shown(path="/lost-link")


@state
def _lost_link_with_every_problem(_: Visitor) -> Shown:
    wrong = {"number": "R7K3", "email": "nobody"}
    return Shown(path="/lost-link", to="/lost-link", fields=wrong, status=422)


@state
def _lost_link_left_empty(_: Visitor) -> Shown:
    empty = {"number": "", "email": ""}
    return Shown(path="/lost-link", to="/lost-link", fields=empty, status=422)


@state
def _lost_link_asked_for(visitor: Visitor) -> Shown:
    number = complained(visitor).split("/")[2]
    told = {"number": number, "email": COMPLAINT["email"]}
    return Shown(path="/lost-link", to="/lost-link", fields=told)


@state
def _lost_link_while_the_store_is_busy(visitor: Visitor) -> Shown:
    number = complained(visitor).split("/")[2]
    be_busy(visitor)
    told = {"number": number, "email": COMPLAINT["email"]}
    return Shown(path="/lost-link", to="/lost-link", fields=told, status=503)
