"""Chunks to one PDF."""
