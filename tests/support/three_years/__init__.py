"""Three years of complaints under seven licences, made by the domain itself, and counted once more by others."""
