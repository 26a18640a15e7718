"""What an access export says of events, and what it leaves out of them, with the reason."""

from collections.abc import Mapping

from redress.domain import events as e

EVENTS: Mapping[type[e.Event], str] = {
    e.ComplaintReceived: "The complaint was received",
    e.Released: "A person found that the complaint is none of spam",
    e.PrivateLinkRequested: "The private link was asked for again",
    e.Acknowledged: "The complaint was acknowledged",
    e.Triaged: "The complaint was weighed and given to a team",
    e.TriageOverruled: "A person weighed the complaint otherwise",
    e.HarmSignalled: "Something in the text asked for a person at once",
    e.Assigned: "A person or a team took the complaint over",
    e.NoteAdded: "A note was written",
    e.ContextAttached: "References to records in other systems were added",
    e.InformationRequested: "You were asked a question",
    e.PlayerReplied: "You wrote",
    e.Recategorised: "The complaint was put into another category",
    e.PackVersionAdopted: "The complaint goes by another version of the rules",
    e.ClockPaused: "The time for the answer stopped",
    e.ClockResumed: "The time for the answer runs again",
    e.DeadlineExtended: "The time for the answer was made longer",
    e.MilestoneReached: "A date was reached",
    e.DeemedAccepted: "The law takes the complaint for accepted, as it was not answered in time",
    e.Escalated: "The complaint went up to a supervisor",
    e.DecisionProposed: "A decision was proposed",
    e.DecisionReturned: "The proposed decision was sent back",
    e.DecisionApproved: "The decision was made",
    e.RedressPaid: "Redress was paid",
    e.Reopened: "You did not accept the outcome, or brought something new",
    e.DuplicateLinked: "Another complaint of yours goes on in this one",
    e.LinkedAsDuplicate: "The complaint goes on in another one of yours",
    e.DeadlockDeclared: "You were referred to an independent body",
    e.ReferredToAdr: "The complaint is at an independent body",
    e.AdrAnswered: "We answered the independent body",
    e.AdrOutcomeRecorded: "The independent body decided",
    e.Withdrawn: "You took the complaint back",
    e.FeedbackGiven: "You rated how it went",
    e.TaskOpened: "A person was asked to do something",
    e.TaskClosed: "What a person was asked to do is done, or not needed",
    e.LetterClaimed: "A letter was about to be sent",
    e.LetterSent: "A letter was sent",
    e.LetterRefused: "A letter could not be sent",
    e.LetterDelivered: "A letter was delivered",
    e.LetterDelayed: "A letter was delayed on its way",
    e.LetterBounced: "A letter came back",
    e.LetterMarkedAsSpam: "A letter was marked as spam",
    e.ContactAdded: "Another address of yours was noted",
    e.MailReceived: "A mail came",
    e.MailAccepted: "A person found that a mail is yours",
    e.MailRejected: "A person found that a mail is not yours",
    e.SurveyDeclined: "You want no more questions about how it went",
    e.EvidenceAdded: "A file came",
    e.EvidenceRefused: "A file was not taken",
    e.EvidenceScanned: "A file was scanned for malware",
    e.LegalHoldPlaced: "What is known has to be kept, as for a court",
    e.LegalHoldLifted: "What is known need no longer be kept for a court",
    e.ErasureOrdered: "The erasure of what is known of you was ordered",
    e.PersonalDataErased: "What was known of you was erased",
    e.SubjectStated: "It was noted which product or payment it is about",
    e.CauseFound: "It was noted what lies at the root of it",
    e.Closed: "The complaint was closed",
}

SIGNALS = (
    "By which signals we notice harm or abuse: told, they would stop working for other players"
    " (Art. 15(4) and recital 63 GDPR)."
)
COURT = "Why it is kept: preparing or defending a legal claim (Art. 15(4) GDPR, and recital 63)."
NOT_YOURS = "A mail of which nobody has found that it is yours: it may be another person's (Art. 15(4) GDPR)."
STAFF = (
    "Who of our people acted is told by their role alone: their names and ids are theirs (Art. 15(4) GDPR)."
)
STAFF_LETTERS = (
    "Notices to our own people: they tell what stands here, and name our people (Art. 15(4) GDPR)."
)
LINKS = "The private links in our letters: whoever has one can act for you, and a copy may be passed on."

NOTES = (
    "This is what is kept about you in the system for complaints.",
    "Texts are as they were written, without keys of ours. What our people wrote about you is here, too.",
    "Letters are written again from what was on record when they left, in the words of today's templates.",
    "Facts stay when what is personal is erased: the chain that proves them holds no names and no texts.",
    "Backups keep what was erased for up to 35 days after it is gone here, and are read for nothing else.",
)
