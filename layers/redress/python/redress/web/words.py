"""What the pages say, in English: the words of a player, not those of the field."""

from collections.abc import Mapping
from dataclasses import dataclass

from redress.domain import events as e
from redress.domain import promises
from redress.domain.categories import Category
from redress.domain.correspondence import LetterKind
from redress.domain.stages import Stage
from redress.domain.values import Value

LANGUAGE = "en"

CATEGORIES: Mapping[str, str] = {
    Category.DEPOSITS_WITHDRAWALS: "Deposits and withdrawals",
    Category.BONUSES: "Bonuses and promotions",
    Category.GAME_RESULTS: "The result of a game",
    Category.BET_SETTLEMENT: "How a bet was settled",
    Category.ACCOUNT: "My account, if it was closed or limited",
    Category.VERIFICATION: "Checks of my identity or documents",
    Category.SAFER_GAMBLING: "Safer gambling, limits and self-exclusion",
    Category.TECHNICAL: "Something that did not work",
    Category.PRIVACY: "My personal data",
    Category.OTHER: "Something else",
}

# The currencies offered, the usual one first; the API takes every one of ISO 4217.
CURRENCIES: Mapping[str, str] = {
    "GBP": "Pounds (GBP)",
    "EUR": "Euros (EUR)",
    "USD": "US dollars (USD)",
    "CAD": "Canadian dollars (CAD)",
    "AUD": "Australian dollars (AUD)",
    "NZD": "New Zealand dollars (NZD)",
    "CHF": "Swiss francs (CHF)",
    "SEK": "Swedish kronor (SEK)",
    "NOK": "Norwegian kroner (NOK)",
    "DKK": "Danish kroner (DKK)",
    "ISK": "Icelandic krónur (ISK)",
    "PLN": "Polish złoty (PLN)",
    "CZK": "Czech koruny (CZK)",
    "HUF": "Hungarian forint (HUF)",
    "RON": "Romanian lei (RON)",
    "BRL": "Brazilian reais (BRL)",
    "JPY": "Yen (JPY)",
}

OUTCOMES: Mapping[str, str] = {
    "upheld": "We agree with your complaint.",
    "partly_upheld": "We agree with part of your complaint.",
    "rejected": "We do not agree with your complaint.",
    "goodwill": "We do not agree with your complaint, but we want to make it good.",
    "out_of_scope": "This is not something we can decide as a complaint.",
    "deemed_accepted": "Your complaint counts as accepted, because we did not answer it in time.",
}

# --- What is wrong with a field: by rule, or by field and rule where that says more ------------------

PROBLEMS: Mapping[str, str] = {
    "required": "Fill in this field",
    "text": "Write this as text",
    "text_length": "This is too long: shorten it",
    "control_character": (
        "This contained invisible control characters. We have taken them out: check it and send it again"
    ),
}
FIELD_PROBLEMS: Mapping[tuple[str, str], str] = {
    ("category", "required"): "Choose what your complaint is about",
    ("category", "unknown_category"): "Choose what your complaint is about from the list",
    ("description", "required"): "Tell us what happened",
    ("occurred_on", "date"): "Write a date that exists, with day, month and year, such as 26 4 2026",
    ("occurred_on", "date_in_future"): "The date is in the future: give today or an earlier day",
    ("occurred_on", "date_too_early"): "Check the year: it is too long ago",
    ("amount", "amount"): "Write the amount in figures, such as 250 or 12.50",
    ("amount", "amount_digits"): "The amount has too many digits after the point for its currency",
    ("amount", "amount_range"): "Write an amount above zero that somebody could have paid",
    ("currency", "currency"): "Choose the currency from the list",
    ("transaction_references", "text_length"): "One of the references is longer than 100 characters",
    ("transaction_references", "too_many"): "Give at most 20 references; put the others in what happened",
    ("remedy", "text_length"): "This is too long: shorten it to 2,000 characters",
    ("name", "required"): "Write your name",
    ("name", "text_length"): "Your name is too long: shorten it to 200 characters",
    ("email", "required"): "Write your e-mail address",
    ("email", "email"): "Write an e-mail address such as name@example.com",
    ("account", "text_length"): "This is too long: shorten it to 100 characters",
    ("brand", "required"): "Choose whom your complaint is about",
    ("brand", "unknown_brand"): "Choose whom your complaint is about from the list",
    ("jurisdiction", "required"): "Choose where your account is held",
    ("jurisdiction", "unknown_jurisdiction"): "Choose a place that belongs to the brand of your complaint",
    ("text", "required"): "Write your reply",
    ("score", "required"): "Choose a number from 1 to 5",
}


def problem(field: str, rule: str) -> str:
    """What to tell about a field that breaks a rule."""
    return FIELD_PROBLEMS.get((field, rule)) or PROBLEMS.get(rule) or "Check this field"


# --- Where a complaint stands ------------------------------------------------------------------------

