"""The engine: what a network computes, forward and backward, on numpy alone.

A good order to read it in: :mod:`layer` (what a layer is), :mod:`dense`, :mod:`activations`,
:mod:`losses`, :mod:`optimizers`; for pictures :mod:`windows`, :mod:`convolution`, :mod:`pooling`;
then :mod:`network`, which puts layers together, and
:mod:`update`, which puts together what happens between a gradient and the new weights.

Arrays are *batch-last*: a batch of N examples of shape ``(F,)`` is an array ``(F, N)``, one column
per example, so that a dense layer reads as on the page, ``y = W x + b``, and numpy's inner loops
run over the N numbers that lie side by side in memory.
"""
