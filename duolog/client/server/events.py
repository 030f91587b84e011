"""An open stream of events, as a transport gives it."""

from abc import ABC, abstractmethod

from duolog.api.events import Wake


class Events(ABC):
    """An open stream of events. Raises: TransportError when it is lost; MalformedData when it holds no events."""

    last: str  # the newest id of an event

    @abstractmethod
    async def next(self) -> tuple[Wake, ...] | None:
        """Wait for the next events; None when the server has ended the stream."""

    @abstractmethod
    async def close(self) -> None:
        """End the stream."""
