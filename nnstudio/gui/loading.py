"""Reading and downloading data on a thread of its own, while the window goes on.

The window looks at ``done`` now and then; it is set last. Nothing here touches a widget.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import Dataset
from nnstudio.data.progress import Cancelled, listening
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import IdxSet
from nnstudio.messages import StudioError, sentence


class Work(ABC):
    """Something that takes long.

    Attributes:
        progress: how much is done, of how much (0: nobody knows).
        cancelled: set it to give up.
        error: why it failed, in a sentence, once ``done``.
        done: whether it is over, one way or the other.
    """

    def __init__(self) -> None:
        self.progress = (0, 0)
        self.cancelled = False
        self.error = ""
        self.done = False

    def work(self) -> None:
        """Do it, on any thread; whatever goes wrong becomes ``error``."""
        try:
            self._do()
        except Cancelled:
            self.error = sentence("loading_cancelled")
        except StudioError as error:
            self.error = str(error)
        except OSError as error:
            self.error = sentence("loading_failed", reason=error.strerror or str(error))
        except MemoryError:
            self.error = sentence("no_memory")
        self.done = True

    def told(self, done: int, expected: int) -> None:
        """So much is done.

        Raises:
            Cancelled: the user has had enough.
        """
        self.progress = (done, expected)
        if self.cancelled:
            raise Cancelled

    def forget(self) -> None:
        """It was given up after the last of the work, but before anybody looked.

        The thread was ready by then; the user, who was still offered to cancel, was not.
        """
        self.error = sentence("loading_cancelled")

    @abstractmethod
    def _do(self) -> None: ...


class Loading(Work):
    """Reading one source; ``data`` holds it in the end.

    Attributes:
        given: the data as the source gives it, without any steps, once it has been read.
        stepped: the data prepared, whether or not its augmentation can be applied to it.
    """

    def __init__(
        self,
        settings: DataSettings,
        given: Dataset | None = None,
        known: PreparedData | None = None,
    ) -> None:
        """``given`` need not be read again, nor what is ``known`` of it be prepared again."""
        super().__init__()
        self.settings = settings
        self.given = given
        self._known = known
        self.stepped: PreparedData | None = None
        self.data: PreparedData | None = None

    def forget(self) -> None:
        super().forget()
        self.data = self.stepped = None

    def _do(self) -> None:
        with listening(self.told):
            self.settings.check()
            if self.given is None:
                self.given = self.settings.source.load()
            plain = replace(self.settings, augmentation=())
            self.stepped = PreparedData.of(plain, dataset=self.given, known=self._known)
            self.data = self.stepped.with_augmentation(self.settings.augmentation)


class Fetching(Work):
    """Downloading a published set into the user's data folder."""

    def __init__(self, source: IdxSet) -> None:
        super().__init__()
        self._source = source

    def _do(self) -> None:
        self._source.fetch(self.told)
