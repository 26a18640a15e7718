"""What the pages say: messages in the words of a player, not those of the field."""

from collections.abc import Mapping
from dataclasses import dataclass

from redress.domain import events as e
from redress.domain import promises
from redress.domain.categories import Category
from redress.domain.correspondence import LetterKind
from redress.domain.stages import Stage
from redress.domain.values import Value
from redress.language import msg

CATEGORIES: Mapping[str, str] = {
    Category.DEPOSITS_WITHDRAWALS: msg("Deposits and withdrawals"),
    Category.BONUSES: msg("Bonuses and promotions"),
    Category.GAME_RESULTS: msg("The result of a game"),
    Category.BET_SETTLEMENT: msg("How a bet was settled"),
    Category.ACCOUNT: msg("My account, if it was closed or limited"),
    Category.VERIFICATION: msg("Checks of my identity or documents"),
    Category.SAFER_GAMBLING: msg("Safer gambling, limits and self-exclusion"),
    Category.TECHNICAL: msg("Something that did not work"),
    Category.PRIVACY: msg("My personal data"),
    Category.OTHER: msg("Something else"),
}

OUTCOMES: Mapping[str, str] = {
    "upheld": msg("We agree with your complaint."),
    "partly_upheld": msg("We agree with part of your complaint."),
    "rejected": msg("We do not agree with your complaint."),
    "goodwill": msg("We do not agree with your complaint, but we want to make it good."),
    "out_of_scope": msg("This is not something we can decide as a complaint."),
    "deemed_accepted": msg("Your complaint counts as accepted, because we did not answer it in time."),
    "withdrawn": msg(
        "You told us that you take your complaint back, so we closed it without deciding on it."
    ),
}
ANSWER, FIRST_ANSWER = msg("Our answer"), msg("Our first answer")
SECOND_ANSWER = msg("Our answer after looking again")

# What was decided to be given, and what was, by the kind that the handler chose.
REDRESS: Mapping[str | None, str] = {
    "refund": msg("We refund you {amount}."),
    "compensation": msg("We pay you {amount} as compensation."),
    "bonus": msg("We credit you with a bonus of {amount}."),
    "correction": msg("We correct your account by {amount} in your favour."),
    "other": msg("We pay you {amount}."),
    None: msg("We pay you {amount}."),
}
PAID: Mapping[str | None, str] = {
    "refund": msg("We refunded you {amount} on {day}"),
    "compensation": msg("We paid you {amount} as compensation on {day}"),
    "bonus": msg("We credited you with a bonus of {amount} on {day}"),
    "correction": msg("We corrected your account by {amount} in your favour on {day}"),
    "other": msg("We paid you {amount} on {day}"),
    None: msg("We paid you {amount} on {day}"),
}

# --- Where a complaint stands ------------------------------------------------------------------------

STAGES: Mapping[Stage, tuple[str, str]] = {
    Stage.RECEIVED: (
        msg("We have your complaint"),
        msg("It is safe with us. You get a confirmation by e-mail, then a team looks into what happened."),
    ),
    Stage.ACKNOWLEDGED: (
        msg("We have confirmed your complaint"),
        msg("The confirmation is in your e-mail. Next, a team looks into what happened."),
    ),
    Stage.INVESTIGATING: (
        msg("We are looking into it"),
        msg("A team is checking what happened. You need not do anything unless we ask you something here."),
    ),
    Stage.DEADLOCKED: (
        msg("You can take your complaint further"),
        msg(
            "We have found no answer that settles it. You need not wait for us: an independent body can"
            " decide."
        ),
    ),
    Stage.DECIDED: (
        msg("We have decided"),
        msg("Our answer is on its way to you by e-mail."),
    ),
    Stage.RESOLVED: (
        msg("You have our answer"),
        msg(
            "We have sent it to you by e-mail. If you do not agree with it, you can take your complaint"
            " further."
        ),
    ),
    Stage.CLOSED: (
        msg("Your complaint is closed"),
        msg("Nothing more is open between us about it. This page stays here for you to read."),
    ),
}
WAITING = (
    msg("We are waiting for your answer"),
    msg("A team is checking what happened and needs to know something from you."),
)
# The same once the player has reopened the complaint.
AGAIN: Mapping[Stage, tuple[str, str]] = {
    Stage.INVESTIGATING: (
        msg("We are looking at it again"),
        msg("Somebody who had no part in our first answer checks it anew. If we need you, we ask you here."),
    ),
    Stage.DECIDED: (
        msg("We have decided again"),
        msg("Our second answer is on its way to you by e-mail."),
    ),
    Stage.RESOLVED: (
        msg("You have our second answer"),
        msg("It is our last word. If you do not agree with it, you can take your complaint further."),
    ),
}
LINKED = (
    msg("Your complaint goes on in another one"),
    msg("We deal with it in your complaint {primary}. The letters about that one hold the link to its page."),
)
TOGETHER = msg("Your complaint {number} is part of this one. You get one answer to both.")
# A complaint whose letters wait until a person has seen that it is no spam, and one that was found to be.
HELD = (
    msg("We have your complaint, and check it"),
    msg(
        "A person looks at it before letters about it leave. Its dates hold all the same: you find them"
        " below."
    ),
)
SPAM = (
    msg("Your complaint is closed"),
    msg(
        "A machine seems to have written it. If that is wrong, tell our customer service its number: it is"
        " then opened again."
    ),
)
TRAINING = msg(
    "This is practice: nobody complained, nothing here is owed, and no letter about it goes to a player."
)
UNREACHED = msg(
    "Our e-mails no longer reach you. You can read our letters on this page, and tell us another address"
    " here."
)
WITHDRAWN = (msg("You withdrew your complaint"), msg("It is closed. This page stays here for you to read."))

