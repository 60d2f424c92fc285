"""What is seen in a network's answers beside single figures: curves, calibration, mistakes."""
