"""Everything that describes or deploys the system."""
