"""The state machine of a complaint as reviewed data, and its picture."""
