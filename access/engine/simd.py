"""Byte-vector steps of the batched engine: one step for many origins at once, each with a plain twin.

A *row* holds one byte, a *label*, for each of the ``BATCH_WIDTH`` origins (*columns*) of a batch; a *block* is
``BLOCK_WIDTH`` neighbouring columns of a row. Loops over 128 bytes written in plain numba spend most of their
time on finding out whether the arrays overlap and on starting and ending the loop; these steps are straight
lines of vector instructions instead (whole matrix of Porto Alegre: 1.23 to 0.78 CPU s with 4 rides). The
vectors are LLVM's own, which it fits to SSE, AVX or NEON.

Vector steps check no bounds. So

- widths are defined here and nowhere else, and arrays of rows are two-dimensional with ``BATCH_WIDTH`` columns,
  contiguous, of type uint8: anything else does not compile;
- the twins, named ``plain_...``, take over where JIT is off or bounds are checked (``NUMBA_DISABLE_JIT=1``,
  ``NUMBA_BOUNDSCHECK=1``; the latter needs a fresh ``NUMBA_CACHE_DIR``), and tests hold both equal.

Kernels that call these steps are cached on disk without regard to this file: clear the cache after a change.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import llvmlite.ir as ir
import numpy as np
import numpy.typing as npt
from numba import config, njit
from numba.core import cgutils, types
from numba.core.errors import TypingError
from numba.extending import intrinsic

BATCH_WIDTH = 128
"""Origins in a batch, labels in a row. 64 and 256 are within 25 %."""

BLOCK_WIDTH = 64
"""Columns whose percentiles are taken together: few, so that their travel times are alike."""

USES_VECTORS = not (config.DISABLE_JIT or config.BOUNDSCHECK)
"""Whether the vector steps are used rather than their plain twins."""

Rows = npt.NDArray[np.uint8]
"""(n_rows, BATCH_WIDTH), contiguous."""

Counts = npt.NDArray[np.uint16]
"""(BLOCK_WIDTH,) departures counted for each column of a block."""

Step = TypeVar("Step", bound=Callable[..., Any])

LABEL = ir.IntType(8)
COUNT = ir.IntType(16)
ROW = ir.VectorType(LABEL, BATCH_WIDTH)
BLOCK = ir.VectorType(LABEL, BLOCK_WIDTH)
BLOCK_COUNTS = ir.VectorType(COUNT, BLOCK_WIDTH)


def _step(vector: Any, plain: Step) -> Step:
    """The vector step, or its plain twin where vectors are not used."""
    chosen: Step = vector if USES_VECTORS else njit(plain)
    return chosen


# The plain twins say what each step does.


def plain_max_into(target: Rows, target_row: int, source: Rows, source_row: int) -> None:
    """Raise the labels of a row to those of another row."""
    target[target_row] = np.maximum(target[target_row], source[source_row])


def plain_copy_row(target: Rows, target_row: int, source: Rows, source_row: int) -> None:
    """Copy a row."""
    target[target_row] = source[source_row]


def plain_raises(source: Rows, source_row: int, target: Rows, target_row: int, least: int) -> bool:
    """Whether any label of the source is greater than the target's and at least ``least``."""
    labels = source[source_row]
    return bool(np.any((labels > target[target_row]) & (labels >= least)))


def plain_elapsed_from_labels(rows: Rows, first_row: int, n_rows: int) -> None:
    """Turn labels of consecutive minutes into minutes elapsed since the latest departure that has arrived.

    Row ``first_row + m`` holds labels ``L``, the number of departures that arrive in minute ``m`` or before, or
    less where an earlier row holds more. It becomes ``m + 1 - (largest L so far)``, at most 255.
    """
    largest = np.zeros(BATCH_WIDTH, np.int64)
    for minute in range(n_rows):
        largest = np.maximum(largest, rows[first_row + minute].astype(np.int64))
        rows[first_row + minute] = np.minimum(minute + 1 - largest, 255).astype(np.uint8)


def plain_add_within(
    rows: Rows, first_row: int, first_column: int, n_rows: int, limit: int, counts: Counts
) -> None:
    """Add to each column's count in how many of at most 255 rows its value is at most the limit."""
    for row in range(first_row, first_row + n_rows):
        values = rows[row, first_column : first_column + BLOCK_WIDTH]
        counts += (values <= limit).astype(np.uint16)


