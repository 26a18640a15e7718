"""Three years of complaints under seven licences, made by the domain and counted once more."""
