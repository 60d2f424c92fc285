"""Fixes: for a problem with an obvious way out, that way, at the press of a button.

| module          | for problems of                                          |
|-----------------|----------------------------------------------------------|
| :mod:`wiring`   | wires that are missing or too many, and shared weights   |
| :mod:`shapes`   | inputs that a layer can't take                           |
| :mod:`outputs`  | the data's shapes and columns, and the loss              |
| :mod:`training` | settings of the training                                 |

Each knows ways that usually lead out. What is offered has been tried: the problem is gone, and what
was put in has none.
"""

from __future__ import annotations

from nnstudio.graph.analysis import Problem, analyse
from nnstudio.messages import StudioError
from nnstudio.project.fixes import outputs, shapes, training, wiring
from nnstudio.project.fixes.fix import Fix, Repair
from nnstudio.project.problems import DataFacts, problems
from nnstudio.project.project import Project

__all__ = ["NO_FIX", "REPAIRS", "Fix", "fix_for"]

REPAIRS: dict[str, Repair] = {
    "empty_graph": wiring.add_input,
    "no_input_node": wiring.add_input,
    "not_connected": wiring.connect_it,
    "too_few_inputs": wiring.connect_it,
    "too_many_inputs": wiring.cut_extra,
    "input_unused": wiring.delete_it,
    "owner_missing": wiring.own_weights,
    "owner_shapes": wiring.own_weights,
    "flat_needed": shapes.flatten,
    "numbers_needed": shapes.flatten,
    "picture_needed": shapes.make_picture,
    "sequence_needed": shapes.make_sequence,
    "kernel_too_large": shapes.pad,
    "groups_divide": shapes.fewer_groups,
    "heads_divide": shapes.fewer_heads,
    "channels_needed": shapes.plain_dropout,
    "reshape_count": shapes.leave_free,
    "permute_order": shapes.reverse_order,
    "same_shapes": shapes.make_equal,
    "equal_but_features": shapes.flatten_branches,
    "data_shape": outputs.fit_input,
    "column_missing": outputs.known_column,
    "lookup_scaled": outputs.leave_unscaled,
    "output_shape": outputs.fit_units,
    "output_of_places": outputs.fit_units,
    "output_unjudged": outputs.judge_otherwise,
    "output_unasked": outputs.keep_output,
    "output_weighs_nothing": outputs.let_it_count,
    "loss_needs_probabilities": outputs.add_probabilities,
    "loss_needs_scores": outputs.take_scores,
    "loss_needs_classes": outputs.loss_for_numbers,
    "nothing_to_train": training.let_learn,
    "nothing_validated": training.watch_training,
    "search_unsteady": training.set_to_zero,
    "search_random": training.take_out,
}

#: Problems that have no fix, and why.
NO_FIX: dict[str, str] = {
    "feature_needed": "only an Input without any axis leads there, which the data mends",
}

#: Problems that a node may have several times, each with other values.
_REPEATED = ("search_unsteady",)

#: The data is as it is: what these mend is right, even if layers further on have to follow.
_MAY_BREAK = ("data_shape", "column_missing")


def fix_for(project: Project, problem: Problem, facts: DataFacts | None) -> Fix | None:
    """The way out of ``problem``, one of those of ``project``; ``None`` if none is obvious.

    Args:
        facts: of the project's data; ``None`` while it can't be loaded.
    """
    repair = REPAIRS.get(problem.code)
    if repair is None:
        return None
    try:
        for fix in repair(project, problem, facts):
            if _leads_out(fix.project, project, problem, facts):
                return fix
    except StudioError:  # what was to be put in isn't possible here
        return None
    return None


def _leads_out(new: Project, old: Project, problem: Problem, facts: DataFacts | None) -> bool:
    """Whether the problem is gone, no node was added that has one, and what ran still does."""
    errors = analyse(new.graph).errors
    if any(found.node and found.node not in old.graph.by_id for found in errors):
        return False
    if errors and not analyse(old.graph).errors and problem.code not in _MAY_BREAK:
        return False
    return not any(
        found.node == problem.node
        and found.code == problem.code
        and (found.code not in _REPEATED or found == problem)
        for found in problems(new, facts)
    )
