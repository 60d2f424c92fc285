"""Trying a network out: the drawing pad, fields for numbers, and the bars of its answer."""
