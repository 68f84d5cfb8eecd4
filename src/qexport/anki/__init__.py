"""What an .apkg is: notes, the package's file, and reading one back."""
