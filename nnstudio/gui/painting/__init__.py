"""Making data by hand: points painted, curves drawn, pairs typed, drawings kept."""
