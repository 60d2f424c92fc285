"""The network as the user draws it: frozen nodes and wires, pure edits, shapes, problems, compile."""
