"""Decompression that never makes more bytes than it was allowed to, whatever the input promises."""

import zlib
from typing import Final

_GZIP: Final = b"\x1f\x8b"
_ANY_HEADER: Final = 32 + zlib.MAX_WBITS  # zlib finds out whether it is gzip or zlib
_KNOWN: Final = frozenset({"gzip", "x-gzip", "deflate"})
_MEMBERS: Final = 1000  # of one gzip stream; each costs memory to set up, however empty


class Inflater:
    """Takes a body in pieces as sent, and keeps at most `limit` + 1 bytes of it as meant."""

    def __init__(self, encoding: str, limit: int) -> None:
        """Raise ValueError for a Content-Encoding that was not asked for."""
        used = [
            name for part in encoding.lower().split(",") if (name := part.strip()) != "identity"
        ]
        names = [name for name in used if name]
        if len(names) > 1 or not _KNOWN.issuperset(names):
            raise ValueError(f"the body is encoded as {encoding!r}, which was not asked for")
        self._limit = limit
        self._stream = zlib.decompressobj(_ANY_HEADER) if names else None
        self._rest = b""  # sent, not yet understood
        self._sent = 0
        self._members = 1
        self._ended = False
        self._body = bytearray()

    @property
    def full(self) -> bool:
        """More was sent, or meant, than allowed."""
        return max(self._sent, len(self._body)) > self._limit

    def feed(self, part: bytes) -> None:
        """Take the next piece; raises ValueError for bytes that are not compressed as promised."""
        self._sent += len(part)
        if self._stream is None:
            self._body += part[: self._limit + 1 - len(self._body)]
            return
        data, self._rest = self._rest + part, b""
        while data and not self.full and not self._ended:
            data = self._inflate(self._stream, data)

    def body(self, *, cut: bool = False) -> bytes:
        """
        Return the body, at most `limit` bytes of it; raises ValueError when it ends early or, unless `cut`, is longer.

        A gzip file sent as such (`news.xml.gz`) is unpacked, too.
        """
        if self._stream is None and self._body.startswith(_GZIP):
            inner = Inflater("gzip", self._limit)
            inner.feed(bytes(self._body))
            return inner.body(cut=cut)
        if self.full and not cut:
            raise ValueError(f"the body is larger than {self._limit} bytes")
        if self._stream is not None and self._sent and not (self._stream.eof or cut):
            raise ValueError("the compressed body ends early")
        return bytes(self._body[: self._limit])

    def _inflate(self, stream: "zlib._Decompress", data: bytes) -> bytes:
        """Unpack what fits, and return what is left to unpack."""
        if stream.eof:
            stream = self._stream = self._next_member()
        try:
            self._body += stream.decompress(data, self._limit + 1 - len(self._body))
        except zlib.error as error:
            raise ValueError(f"the body is not compressed as it says ({error})") from error
        if not stream.eof:
            return stream.unconsumed_tail
        follows = stream.unused_data
        if len(follows) < len(_GZIP):
            self._rest, follows = follows, b""
        elif not follows.startswith(_GZIP):
            self._ended, follows = True, b""  # padding, as some servers send
        return follows

    def _next_member(self) -> "zlib._Decompress":
        self._members += 1
        if self._members > _MEMBERS:
            raise ValueError(f"the compressed body has more than {_MEMBERS} parts")
        return zlib.decompressobj(_ANY_HEADER)
