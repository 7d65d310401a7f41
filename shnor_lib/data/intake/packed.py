"""Frames and plain values as bytes that say whether they are whole.

In:   plain values that JSON knows, frames, and the bytes back.
Out:  `pack`, `unpack`: a hash, the values as JSON, then the frames as Arrow streams; nothing that could run.
Not:  frames that would come back otherwise than they went (a column of mixed objects): `pack` says no.
"""

import hashlib
import io
import json
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

_MAGIC = b"shnor-kept 1\n"
_DIGEST = 64  # hexadecimal digits of SHA-256


class DamagedError(Exception):
    """The bytes are not what `pack` made."""


def pack(values: Any, frames: Sequence[pd.DataFrame]) -> bytes | None:
    """Values and frames as bytes; None where a frame would not come back as it is."""
    body = io.BytesIO()
    _part(body, json.dumps(values, default=_plain).encode())
    for frame in frames:
        stream = _stream(frame)
        if stream is None:
            return None
        _part(body, stream)
    whole = body.getvalue()
    return _MAGIC + hashlib.sha256(whole).hexdigest().encode() + whole


def unpack(whole: bytes) -> tuple[Any, list[pd.DataFrame]]:
    """Values and frames again.

    Raises:
        DamagedError: the bytes are cut, changed, or something else.
    """
    head = len(_MAGIC) + _DIGEST
    body = memoryview(whole)[head:]
    if whole[:head] != _MAGIC + hashlib.sha256(body).hexdigest().encode():
        raise DamagedError
    try:
        parts = []
        at = 0
        while at < len(body):
            size = int.from_bytes(body[at : at + 8], "big")
            parts.append(body[at + 8 : at + 8 + size])
            at += 8 + size
        values, *streams = parts
        return json.loads(bytes(values)), [_frame(stream) for stream in streams]
    except (ValueError, pa.ArrowException) as error:
        raise DamagedError from error


def _part(body: io.BytesIO, part: bytes) -> None:
    body.write(len(part).to_bytes(8, "big"))
    body.write(part)


def _stream(frame: pd.DataFrame) -> bytes | None:
    sink = io.BytesIO()
    try:
        table = pa.Table.from_pandas(frame)
        options = pa.ipc.IpcWriteOptions(compression="zstd")
        with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
            writer.write_table(table)
    except (pa.ArrowException, ValueError, TypeError, OverflowError):
        return None
    stream = sink.getvalue()
    return stream if _same(frame, _frame(stream)) else None


def _frame(stream: bytes | memoryview) -> pd.DataFrame:
    with pa.ipc.open_stream(stream) as reader:
        frame: pd.DataFrame = reader.read_all().to_pandas()
    return frame


def _same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    return (
        bool(one.dtypes.equals(other.dtypes))
        and one.columns.equals(other.columns)
        and one.columns.dtype == other.columns.dtype
        and one.index.equals(other.index)
        and one.equals(other)
    )


def _plain(value: Any) -> Any:
    """Numbers of numpy as numbers."""
    return value.item() if hasattr(value, "item") else str(value)
