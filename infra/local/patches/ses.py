"""The mail view: what the platform sent, as a page for people and as JSON for programs."""
