"""Pages captured from a question hub."""
