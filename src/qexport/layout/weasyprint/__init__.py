"""The only package that imports WeasyPrint."""
