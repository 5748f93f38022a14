"""Pauses that faults impose on answers; none outlasts its fault, nor the server."""

import asyncio


class Waits:
    """Real seconds to wait, cut short when the faults are switched off or the server is about to stop."""

    def __init__(self) -> None:
        self._pausing: set[asyncio.Event] = set()
        self._closed = False

    async def pause(self, seconds: float) -> bool:
        """Wait, and return whether that was the whole time."""
        if self._closed:
            return False
        over = asyncio.Event()
        self._pausing.add(over)
        try:
            async with asyncio.timeout(seconds):
                await over.wait()
        except TimeoutError:
            return True
        finally:
            self._pausing.discard(over)
        return False

    def end(self) -> None:
        """Let everybody go on who is waiting now."""
        for over in self._pausing:
            over.set()

    def close(self) -> None:
        """Let everybody go on, from now on at once."""
        self._closed = True
        self.end()
