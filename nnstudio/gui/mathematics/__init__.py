"""Formulas as mathematics: read from plain text, set in boxes, painted."""
