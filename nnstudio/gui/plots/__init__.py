"""Curves, fits and pictures of weights: what the live panels draw."""
