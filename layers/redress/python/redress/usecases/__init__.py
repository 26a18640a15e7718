"""One module per thing a person or the system does; each takes its ports as arguments."""
