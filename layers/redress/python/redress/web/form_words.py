"""What the complaint form says: its choices, what is wrong with a field, why it was not stored."""

from collections.abc import Mapping

from redress.language import Language, msg

# The currencies offered, the usual one first; the API takes every one of ISO 4217.
CURRENCIES = (
    *("GBP", "EUR", "USD", "CAD", "AUD", "NZD", "CHF", "SEK", "NOK", "DKK", "ISK", "PLN", "CZK", "HUF"),
    *("RON", "BRL", "JPY"),
)

PROBLEMS: Mapping[str, str] = {
    "required": msg("Fill in this field"),
    "text": msg("Write this as text"),
    "text_length": msg("This is too long: shorten it"),
    "control_character": msg(
        "This contained invisible control characters. We have taken them out: check it and send it again"
    ),
}
FIELD_PROBLEMS: Mapping[tuple[str, str], str] = {
    ("category", "required"): msg("Choose what your complaint is about"),
    ("category", "unknown_category"): msg("Choose what your complaint is about from the list"),
    ("description", "required"): msg("Tell us what happened"),
    ("occurred_on", "date"): msg("Write a date that exists, with day, month and year"),
    ("occurred_on", "date_in_future"): msg("The date is in the future: give today or an earlier day"),
    ("occurred_on", "date_too_early"): msg("Check the year: it is too long ago"),
    ("amount", "amount"): msg("Write the amount in figures, such as 250 or 12.50"),
    ("amount", "amount_digits"): msg("The amount has too many decimal digits for its currency"),
    ("amount", "amount_range"): msg("Write an amount above zero that somebody could have paid"),
    ("currency", "currency"): msg("Choose the currency of the amount"),
    ("transaction_references", "text_length"): msg("One of the references is longer than 100 characters"),
    ("transaction_references", "too_many"): msg("Give at most 20 references, the others in what happened"),
    ("remedy", "text_length"): msg("This is too long: shorten it to 2,000 characters"),
    ("name", "required"): msg("Write your name"),
    ("name", "text_length"): msg("Your name is too long: shorten it to 200 characters"),
    ("email", "required"): msg("Write your e-mail address"),
    ("email", "email"): msg("Write an e-mail address such as name@example.com"),
    ("account", "text_length"): msg("This is too long: shorten it to 100 characters"),
    ("residence", "residence"): msg("Choose the country where you live from the list"),
    ("brand", "required"): msg("Choose whom your complaint is about"),
    ("brand", "unknown_brand"): msg("Choose whom your complaint is about from the list"),
    ("jurisdiction", "required"): msg("Choose where your account is held"),
    ("jurisdiction", "unknown_jurisdiction"): msg("Choose a place that belongs to that brand"),
    ("text", "required"): msg("Write your reply"),
    ("score", "required"): msg("Choose a number from 1 to 5"),
    ("ground", "required"): msg("Choose why you ask"),
    ("why", "required"): msg("Tell us why we should look again"),
}


def problem(language: Language, field: str, rule: str) -> str:
    """What to tell about a field that breaks a rule."""
    return language.say(FIELD_PROBLEMS.get((field, rule)) or PROBLEMS.get(rule) or msg("Check this field"))


# Of an amount like 1.234, which some write for a thousand and some for one: what it was read as.
MEANT_THOUSANDS = msg("We cannot be sure what this amount is. If you mean {amount}, write {figures}")
OTHER_CURRENCY = msg("The amount has the sign of another currency: choose the currency you mean")
TOO_LONG = msg("Your text has {length} characters: shorten it to {limit}")
TOO_LONG_TO_SHOW = msg(
    "Your text has {length} characters: shorten it to {limit}. Only its first {shown} are shown below"
)

# --- Why a form was not stored ---

FORM_USED = msg(
    "You sent this form already, with other content, and we have that complaint. To add something to it, use"
    " the private link in our e-mail about it. If this is a new complaint, check what you wrote and send it."
)
SENT_BEFORE = msg(
    "We already have this complaint: you sent us exactly the same before. To add to it, use the private link"
    " in your e-mail. If you mean another complaint, send it once more."
)
FORM_EXPIRED = msg("This form was incomplete. What you wrote is still here: check it and send it again.")
BUSY = msg("This could not be stored just now. What you wrote is still here: send it again in a moment.")
