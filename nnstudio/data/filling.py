"""What is usual in each column of a table: it stands in for cells that are empty."""

from __future__ import annotations

import numpy as np

from nnstudio.data.progress import tell

MEAN, MEDIAN = "mean", "median"


def usual_values(
    inputs: np.ndarray, rows: np.ndarray, words: tuple[int, ...], by: str
) -> np.ndarray:
    """A number for each feature, (F,), from the examples at ``rows`` alone.

    Of numbers it is the mean or the median, of words the most frequent one (of equally frequent
    ones the first); where nothing is known, 0.

    Args:
        inputs: (N, F); NaN where a cell is empty.
        words: as :attr:`Dataset.input_words`; empty where there are only numbers.
        by: ``MEAN`` or ``MEDIAN``.
    """
    usual = np.zeros(inputs.shape[1])
    of_words = np.array(words or [-1] * inputs.shape[1])
    for feature in np.flatnonzero(of_words < 0):
        tell(int(feature), len(usual))
        known = _known(inputs[rows, feature])
        if known.size:
            usual[feature] = _middle(known) if by == MEDIAN else _mean(known)
    for word in np.unique(of_words[of_words >= 0]):
        features = np.flatnonzero(of_words == word)
        tell(int(features[0]), len(usual))
        if len(features) == 1:  # told by its place in the list
            places, counts = np.unique(_known(inputs[rows, features[0]]), return_counts=True)
            usual[features] = places[counts.argmax()] if counts.size else 0.0
        else:
            told = [np.count_nonzero(_known(inputs[rows, feature])) for feature in features]
            usual[features[np.argmax(told)]] = 1.0
    return usual


def filled(inputs: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """``inputs`` (N, F) with what is ``usual`` in place of NaN."""
    if inputs.dtype.kind != "f":
        return inputs
    result: np.ndarray = np.where(np.isnan(inputs), usual, inputs).astype(inputs.dtype, copy=False)
    return result


def _mean(known: np.ndarray) -> float:
    mean = float((known.astype(np.float64) / known.size).sum())  # no sum that is beyond all numbers
    return min(max(mean, float(known.min())), float(known.max()))  # nor rounded past them


def _middle(known: np.ndarray) -> float:
    return float(np.median(known / 2)) * 2


def _known(column: np.ndarray) -> np.ndarray:
    known: np.ndarray = column[np.isfinite(column)]
    return known
