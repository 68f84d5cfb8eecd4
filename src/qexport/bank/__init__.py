"""The bank: its records, reading and checking them, choosing among them, and what its lock remembers."""
