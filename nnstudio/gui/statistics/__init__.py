"""What the Histograms panel shows beside its plots."""
