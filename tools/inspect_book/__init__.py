"""Handbooks, measured from their finished PDFs by programs that did not make them."""
