"""The tags that each letter carries to SES, which SES tells again with whatever became of the letter."""

COMPLAINT_TAG, LETTER_TAG = "complaint", "letter"
"""The complaint's number; the letter's key."""
