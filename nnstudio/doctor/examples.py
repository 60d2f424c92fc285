"""What about the examples makes learning hard: their scale, rare classes, the order they are in.

Inputs should have mean 0 and deviation 1, all of them about alike: with other sizes the error is a
long valley in which no single rate suits all weights (LeCun et al., "Efficient BackProp", 1998,
section 4.3). A network that sees a class rarely does well by never answering it (He and Garcia,
"Learning from imbalanced data", 2009). Examples dealt out in their order leave the last kinds to be
validated on, which were never trained on.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nnstudio.data.dataset import TARGETS
from nnstudio.data.facts.classes import balance
from nnstudio.data.facts.warnings import FAR, RARE, UNLIKE
from nnstudio.doctor.case import Case
from nnstudio.doctor.finding import Bars, Curves, Finding, Series
from nnstudio.engine.embedding import Embedding

#: A class is overlooked if so little of it is recognised, and as little compared with the others.
OVERLOOKED = 0.5
#: Parts are unlike from this on: half of the examples would have to change their class; or means
#: of numbers that are so many deviations apart.
UNLIKE_CLASSES, UNLIKE_NUMBERS = 0.5, 1.5
#: And it hurts if the validation loss is so many times the training loss.
HURTS = 1.5
#: Before so many epochs a rare class hasn't had its chance.
_EPOCHS = 2


def unscaled_inputs(case: Case) -> Iterator[Finding]:
    """Inputs far from 0, or of very different sizes, as the network sees them."""
    if case.latest is None:
        return
    looked_up = {
        source
        for step in case.network.steps
        if isinstance(step.layer, Embedding)
        for source in step.inputs
    }
    for i in case.network.input_steps:
        node = case.network.steps[i].node
        if i in looked_up or node not in case.latest.inputs:
            continue
        mean, spread = case.latest.inputs[node]
        far = np.maximum(np.abs(mean), spread)
        varied = spread[spread > 0]
        unlike = varied.size and varied.max() > UNLIKE * varied.min()
        if not unlike and far.max() <= FAR:
            continue
        known = case.data.dataset.input_names
        fits = len(known) == len(far)
        names = known if fits else tuple(str(k + 1) for k in range(len(far)))
        values = {"layer": case.title(node), "mean": mean[far.argmax()], "far": far.max()}
        values["spread"] = spread[far.argmax()]
        evidence = Bars("Size of each input", names, far, far > FAR, limit=1.0, is_log=True)
        yield Finding("doctor_unscaled", evidence, values, node)


def is_unbalanced(counts: np.ndarray) -> bool:
    """Whether the rarest class that occurs is rare, by the counts of each class."""
    seen = counts[counts > 0]
    return bool(seen.size > 1 and seen.min() < RARE * seen.max())


def overlooked_class(case: Case) -> Iterator[Finding]:
    """A rare class that the network hardly ever answers."""
    recall = case.recall
    equal = case.project.settings.class_weights == "equal"
    if recall is None or len(case.epochs) < _EPOCHS or not equal:
        return
    counts = balance(case.data.dataset, case.data.parts).train
    known = np.isfinite(recall) & (counts > 0)
    rare = int(np.where(known, counts, counts.max() + 1).argmin())
    others = known & (np.arange(len(counts)) != rare)
    if not others.any() or recall[rare] >= OVERLOOKED:
        return
    if recall[rare] >= OVERLOOKED * recall[others].mean():
        return
    classes = case.data.dataset.classes
    values = {
        "rare": classes[rare],
        "count": int(counts[rare]),
        "most": int(counts.max()),
        "recall": recall[rare],
        "others": recall[others].mean(),
    }
    shown = np.nan_to_num(recall)
    ailing = np.arange(len(classes)) == rare
    yield Finding(
        "doctor_imbalance",
        Bars("Share of each class recognised", classes, shown, ailing, is_share=True),
        values,
    )


def dealt_in_order(case: Case) -> Iterator[Finding]:
    """Training and validation part are unlike because examples were dealt out in their order."""
    data, split = case.data, case.project.data.split
    parts, dataset = data.parts, data.dataset
    if split.by != "order" or not len(parts.validation) or not len(case.epochs):
        return
    train_loss, val_loss = float(case.train_losses[-1]), float(case.val_losses[-1])
    if val_loss <= HURTS * train_loss:
        return
    column = dataset.column(TARGETS)
    if column.classes:
        counts = balance(dataset, parts).counts[:2].astype(np.float64)
        shares = counts / counts.sum(axis=1, keepdims=True)
        unlike = 0.5 * np.abs(shares[0] - shares[1]).sum() > UNLIKE_CLASSES
        places = np.arange(len(column.classes), dtype=np.float64)
        lines = shares[0], shares[1]
        caption, across = "Share of each class in the parts", "class"
    else:
        train, kept = (column.values[rows].astype(np.float64) for rows in parts_of(case))
        apart = np.abs(train.mean(axis=0) - kept.mean(axis=0))
        unlike = bool((apart > UNLIKE_NUMBERS * train.std(axis=0)).any())
        places = np.linspace(0.0, 100.0, 101)
        lines = np.percentile(train, places), np.percentile(kept, places)
        caption, across = "Targets of the parts in order of size", "per cent of examples"
    if not unlike:
        return
    evidence = Curves(
        caption,
        (
            Series("training", places, lines[0], "training"),
            Series("validation", places, lines[1], "validation"),
        ),
        across=across,
    )
    yield Finding("doctor_order", evidence, {"train": train_loss, "validation": val_loss})


def parts_of(case: Case) -> tuple[np.ndarray, np.ndarray]:
    """Training and validation examples."""
    return case.data.parts.train, case.data.parts.validation
