"""Nothing of the catalogues is left out: PyTorch has it, or its docstring names another source."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping

import pytest
import torch_layers
import torch_losses
import torch_optimizers
import torch_schedules

from nnstudio.engine.catalogue import LAYERS, LOSSES, OPTIMIZERS, SCHEDULES

#: A catalogue, what of it has a counterpart, and the sources of the rest.
PAIRINGS = {
    "layers": (LAYERS, torch_layers.COUNTERPARTS, torch_layers.WITHOUT_COUNTERPART),
    "losses": (LOSSES, torch_losses.COUNTERPARTS, torch_losses.WITHOUT_COUNTERPART),
    "optimizers": (
        OPTIMIZERS,
        torch_optimizers.COUNTERPARTS | torch_optimizers.SEARCHING,
        torch_optimizers.WITHOUT_COUNTERPART,
    ),
    "schedules": (SCHEDULES, torch_schedules.COUNTERPARTS, torch_schedules.WITHOUT_COUNTERPART),
}

each_pairing = pytest.mark.parametrize(
    ("catalogue", "counterparts", "without"), PAIRINGS.values(), ids=PAIRINGS
)


@each_pairing
def test_each_name_has_either_a_counterpart_or_a_source(
    catalogue: Mapping[str, type], counterparts: Mapping[type, object], without: Mapping[str, str]
) -> None:
    paired = {cls.__name__ for cls in counterparts}
    assert paired | without.keys() == catalogue.keys(), "pair it in tests/parity/torch_*.py"
    assert not paired & without.keys()


@each_pairing
def test_what_has_no_counterpart_names_its_source_and_formula(
    catalogue: Mapping[str, type], counterparts: Mapping[type, object], without: Mapping[str, str]
) -> None:
    for name, source in without.items():
        cls = catalogue[name]
        package = sys.modules[cls.__module__.rpartition(".")[0]]
        told = f"{cls.__doc__}\n{inspect.getmodule(cls).__doc__}\n{package.__doc__}"
        assert source in told, f"{name} should name {source}"
        formula = getattr(cls, "formula", "")
        assert formula or f"| {name} " in told, f"{name} should say its formula"
