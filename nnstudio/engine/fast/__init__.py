"""What is done for speed, beside the layers that say what is computed.

Each class here computes the same as a layer, or a layer and its neighbour, elsewhere in the engine,
which stays the readable form and the oracle of the tests. :mod:`choice` decides where one takes the
place of the other.
"""