def plain_clear(counts: Counts) -> None:
    """Set all counts to 0."""
    counts[:] = 0


def plain_set_block(rows: Rows, row: int, first_column: int, value: int) -> None:
    """Set all values of a block."""
    rows[row, first_column : first_column + BLOCK_WIDTH] = value


def plain_add_if_below(rows: Rows, row: int, first_column: int, counts: Counts, rank: int) -> None:
    """Add 1 to each value of a block whose count is below the rank."""
    rows[row, first_column : first_column + BLOCK_WIDTH] += (counts < rank).astype(np.uint8)


def plain_settle(
    rows: Rows, row: int, first_column: int, counts: Counts, rank: int, other: Rows, other_row: int
) -> None:
    """Set the values of a block to 255 where the count is below the rank, then to another row's where less."""
    end_column = first_column + BLOCK_WIDTH
    values = np.where(counts < rank, np.uint8(255), rows[row, first_column:end_column])
    rows[row, first_column:end_column] = np.minimum(values, other[other_row, first_column:end_column])


def plain_any_below(counts: Counts, goals: Counts) -> bool:
    """Whether any count is below its goal."""
    return bool(np.any(counts < goals))


# The vector steps.


class _Code:
    """Writes the instructions of one step. Its arguments are known by position.

    In every step an array of rows is followed by its row number and, where a block is meant, by the first
    column.
    """

    def __init__(self, context: Any, builder: Any, signature: Any, arguments: Any) -> None:
        self.context, self.builder, self.signature, self.arguments = context, builder, signature, arguments

    def row(self, array: int, rows_further: Any = None) -> Any:
        """Pointer to the row of an array of rows, some rows further on."""
        return self.pointer(array, self.row_offset(array, rows_further), ROW)

    def block(self, array: int, rows_further: Any = None) -> Any:
        """Pointer to the block of an array of rows, some rows further on."""
        offset = self.builder.add(self.row_offset(array, rows_further), self.arguments[array + 2])
        return self.pointer(array, offset, BLOCK)

    def row_offset(self, array: int, rows_further: Any = None) -> Any:
        """Bytes before a row."""
        row = self.arguments[array + 1]
        if rows_further is not None:
            row = self.builder.add(row, rows_further)
        return self.builder.mul(row, ir.Constant(ir.IntType(64), BATCH_WIDTH))

    def counts(self, array: int) -> Any:
        """Pointer to the counts of a block."""
        return self.pointer(array, ir.Constant(ir.IntType(64), 0), BLOCK_COUNTS)

    def below_rank(self, array: int) -> Any:
        """Mask of the counts below the rank that follows them."""
        rank = self.everywhere(self.builder.trunc(self.arguments[array + 1], COUNT), BLOCK_WIDTH)
        return self.builder.icmp_unsigned("<", self.load(self.counts(array)), rank)

    def pointer(self, array: int, offset: Any, vector: Any) -> Any:
        """Pointer to a vector inside an array."""
        kind = self.signature.args[array]
        data = self.context.make_array(kind)(self.context, self.builder, self.arguments[array]).data
        return self.builder.bitcast(self.builder.gep(data, [offset]), vector.as_pointer())

    def load(self, pointer: Any) -> Any:
        """Vector at a pointer, which need not be aligned."""
        return self.builder.load(pointer, align=1)

    def store(self, vector: Any, pointer: Any) -> None:
        """Write a vector."""
        self.builder.store(vector, pointer, align=1)

    def larger(self, one: Any, other: Any) -> Any:
        """Greater of two vectors, label by label."""
        return self.builder.select(self.builder.icmp_unsigned(">", one, other), one, other)

    def smaller(self, one: Any, other: Any) -> Any:
        """Smaller of two vectors, label by label."""
        return self.builder.select(self.builder.icmp_unsigned("<", one, other), one, other)

    def difference(self, one: Any, other: Any) -> Any:
        """``one - other``, or 0 where that is negative."""
        positive = self.builder.icmp_signed(">", one, other)
        return self.builder.select(positive, self.builder.sub(one, other), ir.Constant(one.type, 0))

    def byte(self, number: Any) -> Any:
        """Last byte of a number."""
        return self.builder.trunc(number, LABEL)

    def everywhere(self, value: Any, width: int) -> Any:
        """Vector with the same value in all places."""
        empty = ir.Constant(ir.VectorType(value.type, width), ir.Undefined)
        first = self.builder.insert_element(empty, value, ir.Constant(ir.IntType(32), 0))
        return self.builder.shuffle_vector(first, empty, ir.Constant(ir.VectorType(ir.IntType(32), width), None))

    def any(self, mask: Any) -> Any:
        """Whether any place of a mask is set."""
        bits = ir.IntType(mask.type.count)
        return self.builder.icmp_unsigned("!=", self.builder.bitcast(mask, bits), ir.Constant(bits, 0))

    def nothing(self) -> Any:
        """Result of a step that returns nothing."""
        return self.context.get_dummy_value()


