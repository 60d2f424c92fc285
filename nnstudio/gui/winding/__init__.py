"""Winding a run back: the bar below the canvas, its slider, and the run as a film."""
