"""qexport: one bank of interview questions → a handbook to print and an Anki deck to study."""

__version__ = "0.1.0"
