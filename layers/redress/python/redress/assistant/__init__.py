"""The assistant: answers questions, shows a complaint to its key holder, writes a new one down, hands over.

It is a table of what it may say (`lines`), phrases by which it knows what is meant (`phrases.toml`), and one
pure function (`dialogue.reply`). Nothing it says comes from anywhere else, and it keeps nothing: what it has
to remember travels with the page or the caller.
"""