AT_BODY = (
    msg("The independent body has your complaint"),
    msg("It decides now, and we give it what it asks us for."),
)
DEEMED = (
    msg("Your complaint counts as accepted"),
    msg(
        "We did not answer in time, so the law takes your complaint for accepted. You hear from us what"
        " follows."
    ),
)

STEPS: Mapping[str, str] = {
    "received": msg("Received"),
    "confirmed": msg("Confirmed"),
    "looked_into": msg("Looked into"),
    "answered": msg("Answered"),
    "referred": msg("Referred"),
    "looked_into_again": msg("Looked into again"),
    "answered_again": msg("Answered again"),
    "closed": msg("Closed"),
}
STATES: Mapping[str, str] = {"done": msg("done"), "current": msg("now"), "ahead": msg("still to come")}

# What the player told us, in the order in which the page repeats it.
TOLD_US: Mapping[str, str] = {
    "category": msg("About"),
    "description": msg("What happened"),
    "occurred_on": msg("When"),
    "amount": msg("Amount"),
    "references": msg("References"),
    "remedy": msg("What you ask for"),
    "account": msg("Your account"),
}

# --- The dates ---------------------------------------------------------------------------------------

SOME_BODY = msg("the independent body")

# The clocks that the player is told of, in this order; the others are the operator's own business.
PROMISES: Mapping[str, str] = {
    promises.ACK: msg("We confirm that we have your complaint"),
    promises.NOTICE: msg("You have our answer, or we tell you when it comes"),
    promises.FINAL: msg("You get our final answer"),
    promises.ANNOUNCED: msg("You get our final answer, as we wrote you later"),
    promises.REVIEW: msg("You get our answer after we looked again"),
    promises.GATEWAY: msg("You may turn to {body}"),
    promises.ADR_WINDOW: msg("Your last day to turn to {body}"),
    promises.ADR_REPLY: msg("We answer {body}"),
    promises.ADR_DECISION: msg("{body} should decide"),
}
SINCE = msg("Since {moment}")
STANDS_STILL = msg("No date yet: the clock has stood still since {moment}")
BECAUSE: Mapping[str, str] = {
    "awaiting_player_info": msg("We wait for your answer"),
    "court": msg("A court deals with it"),
    "police": msg("The police deal with it"),
    "regulator": msg("The regulator deals with it"),
}

AHEAD = msg("Still to come")
KEPT = msg("Kept on {moment}")
MISSED_SO_FAR = msg("Missed")
MISSED_UNTIL = msg("Missed, done on {moment}")
NOT_NEEDED = msg("No longer needed")
NOT_NEEDED_WITHDRAWN = msg("No longer needed: you withdrew")
NOT_NEEDED_LINKED = msg("No longer needed: it goes on in complaint {primary}")
ANSWERED_BY_REFERRAL = msg("On {moment} we told you how to take it further")
HEARD = msg("You heard from us on {moment}")
NOT_OPEN, OPEN = msg("Not open yet"), msg("Open")
OPEN_UNANSWERED = msg("Open: you need not wait for our answer")
FREE, INDEPENDENT = msg("Free of charge and independent of us"), msg("Independent of us")
TURNED_TO, WINDOW_ENDED = msg("Done: it has your complaint"), msg("This time has ended")
BODY_DECIDED, BODY_LATE = msg("Decided on {moment}"), msg("Not decided yet")

# --- What happened so far ----------------------------------------------------------------------------


class Happened(Value):
    """A line of the timeline: `kind` as in `timeline.Entry`, `text` the name of the content it shows."""

    kind: str
    what: str
    text: str = ""


