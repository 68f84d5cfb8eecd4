"""Foreign files to raw records."""
