"""All diagnoses in the order in which they are told, and which findings explain others."""

from __future__ import annotations

from nnstudio.doctor.case import Case, Diagnosis
from nnstudio.doctor.examples import dealt_in_order, overlooked_class, unscaled_inputs
from nnstudio.doctor.finding import Finding
from nnstudio.doctor.generalisation import overfitting
from nnstudio.doctor.gradients import exploding, idle, vanishing
from nnstudio.doctor.judging import out_of_reach, unsuited_loss
from nnstudio.doctor.learning_rate import too_high, too_low
from nnstudio.doctor.units import dead_relus, saturated

#: Causes before what follows from them.
DIAGNOSES: tuple[Diagnosis, ...] = (
    unscaled_inputs,
    out_of_reach,
    unsuited_loss,
    dealt_in_order,
    dead_relus,
    saturated,
    vanishing,
    exploding,
    idle,
    too_high,
    too_low,
    overlooked_class,
    overfitting,
)

#: What needs no saying where this has been said.
EXPLAINS: dict[str, frozenset[str]] = {
    "doctor_unscaled": frozenset({"doctor_exploding", "doctor_gradient_huge", "doctor_saturated"}),
    "doctor_dead": frozenset({"doctor_vanishing", "doctor_idle", "doctor_rate_low"}),
    "doctor_saturated": frozenset({"doctor_vanishing", "doctor_idle"}),
    "doctor_vanishing": frozenset({"doctor_idle", "doctor_rate_low"}),
    "doctor_idle": frozenset({"doctor_rate_low", "doctor_rate_stuck", "doctor_vanishing"}),
    "doctor_order": frozenset({"doctor_overfitting"}),
    "doctor_rate_rising": frozenset({"doctor_overfitting"}),
}


def diagnose(case: Case) -> tuple[Finding, ...]:
    """What is wrong in ``case``; what follows from something else is left out."""
    found = [finding for diagnosis in DIAGNOSES for finding in diagnosis(case)]
    explained = {code for finding in found for code in EXPLAINS.get(finding.code, ())}
    return tuple(finding for finding in found if finding.code not in explained)
