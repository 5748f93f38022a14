"""Sync tokens of the call log: opaque, safe in a URL, tied to this sandbox, good for an hour of real time."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Callable

import msgspec

from rcdesk.sandbox.errors import ApiError

LIFE = 3600.0
"""Seconds of real time; clients of the vendor count a token older than an hour as expired."""
_SIGNATURE = 9


class Frame(msgspec.Struct, array_like=True, frozen=True):
    """What a client has: the log up to a revision, back to a moment, in the view it asked for."""

    epoch: int
    revision: int
    oldest: float
    issued: float
    view: str
    missed_only: bool


class SyncTokens:
    """Writes frames into tokens and reads them back."""

    def __init__(self, real: Callable[[], float]) -> None:
        self._real = real
        self._key = secrets.token_bytes(16)
        self._expired_before = 0.0

    def write(self, frame: Frame) -> str:
        """The token of a frame."""
        packed = msgspec.msgpack.encode(frame)
        return base64.urlsafe_b64encode(self._sign(packed) + packed).rstrip(b"=").decode()

    def read(self, token: str, epoch: int) -> Frame:
        """The frame of a token; ApiError 400 with the platform's CLG codes if it is not good any more."""
        try:
            raw = base64.urlsafe_b64decode(token.encode() + b"=" * (-len(token) % 4))
            signature, packed = raw[:_SIGNATURE], raw[_SIGNATURE:]
            frame = msgspec.msgpack.decode(packed, type=Frame)
        except (binascii.Error, UnicodeEncodeError, ValueError, msgspec.DecodeError):
            raise bad_token("CLG-101", "invalid") from None
        if not hmac.compare_digest(signature, self._sign(packed)):
            raise bad_token("CLG-101", "invalid")
        if frame.issued + LIFE <= self._real() or frame.issued < self._expired_before:
            raise bad_token("CLG-102", "expired")
        if frame.epoch != epoch:
            raise bad_token("CLG-104", "outdated: the call log was reset")
        return frame

    def expire_all(self) -> None:
        """Let every token that was written run out now."""
        self._expired_before = self._real() + 1e-6

    def _sign(self, packed: bytes) -> bytes:
        return hmac.digest(self._key, packed, hashlib.sha256)[:_SIGNATURE]


def bad_token(code: str, why: str) -> ApiError:
    """400 that tells a client to start over with a full sync."""
    return ApiError(400, code, f"Parameter [syncToken] is {why}", parameter_name="syncToken")
