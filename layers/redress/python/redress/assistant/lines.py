"""Everything the assistant may say by itself (messages), what it offers with it, and where that leads."""

from collections.abc import Mapping

from redress.domain.categories import Category
from redress.domain.values import Value
from redress.language import msg
from redress.web.words import CATEGORIES


class Line(Value):
    """A sentence of the assistant. `choices` name `CHOICES` to go on with, `links` name `LINKS`."""

    text: str
    links: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()


CHOICES: Mapping[str, str] = {
    "complain": msg("I want to make a complaint"),
    "state": msg("Where does my complaint stand?"),
    "deadline": msg("By when must you answer?"),
    "body": msg("Who can decide if we do not agree?"),
    "person": msg("I want to talk to a person"),
    "skip": msg("Leave it out"),
    "stop": msg("Stop the complaint"),
    **{f"category:{one}": CATEGORIES[one] for one in Category},
}
LINKS: Mapping[str, tuple[str, str]] = {
    "consultations": (msg("Ask without giving your name"), "consultations"),
    "complaints": (msg("Make a complaint in the form"), "complaints"),
    "faq": (msg("All questions and answers"), "faq"),
    "policy": (msg("How we handle complaints"), "policy"),
    "lost-link": (msg("Have your private link sent again"), "lost-link"),
    "form": (msg("Go to the form with what I told you"), ""),
    "site": (msg("Customer service"), ""),
}
PEOPLE = ("consultations", "complaints", "site")
EVERYTHING = ("complain", "state", "deadline", "person")
CATEGORY_CHOICES = tuple(f"category:{one}" for one in Category)

LINES: Mapping[str, Line] = {
    "hello": Line(
        text=msg(
            "Hello. I am a program, not a person. I answer from our help pages and our rules for complaints,"
            " tell you where your complaint stands, and write a new one down with you."
        ),
        choices=EVERYTHING,
    ),
    "welcome": Line(text=msg("You are welcome. Is there anything else?"), choices=EVERYTHING),
    "answer": Line(text=""),
    "deadline": Line(
        text=msg("If we get your complaint today, these are our dates:"),
        links=("policy",),
        choices=("complain",),
    ),
    "body": Line(
        text=msg("If we do not agree, you can turn to somebody independent of us:"),
        links=("policy",),
        choices=("complain",),
    ),
    "ask_link": Line(
        text=msg(
            "Send me your private link: it is in every e-mail about your complaint. I use it once and do not"
            " keep it."
        ),
        links=("lost-link",),
    ),
    "bad_link": Line(
        text=msg(
            "This does not open a complaint. Check that you have the whole link: if it was cut in two, put"
            " both parts together."
        ),
        links=("lost-link",),
        choices=("state", "person"),
    ),
    "number_only": Line(
        text=msg(
            "A number alone opens nothing, so that nobody else can read your complaint. Send me the private"
            " link from one of our e-mails."
        ),
        links=("lost-link",),
    ),
    "not_here": Line(
        text=msg("I cannot open complaints here. Your private link shows you where yours stands."),
        links=("lost-link",),
        choices=("person",),
    ),
    "standing": Line(text=msg("Your complaint {number}"), choices=("person",)),
    "standing_shown": Line(
        text=msg(
            "I showed you here where your complaint stands. I did not keep it: send the link to see it again."
        )
    ),
    "start": Line(
        text=msg(
            "I ask you one thing after another. At the end you see everything in the form. Nothing is sent"
            " until you send it there yourself."
        )
    ),
    "ask_category": Line(text=msg("What is it about?"), choices=CATEGORY_CHOICES),
    "ask_description": Line(
        text=msg("What happened? Tell it in your own words, but leave out card numbers and passwords."),
        choices=("stop",),
    ),
    "ask_occurred_on": Line(text=msg("On which day did it happen?"), choices=("skip", "stop")),
    "ask_amount": Line(
        text=msg("How much money is it about? Write the amount with its currency."), choices=("skip", "stop")
    ),
    "ask_account": Line(text=msg("What is your username or account number?"), choices=("skip", "stop")),
    "ask_name": Line(text=msg("What is your name?"), choices=("stop",)),
    "ask_email": Line(
        text=msg("What is your e-mail address? Our answers and your private link go there."),
        choices=("stop",),
    ),
    "problem": Line(text=""),
    "check": Line(
        text=msg(
            "That is all I ask. Look through it in the form, add what is missing and send it there. I have"
            " sent nothing."
        ),
        links=("form",),
        choices=("stop",),
    ),
    "stopped": Line(text=msg("I have dropped what you told me for the complaint."), choices=EVERYTHING),
    "person": Line(
        text=msg(
            "These ways lead to a person. A question without a name is answered in writing; so is a"
            " complaint."
        ),
        links=PEOPLE,
    ),
    "unknown": Line(
        text=msg("I do not know that: I found nothing about it in our help pages. A person can answer you."),
        links=("faq", *PEOPLE),
        choices=("complain",),
    ),
    "distress": Line(
        text=msg(
            "What you write worries me, and I am only a program. Please talk to somebody now. If your life is"
            " in danger, call the emergency services: 112 in the European Union, 999 in the United Kingdom."
        ),
        links=PEOPLE,
    ),
    "self_exclusion": Line(
        text=msg(
            "You can stop at once: ask our customer service to close your account for play, today, for a time"
            " or for good. You need not give a reason."
        ),
        links=PEOPLE,
    ),
    "minor": Line(
        text=msg(
            "Nobody under age may gamble with us. Please tell our customer service at once, so that the"
            " account is stopped."
        ),
        links=PEOPLE,
    ),
}
