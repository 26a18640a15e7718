"""What Redress writes to players and staff: words, their two forms, and the check that nothing is missing."""
