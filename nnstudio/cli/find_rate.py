"""``nnstudio find-rate``: try all learning rates for a moment and suggest one."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

from nnstudio.cli.data_option import with_source
from nnstudio.cli.report import print_json
from nnstudio.cli.running import stopping_on_interrupt
from nnstudio.data.batches import PreparedData
from nnstudio.messages import StudioError, sentence
from nnstudio.persistence.project_file import load_project
from nnstudio.project.runs import session_for
from nnstudio.training.control import Control
from nnstudio.training.rate_range import RangeDone, RateTried, rate_range

#: How many lines the table has about, and how wide the longest bar is.
_LINES, _WIDTH = 15, 40


def run(arguments: Namespace) -> int:
    """Try the rates, print a table of the loss at some of them, and the suggestion."""
    if not arguments.low < arguments.high:
        raise StudioError("rate_bounds", low=arguments.low, high=arguments.high)
    project = with_source(load_project(arguments.file), arguments.data)
    if project.settings.optimizer.searches:
        raise StudioError("rate_searched", optimizer=project.settings.optimizer.title)
    session = session_for(project, PreparedData.of(project.data))
    tried: list[RateTried] = []
    suggestion = None
    control = Control()
    with stopping_on_interrupt(control):
        for event in rate_range(
            session, low=arguments.low, high=arguments.high, steps=arguments.steps
        ):
            if isinstance(event, RangeDone):
                suggestion = event.suggestion
            else:
                tried.append(event)
            if control.stopping:
                raise KeyboardInterrupt
    if arguments.json:
        rows = [{"rate": t.rate, "loss": t.loss, "smoothed": t.smoothed} for t in tried]
        print_json({"suggestion": suggestion, "tried": rows})
        return 0
    _print_table(tried)
    if suggestion is None:
        print(sentence("rate_unknown", low=arguments.low, high=arguments.high))
    else:
        print(
            sentence("rate_suggested", rate=f"{suggestion:.2g}", now=project.settings.learning_rate)
        )
    return 0


def _print_table(tried: Sequence[RateTried]) -> None:
    """The smoothed loss over the rate, with bars to see where it falls and rises."""
    if not tried:
        return
    every = -(-len(tried) // _LINES)
    lowest = min(t.smoothed for t in tried)
    shown = list(tried[::every])
    if tried[-1] not in shown:
        shown.append(tried[-1])
    # What comes after the lowest may be anything; the bars are to show how it was reached.
    highest = max(t.smoothed for t in tried[: tried.index(min(tried, key=_smoothed)) + 1])
    print(f"{'rate':>10}{'loss':>12}")
    for t in shown:
        share = (t.smoothed - lowest) / (highest - lowest) if highest > lowest else 0.0
        bar = "█" * round(_WIDTH * min(1.0, share))
        print(f"{t.rate:10.2g}{t.smoothed:12.4g}  {bar}".rstrip())


def _smoothed(tried: RateTried) -> float:
    return tried.smoothed
