"""The project: everything a ``*.nnstudio`` file holds, as one frozen value."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import SOURCES
from nnstudio.engine.network import Network
from nnstudio.graph.compile import compile_graph
from nnstudio.graph.model import Graph
from nnstudio.project.layout import Layout
from nnstudio.project.run_identity import run_hash
from nnstudio.project.run_record import RunRecord
from nnstudio.training.settings import TrainingSettings
from nnstudio.training.trained import Trained


@dataclass(frozen=True)
class Project:
    """What the user has made. A drag changes only ``layout``; a run ``trained`` and ``runs``.

    Attributes:
        description: a sentence for the list of samples.
        runs: the book of runs, oldest first; undo leaves it alone.
        keeps_recording: whether the moments of its run are written into its file.
    """

    graph: Graph = field(default_factory=Graph)
    layout: Layout = field(default_factory=Layout)
    data: DataSettings = field(default_factory=lambda: DataSettings(SOURCES["Line"]()))
    settings: TrainingSettings = field(default_factory=TrainingSettings)
    trained: Trained | None = None
    description: str = ""
    runs: tuple[RunRecord, ...] = ()
    keeps_recording: bool = False

    def network(self) -> Network:
        """The network that computes the graph with this project's losses.

        Raises:
            CompileError: the graph has an error.
        """
        outputs, settings = self.graph.outputs, self.settings
        return compile_graph(
            self.graph,
            {node: settings.loss_of(node) for node in outputs},
            {node: settings.weight_of(node) for node in outputs},
            {node: settings.target_of(node) for node in outputs},
        )

    def run_hash(self) -> str:
        """A hash of all that may not change within a run, see :mod:`run_identity`."""
        return self._run_hash

    @cached_property
    def _run_hash(self) -> str:
        """Asked for many times by whoever follows a project, which never changes."""
        return run_hash(self)

    def with_graph(self, graph: Graph) -> Project:
        """With another graph, and no places for nodes that are gone."""
        ids = {node.id for node in graph.nodes}
        return replace(self, graph=graph, layout=self.layout.only(ids))
