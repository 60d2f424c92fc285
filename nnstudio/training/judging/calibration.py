"""Whether a network that says 80 % is right in 80 % of the cases.

Answers are put into bins of equal width by their confidence, the probability of the class that is
answered. In each bin the share of right answers is held against the mean confidence:

    ECE = Σ |Bₘ| / N · |acc(Bₘ) − conf(Bₘ)|

(Naeini, Cooper and Hauskrecht, 2015; Guo, Pleiss, Sun and Weinberger, *On calibration of modern
neural networks*, 2017).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np

from nnstudio.engine.layer import Array

#: How many bins there are. Guo et al. draw ten.
BINS = 10


@dataclass(frozen=True, eq=False)
class Reliability:
    """The reliability diagram: for each of the bins, from confidence 0 to 1.

    Attributes:
        counts: how many answers are in it.
        confidence: their mean confidence; NaN in an empty bin.
        accuracy: the share of them that are right; NaN in an empty bin.
    """

    counts: Array
    confidence: Array
    accuracy: Array

    @property
    def edges(self) -> Array:
        """Where the bins begin and end, one more than there are bins."""
        edges: Array = np.linspace(0.0, 1.0, len(self.counts) + 1)
        return edges

    @property
    def error(self) -> float:
        """The expected calibration error (ECE); NaN without answers."""
        seen = self.counts > 0
        if not seen.any():
            return nan
        gaps = np.abs(self.accuracy[seen] - self.confidence[seen])
        return float(np.average(gaps, weights=self.counts[seen]))

    @property
    def greatest_gap(self) -> float:
        """The maximum calibration error (MCE); NaN without answers."""
        seen = self.counts > 0
        gaps = np.abs(self.accuracy[seen] - self.confidence[seen])
        return float(gaps.max()) if seen.any() else nan

    @property
    def overconfidence(self) -> float:
        """Mean confidence less accuracy: above 0, the network promises more than it keeps."""
        seen = self.counts > 0
        if not seen.any():
            return nan
        gaps = self.confidence[seen] - self.accuracy[seen]
        return float(np.average(gaps, weights=self.counts[seen]))


def reliability(confidence: Array, right: Array, bins: int = BINS) -> Reliability:
    """The diagram of ``(N,)`` confidences between 0 and 1 and whether each answer was right.

    Bin m holds confidences in ((m − 1) / M, m / M], the first one 0 as well. A confidence that
    isn't a number is in no bin.
    """
    known = np.isfinite(confidence)
    confidence, right = confidence[known].astype(np.float64), right[known]
    bin_of = np.clip(np.ceil(confidence * bins).astype(int) - 1, 0, bins - 1)
    counts = np.bincount(bin_of, minlength=bins)
    with np.errstate(invalid="ignore"):  # 0 / 0 in an empty bin
        return Reliability(
            counts=counts,
            confidence=np.bincount(bin_of, confidence, bins) / counts,
            accuracy=np.bincount(bin_of, right.astype(np.float64), bins) / counts,
        )
