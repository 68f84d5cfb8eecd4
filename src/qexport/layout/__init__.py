"""HTML to chunks: pages laid out one question at a time, and kept."""
