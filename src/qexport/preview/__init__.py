"""Local servers: a page that follows the keyboard, and files on their way to a phone."""
