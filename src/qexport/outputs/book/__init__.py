"""What the handbook and other outputs on paper share: their text, style, parts, lists, and how they are bound."""