EVENTS: Mapping[type, Happened] = {
    e.ComplaintReceived: Happened(kind="you", what=msg("You sent us your complaint")),
    e.InformationRequested: Happened(kind="us", what=msg("We asked you something"), text="question"),
    e.PlayerReplied: Happened(kind="you", what=msg("You wrote to us"), text="text"),
    e.DecisionApproved: Happened(kind="us", what=msg("We decided on your complaint")),
    e.DeemedAccepted: Happened(
        kind="us", what=msg("We had not answered in time, so the law counts your complaint as accepted")
    ),
    e.Withdrawn: Happened(kind="you", what=msg("You withdrew your complaint"), text="reason"),
    e.ContactAdded: Happened(kind="us", what=msg("We noted another e-mail address of yours")),
    e.SurveyDeclined: Happened(kind="you", what=msg("You asked for no more questions about how it went")),
}
MAIL_CAME = msg("Your e-mail reached us")
MAIL_UNSURE = msg("An e-mail came, and we could not be sure that it was from you")
MAIL_LATE = msg("Your e-mail came when your complaint was closed")
MAIL_WAITS = msg("A person will look at it. What you write on this page reaches us at once.")
MAIL_WAITS_CLOSED = msg("A person will look at it.")
MAIL_FOUND: Mapping[str, str] = {
    "accepted": msg("A person looked at it: it counts as a message from you."),
    "rejected": msg("A person looked at it: it does not count as a message from you."),
}
TEAM_TOOK_OVER = msg("The team {team} took over your complaint")
IN_CHARGE = msg("A member of the team was put in charge of your complaint")
ESCALATED = msg("Your complaint went to a more senior person, to be answered in time")
NOTE = msg("We wrote you a message")
REOPENINGS: Mapping[str, str] = {
    "disputed": msg("You did not agree with our answer, so we look at your complaint again"),
    "new_information": msg("You told us something new, so we look at your complaint again"),
}
FILE_SENT, FILE_ADDED = msg("You sent us a file"), msg("We added a file")
FILE_REFUSED = msg("A file was not taken: you find beneath the files why")
TAKEN_TOGETHER = msg("We now deal with your complaint {number} together with this one")
GOES_ON_IN = msg("Your complaint goes on in complaint {number}, which is about the same")
DEADLOCK = msg("We had not reached an answer in time, so you may take your complaint further")
DEADLOCK_DECLARED = msg("We could not come to an agreement with you, so you may take your complaint further")
RATED = msg("You rated the way we handled this: {score} of 5")
MISSED: Mapping[str, str] = {
    promises.ACK: msg("We confirmed your complaint later than we had to"),
    promises.FINAL: msg("We did not give you our final answer in time"),
    promises.ANNOUNCED: msg("We did not give you our final answer by the date that we wrote you"),
    promises.ADR_REPLY: msg("We did not answer the independent body in time"),
}
ROUTE_OPENED = msg("You may now turn to {body}")

# Of a pause: the time for the answer stops, or only that until the outside route opens.
ANSWER_PAUSED: Mapping[str, str] = {
    "awaiting_player_info": msg("The time for our answer stands still, because we wait for your answer"),
    "court": msg("The time for our answer stands still, because a court deals with it"),
    "police": msg("The time for our answer stands still, because the police deal with it"),
    "regulator": msg("The time for our answer stands still, because the regulator deals with it"),
}
ROUTE_PAUSED: Mapping[str, str] = {
    "awaiting_player_info": msg(
        "The time until you may go further stands still, because we wait for your answer"
    ),
    "court": msg("The time until you may go further stands still, because a court deals with it"),
    "police": msg("The time until you may go further stands still, because the police deal with it"),
    "regulator": msg("The time until you may go further stands still, because the regulator deals with it"),
}
RESUMED: Mapping[str, str] = {
    "player_reply": msg("The time runs again, because you answered"),
    "max_reached": msg("The time runs again, because it had stood still for as long as it may"),
    "operator": msg("The time runs again"),
    "settled": msg("The time runs again, because we have decided on the next step"),
    "not_told": msg("The time never stood still, because we could not reach you to tell you"),
}
EXTENDED: Mapping[str, str] = {
    "ack": msg("We take more time to confirm your complaint"),
    "interim": msg("We take more time to tell you when our answer comes"),
    "final": msg("We take more time for our answer"),
}
MORE_TIME = msg("We take more time")
RECATEGORISED = msg("We now treat your complaint as one about: {category}")
REFERRED = msg("{body} has your complaint")
BODY_ANSWERED = msg("We answered {body}")
BODY_OUTCOMES: Mapping[str, str] = {
    "upheld": msg("{body} agreed with your complaint"),
    "partly_upheld": msg("{body} agreed with part of your complaint"),
    "rejected": msg("{body} did not agree with your complaint"),
    "settled": msg("{body} closed your complaint: it was settled"),
    "discontinued": msg("{body} ended its work on your complaint without a decision"),
}
AWARDED = msg("By that we owe you {amount}")