STAGES: Mapping[Stage, tuple[str, str]] = {
    Stage.RECEIVED: (
        "We have your complaint",
        "It is safe with us. You get a confirmation by e-mail, then a team looks into what happened.",
    ),
    Stage.ACKNOWLEDGED: (
        "We have confirmed your complaint",
        "The confirmation is in your e-mail. Next, a team looks into what happened.",
    ),
    Stage.INVESTIGATING: (
        "We are looking into it",
        "A team is checking what happened. You need not do anything unless we ask you something here.",
    ),
    Stage.DEADLOCKED: (
        "You can take your complaint further",
        "We have not reached an answer in time. You need not wait for us: an independent body can decide.",
    ),
    Stage.DECIDED: (
        "We have decided",
        "Our answer is on its way to you by e-mail.",
    ),
    Stage.RESOLVED: (
        "You have our answer",
        "We have sent it to you by e-mail. If you do not agree with it, you can take your complaint further.",
    ),
    Stage.CLOSED: (
        "Your complaint is closed",
        "Nothing more is open between us about it. This page stays here for you to read.",
    ),
}
WAITING = (
    "We are waiting for your answer",
    "A team is checking what happened and needs to know something from you.",
)
WITHDRAWN = ("You withdrew your complaint", "It is closed. This page stays here for you to read.")

AT_BODY = (
    "The independent body has your complaint",
    "It decides now, and we give it what it asks us for.",
)
DEEMED = (
    "Your complaint counts as accepted",
    "We did not answer in time, so the law takes your complaint for accepted. You hear from us what follows.",
)

# --- The dates ---------------------------------------------------------------------------------------

SOME_BODY = "the independent body"

# The clocks that the player is told of, in this order; the others are the operator's own business.
PROMISES: Mapping[str, str] = {
    promises.ACK: "We confirm that we have your complaint",
    promises.NOTICE: "You have our answer, or we tell you when it comes",
    promises.FINAL: "You get our final answer",
    promises.ANNOUNCED: "You get our final answer, as we wrote you later",
    promises.GATEWAY: "You may turn to {body}",
    promises.ADR_WINDOW: "Your last day to turn to {body}",
    promises.ADR_REPLY: "We answer {body}",
    promises.ADR_DECISION: "{body} should decide",
}
BY, FROM, SINCE = "By {until}", "From {opening}", "Since {moment}"
IN_ZONE = "{date} (time of {zone})"
STANDS_STILL = "No date yet: the clock has stood still since {moment}"
BECAUSE: Mapping[str, str] = {
    "awaiting_player_info": "We wait for your answer",
    "court": "A court deals with it",
    "police": "The police deal with it",
    "regulator": "The regulator deals with it",
}

AHEAD = "Still to come"
KEPT = "Kept on {moment}"
MISSED_SO_FAR = "Missed"
MISSED_UNTIL = "Missed, done on {moment}"
NOT_NEEDED = "No longer needed"
NOT_NEEDED_WITHDRAWN = "No longer needed: you withdrew"
ANSWERED_BY_REFERRAL = "On {moment} we told you how to take it further"
TOLD = "You heard from us on {moment}"
NOT_OPEN, OPEN, OPEN_UNANSWERED = "Not open yet", "Open", "Open: you need not wait for our answer"
FREE, INDEPENDENT = "Free of charge and independent of us", "Independent of us"
TURNED_TO, WINDOW_ENDED = "Done: it has your complaint", "This time has ended"
BODY_DECIDED, BODY_LATE = "Decided on {moment}", "Not decided yet"

# --- What happened so far ----------------------------------------------------------------------------


class Happened(Value):
    """A line of the timeline: `kind` as in `timeline.Entry`, `text` the name of the content it shows."""

    kind: str
    what: str
    text: str = ""


EVENTS: Mapping[type, Happened] = {
    e.ComplaintReceived: Happened(kind="you", what="You sent us your complaint"),
    e.Assigned: Happened(kind="us", what="A member of the team was put in charge of your complaint"),
    e.InformationRequested: Happened(kind="us", what="We asked you something", text="question"),
    e.PlayerReplied: Happened(kind="you", what="You wrote to us", text="text"),
    e.Escalated: Happened(
        kind="us", what="Your complaint went to a more senior person, to be answered in time"
    ),
    e.DecisionApproved: Happened(kind="us", what="We decided on your complaint"),
    e.DeemedAccepted: Happened(
        kind="us", what="We had not answered in time, so the law counts your complaint as accepted"
    ),
    e.Withdrawn: Happened(kind="you", what="You withdrew your complaint", text="reason"),
}
TEAM_TOOK_OVER = "The team {team} took over your complaint"
RATED = "You rated the way we handled this: {score} of 5"
MISSED: Mapping[str, str] = {
    promises.ACK: "We confirmed your complaint later than we had to",
    promises.FINAL: "We did not give you our final answer in time",
    promises.ANNOUNCED: "We did not give you our final answer by the date that we wrote you",
    promises.ADR_REPLY: "We did not answer the independent body in time",
}
ROUTE_OPENED = "You may now turn to {body}"

