"""Recipes, bundles, releases and differences."""
