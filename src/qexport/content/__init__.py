"""Text to safe HTML: markup, pictures, templates, themes."""
