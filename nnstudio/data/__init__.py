"""Where numbers come from: sources, datasets, splits, preparation, batches.

The way of an example::

    Source.load()  →  Dataset  →  Split.parts()  →  fit()  →  PreparedData.numbers()
    what the user     arrays in    who is trained    how values   a batch in the layout
    has chosen        own units    on, who judges    are scaled   of the engine

Arrays are batch first here, ``(N, features…)``, as everyone expects; ``numbers`` (and ``classes``)
turn a batch into the engine's batch-last layout.
"""
