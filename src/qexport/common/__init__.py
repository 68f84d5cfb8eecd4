"""What every package uses: errors, limits, text that comes in, files that go out."""
