"""The Evaluate panel's pages: figures, confusion, mistakes, curves, calibration, residuals."""
