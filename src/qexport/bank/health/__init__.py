"""The state of a bank, reported and never changed: `examination.examine` runs every check."""
