"""What stays when the program ends: project files and preferences.

A project file is a zip archive (:mod:`archive`) of one readable text, the design, and of arrays in
safetensors files (:mod:`tensors`). Reading goes in four steps, each with its own module::

    parse  →  migrate  →  validate  →  build
    archive   migrations   project_text, trained_text

:mod:`project_file` puts them together. Nothing that is read can run code.
"""
