"""What training has made, frozen: blobs, hashes, transfer to another design, and resuming."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_runs import (
    LINE,
    LINE_NETWORK,
    LINE_SETTINGS,
    SPIRAL,
    SPIRAL_NETWORK,
    SPIRAL_SETTINGS,
    drive,
    line_session,
    network_of,
    spiral_session,
)

from nnstudio.engine.activations import ReLU
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.normalisation import BatchNorm
from nnstudio.engine.shaping import Input
from nnstudio.training.session import Session
from nnstudio.training.standing import slot_views
from nnstudio.training.trained import Blob, Trained, freeze, transfer, weights_sha256

# ---------------------------------------------------------------- blobs and hashes


def test_a_blob_is_a_copy_that_can_not_be_changed() -> None:
    array = np.arange(3.0)
    blob = Blob.of(array)
    array[0] = 9
    np.testing.assert_array_equal(blob.array, [0, 1, 2])
    with pytest.raises(ValueError, match="read-only"):
        blob.array[0] = 1


def test_blobs_are_equal_if_kind_shape_and_every_bit_are() -> None:
    base = np.zeros((2, 3), np.float32)
    assert Blob.of(base) == Blob.of(np.asfortranarray(base))
    assert hash(Blob.of(base)) == hash(Blob.of(base.copy()))
    for other in (base.astype(np.float64), base.reshape(3, 2), base.view(np.int32), -base):
        assert Blob.of(base) != Blob.of(other)
    assert Blob.of(np.zeros((0, 3), np.float32)) != Blob.of(np.zeros((0, 2), np.float32))


def test_the_hash_of_weights_knows_every_bit_and_name_and_no_order() -> None:
    arrays = {("a", "weight"): np.ones((2, 2), np.float32), ("b", "bias"): np.zeros(2, np.float32)}
    base = weights_sha256(freeze(arrays))
    assert weights_sha256(freeze(dict(reversed(arrays.items())))) == base
    last_bit = np.nextafter(arrays["a", "weight"], 2)
    changed = (
        {**arrays, ("a", "weight"): last_bit},
        {("c", "weight"): arrays["a", "weight"], ("b", "bias"): arrays["b", "bias"]},
        {("a", "weight"): arrays["a", "weight"]},
    )
    assert len({base, *(weights_sha256(freeze(other)) for other in changed)}) == 4


def test_what_is_frozen_stays_when_the_session_goes_on() -> None:
    session = spiral_session()
    drive(session, batches=3)
    trained = session.trained()
    weights = {key: blob.array.copy() for key, blob in trained.weights.items()}
    slots = {
        (name, key): blob.array.copy()
        for name, kept in trained.slots.items()
        for key, blob in kept.items()
    }
    hash_before = trained.sha256
    drive(session)
    assert trained.sha256 == hash_before != session.trained().sha256
    for key, blob in trained.weights.items():
        np.testing.assert_array_equal(blob.array, weights[key])
    for (name, key), array in slots.items():
        np.testing.assert_array_equal(trained.slots[name][key].array, array)


def test_everything_the_network_has_is_frozen_by_key() -> None:
    trained = spiral_session().trained()
    assert set(trained.weights) == {
        (node, name)
        for node, names in {
            "n1": ("weight", "bias"),
            "n2": ("gamma", "beta", "running_mean", "running_var"),
            "n5": ("weight", "bias"),
        }.items()
        for name in names
    }
    assert set(trained.slots) == {"mean", "square"}
    learning = {key for key in trained.weights if not key[1].startswith("running")}
    assert all(set(slot) == learning for slot in trained.slots.values())
    assert trained.data_sha256 == SPIRAL.dataset.sha256
    assert trained.preparation == SPIRAL.preparation


def test_the_size_counts_every_array_that_is_held() -> None:
    session = line_session()
    plain = Trained(freeze({("a", "b"): np.zeros(10, np.float32)}), LINE.preparation, "")
    assert plain.size == 40
    drive(session, batches=2)
    trained = session.trained()
    assert trained.history is not None
    curves = sum(array.nbytes for array in trained.history.values())
    assert trained.size == 2 * 4 + curves
    begun = line_session(weights=trained.weights).trained()
    assert begun.start is not None
    assert replace(begun, history=None).size == 2 * 4 + 2 * 4


# ---------------------------------------------------------------- beginning and going on


def test_a_run_from_the_seed_keeps_no_copy_of_its_start() -> None:
    assert line_session().start is None


def test_a_run_from_given_weights_keeps_them_as_its_start() -> None:
    first = line_session()
    drive(first, epochs=1)
    weights = first.trained().weights
    second = line_session(weights=weights)
    drive(second, epochs=1)
    assert second.trained().start == weights
    third = Session.resume(LINE_NETWORK, LINE_SETTINGS, LINE, second.trained())
    assert third.start == weights


def test_weights_without_a_run_can_not_be_resumed() -> None:
    trained = replace(line_session().trained(), progress=None)
    with pytest.raises(ValueError, match="no run"):
        Session.resume(LINE_NETWORK, LINE_SETTINGS, LINE, trained)


def test_weights_of_another_network_can_not_be_resumed() -> None:
    trained = line_session().trained()
    deeper = network_of(Input(shape=(1,)), Dense(units=1), Dense(units=1))
    with pytest.raises(KeyError):
        Session.resume(deeper, LINE_SETTINGS, LINE, trained)
    wider = network_of(Input(shape=(1,)), Dense(units=2))
    with pytest.raises(ValueError, match="weight"):
        Session.resume(wider, LINE_SETTINGS, LINE, trained)


def test_a_run_without_its_optimizers_memory_can_not_be_resumed() -> None:
    session = spiral_session()
    drive(session, batches=3)
    trained = session.trained()
    with pytest.raises(KeyError):
        Session.resume(SPIRAL_NETWORK, SPIRAL_SETTINGS, SPIRAL, replace(trained, slots={}))
    single = {key: Blob.of(np.zeros(1, np.float32)) for key in trained.slots["mean"]}
    broken = replace(trained, slots={**trained.slots, "mean": single})
    with pytest.raises(ValueError, match="mean"):
        Session.resume(SPIRAL_NETWORK, SPIRAL_SETTINGS, SPIRAL, broken)


def test_slots_are_seen_as_arrays_of_the_trainable_variables() -> None:
    vector = np.arange(SPIRAL_NETWORK.trainable_size, dtype=np.float32)
    views = slot_views(SPIRAL_NETWORK, vector)
    np.testing.assert_array_equal(np.concatenate([v.ravel() for v in views.values()]), vector)
    assert views["n1", "weight"].shape == (6, 2)


# ---------------------------------------------------------------- transfer


def test_what_fits_is_kept_and_the_rest_begins_anew() -> None:
    session = spiral_session()
    drive(session, batches=4)
    weights = session.trained().weights
    changed = network_of(
        Input(shape=(2,)), Dense(units=6), BatchNorm(), ReLU(), Dropout(), Dense(units=3), ReLU(),
        Dense(units=4),
    )  # fmt: skip
    moved = transfer(weights, changed, seed=5)
    assert set(moved.kept) == {key for key in weights if key[0] in ("n1", "n2")}
    assert set(moved.fresh) == {(n, v) for n in ("n5", "n7") for v in ("weight", "bias")}
    assert set(moved.dropped) == {("n5", "weight"), ("n5", "bias")}
    assert not moved.complete
    first = changed.arrays(changed.initial(5))
    for key, array in changed.arrays(moved.flat).items():
        expected = weights[key].array if key in moved.kept else first[key]
        np.testing.assert_array_equal(array, expected)


def test_everything_is_kept_if_nothing_has_changed() -> None:
    weights = spiral_session().trained().weights
    moved = transfer(weights, SPIRAL_NETWORK, seed=9)
    assert moved.complete
    assert freeze(SPIRAL_NETWORK.arrays(moved.flat)) == weights


def test_everything_begins_anew_without_weights() -> None:
    moved = transfer(None, LINE_NETWORK, seed=3)
    assert moved.kept == moved.dropped == ()
    np.testing.assert_array_equal(moved.flat, LINE_NETWORK.initial(3))


def test_transferring_leaves_the_old_weights_alone() -> None:
    weights = line_session().trained().weights
    moved = transfer(weights, LINE_NETWORK, seed=0)
    moved.flat[...] = 7
    assert freeze(LINE_NETWORK.arrays(moved.flat)) != weights
    assert line_session().trained().weights == weights
