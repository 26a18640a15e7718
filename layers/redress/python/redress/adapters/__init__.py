"""The outside world behind narrow doors: mail, workflow, secrets, queue."""