# Of a pause: the time for the answer stops, or only that until the outside route opens.
ANSWER_PAUSED: Mapping[str, str] = {
    "awaiting_player_info": "The time for our answer stands still, because we wait for your answer",
    "court": "The time for our answer stands still, because a court deals with it",
    "police": "The time for our answer stands still, because the police deal with it",
    "regulator": "The time for our answer stands still, because the regulator deals with it",
}
ROUTE_PAUSED: Mapping[str, str] = {
    "awaiting_player_info": "The time until you may go further stands still, because we wait for your answer",
    "court": "The time until you may go further stands still, because a court deals with it",
    "police": "The time until you may go further stands still, because the police deal with it",
    "regulator": "The time until you may go further stands still, because the regulator deals with it",
}
RESUMED: Mapping[str, str] = {
    "player_reply": "The time runs again, because you answered",
    "max_reached": "The time runs again, because it had stood still for as long as it may",
    "operator": "The time runs again",
    "settled": "The time runs again, because we have decided on the next step",
    "not_told": "The time never stood still, because we could not reach you to tell you",
}
EXTENDED: Mapping[str, str] = {
    "ack": "We take more time to confirm your complaint",
    "interim": "We take more time to tell you when our answer comes",
    "final": "We take more time for our answer",
}
MORE_TIME = "We take more time"
NEW_DATE = "{what}, until {until}"
RECATEGORISED = "We now treat your complaint as one about: {category}"
REFERRED = "{body} has your complaint"
BODY_ANSWERED = "We answered {body}"
BODY_OUTCOMES: Mapping[str, str] = {
    "upheld": "{body} agreed with your complaint",
    "partly_upheld": "{body} agreed with part of your complaint",
    "rejected": "{body} did not agree with your complaint",
    "settled": "{body} closed your complaint: it was settled",
    "discontinued": "{body} ended its work on your complaint without a decision",
}

LETTERS: Mapping[str, str] = {
    LetterKind.ACKNOWLEDGEMENT: "We confirmed that we have your complaint",
    LetterKind.INFORMATION_REQUEST: "We sent you our question",
    LetterKind.PAUSE: "We told you why the time stands still",
    LetterKind.EXTENSION: "We told you that we need more time",
    LetterKind.HOLDING: "We told you when our answer comes",
    LetterKind.PROGRESS: "We told you how far we are",
    LetterKind.FINAL_RESPONSE: "We sent you our final answer",
    LetterKind.DEADLOCK: "We told you how to take your complaint to the independent body",
    LetterKind.FEEDBACK_REQUEST: "We asked how you found the way we handled this",
}
CLOSINGS: Mapping[str, str] = {
    "completed": "Your complaint was closed",
    "feedback_window_ended": "Your complaint was closed",
    "adr_window_ended": "Your complaint was closed: the time to turn to the independent body has ended",
    "adr_decided": "Your complaint was closed: the independent body is done with it",
    "withdrawn": "Your complaint was closed",
}

SCORES: Mapping[str, str] = {
    "5": "5, very well",
    "4": "4, well",
    "3": "3, neither well nor badly",
    "2": "2, badly",
    "1": "1, very badly",
}

# --- What a page says after something was done, or could not be --------------------------------------

DONE: Mapping[str, str] = {
    "reply": "Your message has reached us.",
    "withdraw": "Your complaint has been withdrawn.",
    "feedback": "Thank you for your rating.",
}
FORM_USED = (
    "This form was sent before, with other content. What you wrote is still here: if it is a new complaint,"
    " check it and send it again."
)
FORM_EXPIRED = "This form was incomplete. What you wrote is still here: check it and send it again."
REPLY_USED = (
    "This form was sent before, with other content. What you wrote is still here: check it and send it again."
)
BUSY = "This could not be stored just now. What you wrote is still here: send it again in a moment."
NOT_POSSIBLE: Mapping[str, str] = {
    "reply": "Your message could not be added: the complaint is closed.",
    "withdraw": "The complaint can no longer be withdrawn: see below where it stands.",
    "feedback": "A rating is not open now: either you gave one, or the time for it has not come or is over.",
}


@dataclass(frozen=True)
class Refusal:
    """A page that answers with no content of its own: its title and what to do instead."""

    title: str
    text: str


REFUSALS: Mapping[str, Refusal] = {
    "not_found": Refusal(
        "This page does not exist",
        "Check that you have the whole link from your e-mail. If it was cut in two, copy both parts into the"
        " address bar, without a gap.",
    ),
    "method": Refusal(
        "This cannot be done here",
        "Go back to the page you came from and use its buttons.",
    ),
    "unreadable": Refusal(
        "We could not read what was sent",
        "Nothing was stored. Go back, check what you wrote and send it again.",
    ),
}
