"""What a user decides about training, and its way to a file and back."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from nnstudio.engine.losses import CategoricalCrossEntropy, HalfSquaredError
from nnstudio.engine.optimizers import SGD, Adam
from nnstudio.engine.schedules import Cosine
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
