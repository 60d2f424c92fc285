"""What a user decides about training, and its way to a file and back."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from nnstudio.engine.losses import CategoricalCrossEntropy, HalfSquaredError
from nnstudio.engine.network import Network
from nnstudio.engine.optimizers import SGD, Adam
from nnstudio.engine.schedules import Cosine
from nnstudio.engine.update import Update
from nnstudio.schema import SettingError
from nnstudio.training.settings import TrainingSettings

EXAMPLES = (
    TrainingSettings(),
    TrainingSettings(
        loss=CategoricalCrossEntropy(),
        losses=(("b", HalfSquaredError()), ("a", CategoricalCrossEntropy())),
        optimizer=SGD(momentum=0.9),
        schedule=Cosine(end=0.25),
        learning_rate=1e-3,
        batch_size=7,
        epochs=3,
        early_stopping=True,
        min_delta=0.0,
        patience=2,
        monitor="validation metric",
        restore_best_weights=False,
        warm_up=1.5,
        l1=0.1,
        l2=0.2,
        weight_decay=0.3,
        max_norm=2.0,
        clip_value=3.0,
        clip_norm=4.0,
        average=0.99,
        class_weights="balanced",
        seed=2**31 - 1,
        threads=2,
    ),
    TrainingSettings(optimizer=Adam(beta1=0, epsilon=1), learning_rate=1),
)


@pytest.mark.parametrize("settings", EXAMPLES)
def test_settings_survive_a_file(settings: TrainingSettings) -> None:
    assert settings.check() is settings
    plain = msgspec.json.decode(msgspec.json.encode(settings.to_plain()))
    assert TrainingSettings.from_plain(plain, "$") == settings


def test_what_a_file_does_not_say_has_its_default() -> None:
    assert TrainingSettings.from_plain({"epochs": 3}, "$") == TrainingSettings(epochs=3)


@pytest.mark.parametrize(
    ("plain", "text"),
    [
        ([], "$.settings: Training can't use this value: expected names with values."),
        (None, "$.settings: Training can't use this value: expected names with values."),
        ({"losses": 3}, "$.settings.losses: Training can't use this value: expected names"),
        ({"losses": {"a": {"type": "Luck"}}}, "$.settings.losses.a: unknown type 'Luck'."),
        ({"loss": "HalfSquaredError"}, "$.settings.loss: unknown type None."),
        ({"optimizer": {"type": "SGD", "speed": 1}}, "$.settings.optimizer: SGD has no setting"),
        ({"schedule": {"type": "Cosine", "end": 2}}, "Cosine: End at must be a number, at least 0"),
        ({"colour": 1}, "$.settings: TrainingSettings has no setting “colour”."),
        ({"epochs": 0}, "TrainingSettings: Epochs must be a whole number, at least 1"),
        (
            {"average": 1.0},
            "TrainingSettings: Weight average must be a number, at least 0 and below 1",
        ),
        ({"l2": -1.0}, "TrainingSettings: L2 must be a number, at least 0"),
        ({"monitor": "luck"}, "TrainingSettings: Watch must be one of validation loss, training"),
        (
            {"class_weights": "none"},
            "TrainingSettings: Class weights must be one of equal, balanced",
        ),
        ({"epochs": 1.5}, "$.settings.epochs: TrainingSettings can't use this value"),
    ],
)
def test_what_no_file_of_ours_holds_is_refused_with_its_place(plain: Any, text: str) -> None:
    with pytest.raises(SettingError) as refused:
        TrainingSettings.from_plain(plain, "$.settings")
    assert str(refused.value).startswith(text)


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        (TrainingSettings(batch_size=0), "TrainingSettings: Batch size must be"),
        (TrainingSettings(optimizer=SGD(momentum=1.0)), "SGD: Momentum must be"),
        (TrainingSettings(schedule=Cosine(end=-1)), "Cosine: End at must be"),
    ],
)
def test_checking_looks_into_optimizer_and_schedule(settings: TrainingSettings, text: str) -> None:
    with pytest.raises(SettingError, match=text):
        settings.check()


def test_an_output_may_have_a_loss_of_its_own() -> None:
    settings = TrainingSettings(losses=(("b", CategoricalCrossEntropy()),))
    assert settings.loss_of("a") == HalfSquaredError()
    assert settings.loss_of("b") == CategoricalCrossEntropy()


def test_the_vectors_that_settings_ask_for_are_those_that_the_update_has() -> None:
    network = Network.of((), ())
    for settings in (*EXAMPLES, TrainingSettings(optimizer=SGD(), average=0.5)):
        update = Update(network, settings.optimizer, average=settings.average)
        assert settings.slots() == update.slots()
