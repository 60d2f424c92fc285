"""The network as the user draws it: frozen nodes and wires, edits, shapes, problems, compile."""