LETTERS: Mapping[str, str] = {
    LetterKind.ACKNOWLEDGEMENT: msg("We confirmed that we have your complaint"),
    LetterKind.INFORMATION_REQUEST: msg("We sent you our question"),
    LetterKind.PAUSE: msg("We told you why the time stands still"),
    LetterKind.EXTENSION: msg("We told you that we need more time"),
    LetterKind.HOLDING: msg("We told you when our answer comes"),
    LetterKind.PROGRESS: msg("We told you how far we are"),
    LetterKind.FINAL_RESPONSE: msg("We sent you our final answer"),
    LetterKind.DEADLOCK: msg("We told you how to take your complaint to the independent body"),
    LetterKind.FEEDBACK_REQUEST: msg("We asked how you found the way we handled this"),
    LetterKind.MESSAGE: msg("We sent you our message"),
    LetterKind.REOPENED: msg("We told you that we look at your complaint again"),
    LetterKind.DUPLICATE: msg("We told you that two of your complaints go on as one"),
    LetterKind.PRIVATE_LINK: msg("We sent you the link to this page, as you asked"),
}
# What became of a letter since it left by mail.
DELIVERIES: Mapping[type, str] = {
    e.LetterDelivered: msg("Delivered to your e-mail provider on {moment}"),
    e.LetterDelayed: msg("Your e-mail provider has not taken it yet. We go on trying."),
    e.LetterBounced: msg("It could not be delivered. You can read it on this page."),
    e.LetterMarkedAsSpam: msg("It was marked as spam, so we send no more e-mails to that address."),
}
MEANS: Mapping[str, str] = {
    "email": msg("by e-mail"),
    "post": msg("by post"),
    "phone": msg("by phone"),
    "in_person": msg("in person"),
    "chat": msg("by chat"),
}
CLOSINGS: Mapping[str, str] = {
    "completed": msg("Your complaint was closed"),
    "feedback_window_ended": msg("Your complaint was closed"),
    "adr_window_ended": msg("Your complaint was closed: the time to turn to the independent body has ended"),
    "adr_decided": msg("Your complaint was closed: the independent body is done with it"),
    "withdrawn": msg("Your complaint was closed"),
    "duplicate": msg("This complaint was closed, because it goes on in the other one"),
    "spam": msg("This complaint was closed, because a machine seems to have written it"),
}

GROUNDS: Mapping[str, str] = {
    "disputed": msg("I do not agree with the answer"),
    "new_information": msg("I have something new to tell"),
}

SCORES: Mapping[str, str] = {
    "5": msg("5, very well"),
    "4": msg("4, well"),
    "3": msg("3, neither well nor badly"),
    "2": msg("2, badly"),
    "1": msg("1, very badly"),
}

# --- What a page says after something was done, or could not be --------------------------------------

DONE: Mapping[str, str] = {
    "reply": msg("Your message has reached us."),
    "withdraw": msg("Your complaint has been withdrawn."),
    "feedback": msg("Thank you for your rating."),
    "dispute": msg("We look at your complaint again."),
}
REPLY_USED = msg(
    "This form was sent before, with other content. What you wrote is still here: check it and send it again."
)
NOT_POSSIBLE: Mapping[str, str] = {
    "reply": msg("Your message could not be added: the complaint is closed."),
    "withdraw": msg("The complaint can no longer be withdrawn: see below where it stands."),
    "feedback": msg(
        "A rating is not open now: either you gave one, or the time for it has not come or is over."
    ),
    "dispute": msg("We cannot look at the complaint again now: see below where it stands."),
}


@dataclass(frozen=True)
class Refusal:
    """A page that answers with no content of its own: its title and what to do instead (messages)."""

    title: str
    text: str


REFUSALS: Mapping[str, Refusal] = {
    "not_found": Refusal(
        msg("This page does not exist"),
        msg(
            "Check that you have the whole link from your e-mail. If it was cut in two, copy both parts into"
            " the address bar, without a gap."
        ),
    ),
    "method": Refusal(
        msg("This cannot be done here"),
        msg("Go back to the page you came from and use its buttons."),
    ),
    "unreadable": Refusal(
        msg("We could not read what was sent"),
        msg("Nothing was stored. Go back, check what you wrote and send it again."),
    ),
}
