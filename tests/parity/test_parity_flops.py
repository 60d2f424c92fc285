"""Weighted sums take as many operations as PyTorch counts, which leaves out biases."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch_layers
from layer_examples import EXAMPLES, Bench, Example
from peer import batch_first, tensor
from torch.utils.flop_counter import FlopCounterMode

from nnstudio.engine.conv import Conv1D, Conv2D, ConvTranspose2D
from nnstudio.engine.dense import Dense

WEIGHTED = [e for e in EXAMPLES if isinstance(e.layer, (Dense, Conv1D, Conv2D, ConvTranspose2D))]


@pytest.mark.parametrize("example", WEIGHTED, ids=str)
def test_weighted_sums_take_what_pytorchs_counter_counts(example: Example) -> None:
    without_bias = example._replace(layer=replace(example.layer, use_bias=False))
    bench = Bench(without_bias, 1)
    v = {name: tensor(array) for name, array in bench.v.items()}
    with FlopCounterMode(display=False) as counter:
        torch_layers.apply(without_bias.layer, v, [batch_first(x) for x in bench.xs], False)
    assert without_bias.layer.flops(*example.shapes) == counter.get_total_flops()