def _require(rows: tuple[Any, ...] = (), counts: tuple[Any, ...] = ()) -> None:
    """Refuse to compile a step for arrays that it cannot read."""
    for kinds, dtype, ndim in ((rows, types.uint8, 2), (counts, types.uint16, 1)):
        for kind in kinds:
            if not (isinstance(kind, types.Array) and (kind.dtype, kind.ndim, kind.layout) == (dtype, ndim, "C")):
                raise TypingError(f"a vector step needs a contiguous {ndim}-dimensional {dtype} array, not {kind}")


@intrinsic
def vector_max_into(_: Any, target: Any, target_row: Any, source: Any, source_row: Any) -> Any:
    """Vector step of ``plain_max_into``."""
    _require(rows=(target, source))

    def write(*parts: Any) -> Any:
        code = _Code(*parts)
        code.store(code.larger(code.load(code.row(2)), code.load(code.row(0))), code.row(0))
        return code.nothing()

    return types.void(target, types.int64, source, types.int64), write


@intrinsic
def vector_copy_row(_: Any, target: Any, target_row: Any, source: Any, source_row: Any) -> Any:
    """Vector step of ``plain_copy_row``."""
    _require(rows=(target, source))

    def write(*parts: Any) -> Any:
        code = _Code(*parts)
        code.store(code.load(code.row(2)), code.row(0))
        return code.nothing()

    return types.void(target, types.int64, source, types.int64), write


@intrinsic
def vector_raises(_: Any, source: Any, source_row: Any, target: Any, target_row: Any, least: Any) -> Any:
    """Vector step of ``plain_raises``."""
    _require(rows=(source, target))

    def write(*parts: Any) -> Any:
        code = _Code(*parts)
        labels, known = code.load(code.row(0)), code.load(code.row(2))
        least = code.everywhere(code.byte(code.arguments[4]), BATCH_WIDTH)
        greater = code.builder.icmp_unsigned(">", labels, known)
        return code.any(code.builder.and_(greater, code.builder.icmp_unsigned(">=", labels, least)))

    return types.boolean(source, types.int64, target, types.int64, types.int64), write


@intrinsic
def vector_elapsed_from_labels(_: Any, rows: Any, first_row: Any, n_rows: Any) -> Any:
    """Vector step of ``plain_elapsed_from_labels``.

    In bytes, ``m + 1 - L`` is ``(255 - L) - (254 - m)`` up to minute 254 and ``(255 - L) + (m - 254)``, at most
    255, from there on; both are done, with 0 for the term that does not apply.
    """
    _require(rows=(rows,))

    def write(*parts: Any) -> Any:
        code = _Code(*parts)
        builder = code.builder
        last = ir.Constant(ir.IntType(64), 254)
        nothing = ir.Constant(ROW, None)
        largest = cgutils.alloca_once_value(builder, nothing)
        with cgutils.for_range(builder, code.arguments[2]) as loop:
            pointer = code.row(0, rows_further=loop.index)
            labels = code.larger(code.load(pointer), builder.load(largest))
            builder.store(labels, largest)
            before = code.everywhere(code.byte(code.difference(last, loop.index)), BATCH_WIDTH)
            after = code.everywhere(code.byte(code.difference(loop.index, last)), BATCH_WIDTH)
            elapsed = builder.sub(builder.not_(labels), before)
            sums = builder.add(elapsed, after)
            overflown = builder.icmp_unsigned("<", sums, elapsed)
            code.store(builder.select(overflown, builder.not_(nothing), sums), pointer)
        return code.nothing()

    return types.void(rows, types.int64, types.int64), write


