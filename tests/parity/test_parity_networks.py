"""Three hundred random networks: compiled and run by us, and computed by PyTorch.

Two hundred of them branch and merge, may read two inputs, share and freeze weights, and have up to
three outputs whose losses count differently.

In float64 their predictions, the loss and all its derivatives and twenty steps of an optimizer; in
float32 the same with one step. Hypothesis draws them, so one that fails is made small first.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from optimizer_examples import EXAMPLES
from random_networks import RandomNetwork, networks

from nnstudio.engine.optimizers import Optimizer

#: Of each kind; more in the profile “explore”.
NETWORKS = max(100, settings().max_examples)


def softened(optimizer: Optimizer) -> Optimizer:
    """The same with ε = 10⁻⁴, where it has one.

    With the usual 10⁻⁸ a number whose gradient is 0 but for rounding makes a step all the same,
    up or down as rounding has it.
    """
    return replace(optimizer, epsilon=1e-4) if hasattr(optimizer, "epsilon") else optimizer


#: Optimizers with rates at which one step leads somewhere; for twenty steps a thirtieth of them.
#: None is centred: a mean of squares less a square of the mean is little, and made of rounding.
OPTIMIZERS = [
    (softened(optimizer), rate)
    for optimizer, rate in EXAMPLES
    if not getattr(optimizer, "centered", False)
]

Chosen = tuple[Optimizer, float]


@pytest.mark.timeout(600)
@settings(max_examples=NETWORKS)
@given(networks(branching=False), st.sampled_from(OPTIMIZERS))
def test_networks_in_one_line_agree_with_pytorch(drawn: RandomNetwork, chosen: Chosen) -> None:
    compare(drawn, *chosen)


@pytest.mark.timeout(600)
@settings(max_examples=2 * NETWORKS)
@given(networks(branching=True), st.sampled_from(OPTIMIZERS))
def test_networks_with_branches_agree_with_pytorch(drawn: RandomNetwork, chosen: Chosen) -> None:
    compare(drawn, *chosen)


def compare(drawn: RandomNetwork, optimizer: Optimizer, rate: float) -> None:
    wide = drawn.side_by_side()
    assume(wide is not None)
    assert wide is not None
    wide.compare_predictions()
    wide.compare_gradients()
    wide.compare_training(optimizer, rate / 30)
    narrow = wide.narrowed()
    narrow.compare_predictions()
    narrow.compare_gradients()
    narrow.compare_one_step(optimizer, rate)
