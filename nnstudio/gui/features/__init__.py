"""What the Features panel does beside drawing: arranging points on a thread, asking for answers."""