@intrinsic
def vector_add_within(
    _: Any, rows: Any, first_row: Any, first_column: Any, n_rows: Any, limit: Any, counts: Any
) -> Any:
    """Vector step of ``plain_add_within``; counts in bytes, so at most 255 rows at a time."""
    _require(rows=(rows,), counts=(counts,))

    def write(*parts: Any) -> Any:
        code = _Code(*parts)
        builder = code.builder
        limit = code.everywhere(code.byte(code.arguments[4]), BLOCK_WIDTH)
        within = cgutils.alloca_once_value(builder, ir.Constant(BLOCK, None))
        with cgutils.for_range(builder, code.arguments[3]) as loop:
            values = code.load(code.block(0, rows_further=loop.index))
            minus_one_if_within = builder.sext(builder.icmp_unsigned("<=", values, limit), BLOCK)
            builder.store(builder.sub(builder.load(within), minus_one_if_within), within)
        sums = builder.add(code.load(code.counts(5)), builder.zext(builder.load(within), BLOCK_COUNTS))
        code.store(sums, code.counts(5))
        return code.nothing()

    return types.void(rows, types.int64, types.int64, types.int64, types.int64, counts), write


@intrinsic
def vector_clear(_: Any, counts: Any) -> Any:
    """Vector step of ``plain_clear``."""
    _require(counts=(counts,))

    def write(*parts: Any) -> Any:
        code = _Code(*parts)
        code.store(ir.Constant(BLOCK_COUNTS, None), code.counts(0))
        return code.nothing()

    return types.void(counts), write


@intrinsic
def vector_set_block(_: Any, rows: Any, row: Any, first_column: Any, value: Any) -> Any:
    """Vector step of ``plain_set_block``."""
    _require(rows=(rows,))

    def write(*parts: Any) -> Any:
        code = _Code(*parts)
        code.store(code.everywhere(code.byte(code.arguments[3]), BLOCK_WIDTH), code.block(0))
        return code.nothing()

    return types.void(rows, types.int64, types.int64, types.int64), write


@intrinsic
def vector_add_if_below(_: Any, rows: Any, row: Any, first_column: Any, counts: Any, rank: Any) -> Any:
    """Vector step of ``plain_add_if_below``."""
    _require(rows=(rows,), counts=(counts,))

    def write(*parts: Any) -> Any:
        code = _Code(*parts)
        below = code.below_rank(3)
        pointer = code.block(0)
        code.store(code.builder.sub(code.load(pointer), code.builder.sext(below, BLOCK)), pointer)
        return code.nothing()

    return types.void(rows, types.int64, types.int64, counts, types.int64), write


@intrinsic
def vector_settle(
    _: Any, rows: Any, row: Any, first_column: Any, counts: Any, rank: Any, other: Any, other_row: Any
) -> Any:
    """Vector step of ``plain_settle``."""
    _require(rows=(rows, other), counts=(counts,))

    def write(*parts: Any) -> Any:
        code = _Code(*parts)
        pointer = code.block(0)
        none = code.builder.not_(ir.Constant(BLOCK, None))
        values = code.builder.select(code.below_rank(3), none, code.load(pointer))
        offset = code.builder.add(code.row_offset(5), code.arguments[2])
        code.store(code.smaller(values, code.load(code.pointer(5, offset, BLOCK))), pointer)
        return code.nothing()

    signature = types.void(rows, types.int64, types.int64, counts, types.int64, other, types.int64)
    return signature, write


@intrinsic
def vector_any_below(_: Any, counts: Any, goals: Any) -> Any:
    """Vector step of ``plain_any_below``."""
    _require(counts=(counts, goals))

    def write(*parts: Any) -> Any:
        code = _Code(*parts)
        return code.any(
            code.builder.icmp_unsigned("<", code.load(code.counts(0)), code.load(code.counts(1)))
        )

    return types.boolean(counts, goals), write


max_into = _step(vector_max_into, plain_max_into)
copy_row = _step(vector_copy_row, plain_copy_row)
raises = _step(vector_raises, plain_raises)
elapsed_from_labels = _step(vector_elapsed_from_labels, plain_elapsed_from_labels)
add_within = _step(vector_add_within, plain_add_within)
clear = _step(vector_clear, plain_clear)
set_block = _step(vector_set_block, plain_set_block)
add_if_below = _step(vector_add_if_below, plain_add_if_below)
settle = _step(vector_settle, plain_settle)
any_below = _step(vector_any_below, plain_any_below)
