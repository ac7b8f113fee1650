"""Bringing columns up to what was read. All of a reading, or nothing of it: nobody else runs meanwhile."""

import numpy as np
from numpy.typing import NDArray

from api.search.index.columns import Block, Columns
from api.search.index.reading import Reading

_BYTE = 8


def apply(columns: Columns, changed: NDArray[np.int64], reading: Reading) -> None:
    """Make the rows of these people what a reading of them says: those it does not speak of are no longer listed."""
    gone = columns.rows_of(np.setdiff1d(changed, reading.ids))
    for block in columns.blocks:
        _unlist(block, gone)
    matrix = columns.layout.matrix(reading)
    rows = columns.rows_of(reading.ids)
    for block in columns.blocks:
        here = (rows >= block.start) & (rows < block.start + block.used)
        _rewrite(block, rows[here] - block.start, matrix[:, here])
    new = rows < 0
    _append(columns, reading.ids[new], matrix[:, new], reserve=len(columns) // _BYTE)


def append(columns: Columns, reading: Reading, *, expected: int) -> None:
    """Add mentors who have no row; about so many are to come in all."""
    _append(columns, reading.ids, columns.layout.matrix(reading), reserve=expected)


def _append(columns: Columns, ids: NDArray[np.int64], matrix: NDArray[np.bool_], *, reserve: int) -> None:
    done = 0
    while done < len(ids):
        if not columns.blocks or not columns.blocks[-1].free:
            columns.reserve(max(reserve, len(ids)) - done)
        block = columns.blocks[-1]
        end = min(done + block.free, len(ids))
        _fill(block, ids[done:end], matrix[:, done:end])
        done = end


def _fill(block: Block, ids: NDArray[np.int64], matrix: NDArray[np.bool_]) -> None:
    before, lead = divmod(block.used, _BYTE)
    packed = np.packbits(np.pad(matrix, ((0, 0), (lead, 0))) if lead else matrix, axis=1, bitorder="little")
    block.bits.view(np.uint8)[:, before : before + packed.shape[1]] |= packed
    block.ordered = block.ordered and (not block.used or bool(ids[0] > block.ids[block.used - 1]))
    block.ids[block.used : block.used + len(ids)] = ids
    block.used += len(ids)


def _rewrite(block: Block, rows: NDArray[np.intp], matrix: NDArray[np.bool_]) -> None:
    """Bit by bit of a byte, so that no two rows share one."""
    planes = block.bits.view(np.uint8)
    for bit in range(_BYTE):
        these = rows % _BYTE == bit
        if these.any():
            at = rows[these] // _BYTE
            planes[:, at] = planes[:, at] & np.uint8(~(1 << bit) & 0xFF) | matrix[:, these].view(np.uint8) << bit


def _unlist(block: Block, rows: NDArray[np.intp]) -> None:
    here = rows[(rows >= block.start) & (rows < block.start + block.used)] - block.start
    words, bits = here // 64, (here % 64).astype(np.uint64)
    np.bitwise_and.at(block.listed, words, ~(np.uint64(1) << bits))
