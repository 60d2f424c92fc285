"""The one kind of error of this floor."""

from nnstudio.messages import StudioError


class DataError(StudioError):
    """Data that can't be found, read or used; its text says what to do."""
