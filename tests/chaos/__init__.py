"""Real processes on a real database, some of which are killed."""
