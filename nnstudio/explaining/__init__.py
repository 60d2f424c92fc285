"""Explaining: what in one example a network's answer comes from.

| module               | what it is about                                                       |
|----------------------|------------------------------------------------------------------------|
| :mod:`score`         | which number of the answer is to be explained                          |
| :mod:`sensitivity`   | ∂score/∂everything: one pass forward and one backward                  |
| :mod:`saliency`      | gradient, gradient × input, SmoothGrad, integrated gradients           |
| :mod:`grad_cam`      | where the maps of a convolution speak for a class                      |
| :mod:`convolution`   | how one number of a convolution's map is made                          |
| :mod:`derivations`   | how one number of any layer came about, as an equation                 |
"""
