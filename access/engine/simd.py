"""Byte-vector steps of the batched engine: one step for many origins at once, each with a plain twin.

A *row* holds one byte for each of the ``BATCH_WIDTH`` origins (*columns*) of a batch: a label or minutes.
Loops over 128 bytes written in plain numba spend most of their time on finding out whether the arrays overlap
and on starting and ending the loop; these steps are straight lines of vector instructions instead. The
vectors are LLVM's own, which it fits to SSE, AVX or NEON.

Vector steps check no bounds. So

- the width is defined here and nowhere else, and rows come from ``empty_rows``; what is not a contiguous
  array of two dimensions and bytes does not compile;
- the twins, named ``plain_...``, take over where JIT is off or bounds are checked (``NUMBA_DISABLE_JIT=1``,
  ``NUMBA_BOUNDSCHECK=1``), and tests hold both equal.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, Signature
from typing import Any, TypeVar

import llvmlite.ir as ir
import numpy as np
import numpy.typing as npt
from numba import config, njit
from numba.core import cgutils, types
from numba.core.errors import TypingError
from numba.extending import intrinsic

_numba_config: Any = config  # its options are set at run time

BATCH_WIDTH = 128
"""Origins in a batch, bytes in a row."""

CACHE_LINE = 64
"""Bytes that memory is read in."""

FLIP = np.uint8(128)
"""Top bit of a byte. Flipped values are in order as signed bytes, the only ones that AVX compares at once."""

USES_VECTORS = not (_numba_config.DISABLE_JIT or _numba_config.BOUNDSCHECK)
"""Whether the vector steps are used rather than their plain twins."""


def empty_rows(n_rows: int) -> Rows:
    """Room for rows that begin with a cache line, which loads of vectors must not cross."""
    room = np.empty(n_rows * BATCH_WIDTH + CACHE_LINE, np.uint8)
    first = -room.ctypes.data % CACHE_LINE
    return room[first : first + n_rows * BATCH_WIDTH].reshape(n_rows, BATCH_WIDTH)


Rows = npt.NDArray[np.uint8]
"""(n_rows, BATCH_WIDTH), contiguous."""

Counts = npt.NDArray[np.uint16]
"""(BATCH_WIDTH,) departures counted for each column."""

Step = TypeVar("Step", bound=Callable[..., Any])

LABEL = ir.IntType(8)
COUNT = ir.IntType(16)
ROW = ir.VectorType(LABEL, BATCH_WIDTH)
ROW_OF_COUNTS = ir.VectorType(COUNT, BATCH_WIDTH)


def _step(vector: Any, plain: Step) -> Step:
    """The vector step, or its plain twin where vectors are not used."""
    chosen: Step = vector if USES_VECTORS else njit(plain)
    return chosen


# The plain twins say what each step does.


def plain_max_into(target: Rows, target_row: int, source: Rows, source_row: int) -> None:
    """Raise the labels of a row to those of another row."""
    target[target_row] = np.maximum(target[target_row], source[source_row])


def plain_write_larger(
    target: Rows, target_row: int, one: Rows, one_row: int, other: Rows, other_row: int
) -> None:
    """Write the greater labels of two rows to a third."""
    target[target_row] = np.maximum(one[one_row], other[other_row])


def plain_copy_row(target: Rows, target_row: int, source: Rows, source_row: int) -> None:
    """Copy a row."""
    target[target_row] = source[source_row]


def plain_raises(source: Rows, source_row: int, target: Rows, target_row: int, least: int) -> bool:
    """Whether any label of the source is greater than the target's and at least ``least``."""
    labels = source[source_row]
    return bool(np.any((labels > target[target_row]) & (labels >= least)))


def plain_labels_at_stop(
    target: Rows,
    target_row: int,
    walk_min: Rows,
    walk_min_row: int,
    walk_rest_s: Rows,
    walk_rest_s_row: int,
    minute: int,
    second: int,
    most: int,
) -> None:
    """Write the labels of those who walk to a stop, where they must be at a minute and second.

    Departure ``d`` leaves at minute ``d``. A walk takes whole minutes and a rest of less than 60 s; whole
    minutes of 255 stand for no walk. Labels are at most ``most``.
    """
    whole, rest = walk_min[walk_min_row].astype(np.int64), walk_rest_s[walk_rest_s_row]
    labels = minute + 1 - whole - (rest > second)
    labels = np.minimum(np.maximum(labels, 0), most)
    target[target_row] = np.where(whole == 255, 0, labels).astype(np.uint8)


def plain_elapsed_from_labels(rows: Rows, first_row: int, n_rows: int) -> None:
    """Turn labels of consecutive minutes into minutes elapsed since the latest departure that has arrived.

    Row ``first_row + m`` holds labels ``L``, the number of departures that arrive in minute ``m`` or before,
    or less where an earlier row holds more. It becomes ``m + 1 - (largest L so far)``, at most 255, and is
    stored with its top bit flipped (``FLIP``).
    """
    largest = np.zeros(BATCH_WIDTH, np.int64)
    for minute in range(n_rows):
        largest = np.maximum(largest, rows[first_row + minute].astype(np.int64))
        rows[first_row + minute] = np.minimum(minute + 1 - largest, 255).astype(np.uint8) ^ FLIP


def plain_add_within(rows: Rows, first_row: int, n_rows: int, limit: int, counts: Counts) -> None:
    """Add to each column's count in how many of at most 255 rows its flipped value is at most the limit.

    The limit is at most 254.
    """
    for row in range(first_row, first_row + n_rows):
        counts += (rows[row] ^ FLIP <= limit).astype(np.uint16)


def plain_clear(counts: Counts) -> None:
    """Set all counts to 0."""
    counts[:] = 0


def plain_set_row(rows: Rows, row: int, value: int) -> None:
    """Set all values of a row."""
    rows[row] = value


def plain_add_if_below(rows: Rows, row: int, counts: Counts, rank: int) -> None:
    """Add 1 to each value of a row whose count is below the rank."""
    rows[row] += (counts < rank).astype(np.uint8)


def plain_settle(rows: Rows, row: int, counts: Counts, rank: int, other: Rows, other_row: int) -> None:
    """Set the values of a row to 255 where the count is below the rank, then to another row's where less."""
    rows[row] = np.minimum(np.where(counts < rank, np.uint8(255), rows[row]), other[other_row])


def plain_any_below(counts: Counts, goals: Counts) -> bool:
    """Whether any count is below its goal."""
    return bool(np.any(counts < goals))


# The vector steps. Arguments are rows, counts or numbers.

ROWS, COUNTS, NUMBER = "rows", "counts", "number"


class _Code:
    """Writes the instructions of one step. Its arguments are known by position.

    In every step an array of rows is followed by its row number, and counts to be compared by a rank.
    """

    def __init__(self, context: Any, builder: Any, signature: Any, arguments: Any) -> None:
        self.context, self.builder, self.signature, self.arguments = context, builder, signature, arguments

    def row(self, array: int, rows_further: Any = None) -> Any:
        """Pointer to the row of an array of rows, some rows further on."""
        row = self.arguments[array + 1]
        if rows_further is not None:
            row = self.builder.add(row, rows_further)
        return self.pointer(array, self.builder.mul(row, ir.Constant(ir.IntType(64), BATCH_WIDTH)), ROW)

    def counts(self, array: int) -> Any:
        """Pointer to counts."""
        return self.pointer(array, ir.Constant(ir.IntType(64), 0), ROW_OF_COUNTS)

    def variable(self, value: Any) -> Any:
        """Pointer to a new variable, which LLVM keeps in registers."""
        allocate: Any = cgutils.alloca_once_value
        return allocate(self.builder, value)

    def below_rank(self, array: int) -> Any:
        """Mask of the counts below the rank that follows them."""
        rank = self.everywhere(self.builder.trunc(self.arguments[array + 1], COUNT))
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

    def excess(self, one: Any, other: Any) -> Any:
        """``one - other`` of two vectors, or 0 where that is negative."""
        positive = self.builder.icmp_unsigned(">", one, other)
        return self.builder.select(positive, self.builder.sub(one, other), ir.Constant(one.type, None))

    def byte(self, number: Any) -> Any:
        """Last byte of a number."""
        return self.builder.trunc(number, LABEL)

    def everywhere(self, value: Any) -> Any:
        """Row with the same value in all places."""
        empty = ir.Constant(ir.VectorType(value.type, BATCH_WIDTH), ir.Undefined)
        first = self.builder.insert_element(empty, value, ir.Constant(ir.IntType(32), 0))
        places = ir.Constant(ir.VectorType(ir.IntType(32), BATCH_WIDTH), None)
        return self.builder.shuffle_vector(first, empty, places)

    def any(self, mask: Any) -> Any:
        """Whether any place of a mask is set."""
        bits = ir.IntType(mask.type.count)
        return self.builder.icmp_unsigned("!=", self.builder.bitcast(mask, bits), ir.Constant(bits, 0))


def _vector(*kinds: str, result: Any = types.void) -> Callable[[Callable[[_Code], Any]], Any]:
    """Make a vector step from a function that writes its instructions; the arguments are of these kinds."""

    def step(write: Callable[[_Code], Any]) -> Any:
        def typing(_: Any, *arguments: Any) -> Any:
            for kind, argument in zip(kinds, arguments, strict=True):
                _require(kind, argument)
            kept = [
                types.int64 if kind == NUMBER else argument
                for kind, argument in zip(kinds, arguments, strict=True)
            ]
            return result(*kept), lambda *parts: _result(write, _Code(*parts))

        typing.__name__, typing.__doc__ = write.__name__, write.__doc__
        # numba reads the number of arguments off the signature and does not know ``*arguments``.
        names = ["context", *(f"argument_{number}" for number in range(len(kinds)))]
        parameters = [Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in names]
        typing.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
        return intrinsic(typing)

    return step


def _result(write: Callable[[_Code], Any], code: _Code) -> Any:
    value = write(code)
    return code.context.get_dummy_value() if value is None else value


def _require(kind: str, argument: Any) -> None:
    """Refuse to compile a step for arrays that it cannot read."""
    if kind == NUMBER:
        return
    dtype, ndim = (types.uint8, 2) if kind == ROWS else (types.uint16, 1)
    if not isinstance(argument, types.Array) or (
        (argument.dtype, argument.ndim, argument.layout) != (dtype, ndim, "C")
    ):
        raise TypingError(
            f"a vector step needs a contiguous {ndim}-dimensional {dtype} array, not {argument}"
        )


@_vector(ROWS, NUMBER, ROWS, NUMBER)
def vector_max_into(code: _Code) -> None:
    """Vector step of ``plain_max_into``."""
    code.store(code.larger(code.load(code.row(2)), code.load(code.row(0))), code.row(0))


@_vector(ROWS, NUMBER, ROWS, NUMBER, ROWS, NUMBER)
def vector_write_larger(code: _Code) -> None:
    """Vector step of ``plain_write_larger``."""
    code.store(code.larger(code.load(code.row(2)), code.load(code.row(4))), code.row(0))


@_vector(ROWS, NUMBER, ROWS, NUMBER)
def vector_copy_row(code: _Code) -> None:
    """Vector step of ``plain_copy_row``."""
    code.store(code.load(code.row(2)), code.row(0))


@_vector(ROWS, NUMBER, ROWS, NUMBER, NUMBER, result=types.boolean)
def vector_raises(code: _Code) -> Any:
    """Vector step of ``plain_raises``."""
    labels, known = code.load(code.row(0)), code.load(code.row(2))
    least = code.everywhere(code.byte(code.arguments[4]))
    greater = code.builder.icmp_unsigned(">", labels, known)
    return code.any(code.builder.and_(greater, code.builder.icmp_unsigned(">=", labels, least)))


@_vector(ROWS, NUMBER, ROWS, NUMBER, ROWS, NUMBER, NUMBER, NUMBER, NUMBER)
def vector_labels_at_stop(code: _Code) -> None:
    """Vector step of ``plain_labels_at_stop``.

    In bytes, ``m + 1 - walk`` is ``m + 1`` less the walk up to minute 254, and from there on 255 less what
    the walk exceeds ``m - 254`` by; never below 0, and more than 255 counts as 255.
    """
    builder = code.builder
    minute, second, most = code.arguments[6:9]
    one, top, last = (ir.Constant(ir.IntType(64), value) for value in (1, 255, 254))
    no_later = builder.icmp_signed("<", minute, last)
    start = builder.select(no_later, builder.add(minute, one), top)
    later = code.difference(minute, last)
    later = builder.select(builder.icmp_signed("<", later, top), later, top)
    whole, rest = code.load(code.row(2)), code.load(code.row(4))
    too_late = builder.icmp_unsigned(">", rest, code.everywhere(code.byte(second)))
    walk = builder.sub(whole, builder.sext(too_late, ROW))
    labels = code.excess(
        code.everywhere(code.byte(start)), code.excess(walk, code.everywhere(code.byte(later)))
    )
    labels = code.smaller(labels, code.everywhere(code.byte(most)))
    nobody = builder.icmp_unsigned("==", whole, code.everywhere(ir.Constant(LABEL, 255)))
    code.store(builder.select(nobody, ir.Constant(ROW, None), labels), code.row(0))


@_vector(ROWS, NUMBER, NUMBER)
def vector_elapsed_from_labels(code: _Code) -> None:
    """Vector step of ``plain_elapsed_from_labels``.

    In bytes, ``m + 1 - L`` is ``(255 - L) - (254 - m)`` up to minute 254 and ``(255 - L) + (m - 254)``, at
    most 255, from there on; both are done, with 0 for the term that does not apply.
    """
    builder = code.builder
    last, nothing = ir.Constant(ir.IntType(64), 254), ir.Constant(ROW, None)
    largest = code.variable(nothing)
    with cgutils.for_range(builder, code.arguments[2]) as loop:
        pointer = code.row(0, rows_further=loop.index)
        labels = code.larger(code.load(pointer), builder.load(largest))
        builder.store(labels, largest)
        before = code.everywhere(code.byte(code.difference(last, loop.index)))
        after = code.everywhere(code.byte(code.difference(loop.index, last)))
        elapsed = builder.sub(builder.not_(labels), before)
        later = builder.add(elapsed, after)
        too_large = builder.icmp_unsigned("<", later, elapsed)
        elapsed = builder.select(too_large, builder.not_(nothing), later)
        code.store(builder.xor(elapsed, code.everywhere(ir.Constant(LABEL, int(FLIP)))), pointer)


@_vector(ROWS, NUMBER, NUMBER, NUMBER, COUNTS)
def vector_add_within(code: _Code) -> None:
    """Vector step of ``plain_add_within``; counts in bytes, so at most 255 rows at a time."""
    builder = code.builder
    beyond = builder.add(code.arguments[3], ir.Constant(ir.IntType(64), 1 + int(FLIP)))
    limit = code.everywhere(code.byte(beyond))
    within = code.variable(ir.Constant(ROW, None))
    with cgutils.for_range(builder, code.arguments[2]) as loop:
        values = code.load(code.row(0, rows_further=loop.index))
        minus_one_if_within = builder.sext(builder.icmp_signed(">", limit, values), ROW)
        builder.store(builder.sub(builder.load(within), minus_one_if_within), within)
    wide = builder.zext(builder.load(within), ROW_OF_COUNTS)
    code.store(builder.add(code.load(code.counts(4)), wide), code.counts(4))


@_vector(COUNTS)
def vector_clear(code: _Code) -> None:
    """Vector step of ``plain_clear``."""
    code.store(ir.Constant(ROW_OF_COUNTS, None), code.counts(0))


@_vector(ROWS, NUMBER, NUMBER)
def vector_set_row(code: _Code) -> None:
    """Vector step of ``plain_set_row``."""
    code.store(code.everywhere(code.byte(code.arguments[2])), code.row(0))


@_vector(ROWS, NUMBER, COUNTS, NUMBER)
def vector_add_if_below(code: _Code) -> None:
    """Vector step of ``plain_add_if_below``."""
    minus_one_if_below = code.builder.sext(code.below_rank(2), ROW)
    code.store(code.builder.sub(code.load(code.row(0)), minus_one_if_below), code.row(0))


@_vector(ROWS, NUMBER, COUNTS, NUMBER, ROWS, NUMBER)
def vector_settle(code: _Code) -> None:
    """Vector step of ``plain_settle``."""
    unreached = code.builder.not_(ir.Constant(ROW, None))
    values = code.builder.select(code.below_rank(2), unreached, code.load(code.row(0)))
    code.store(code.smaller(values, code.load(code.row(4))), code.row(0))


@_vector(COUNTS, COUNTS, result=types.boolean)
def vector_any_below(code: _Code) -> Any:
    """Vector step of ``plain_any_below``."""
    return code.any(code.builder.icmp_unsigned("<", code.load(code.counts(0)), code.load(code.counts(1))))


max_into = _step(vector_max_into, plain_max_into)
write_larger = _step(vector_write_larger, plain_write_larger)
copy_row = _step(vector_copy_row, plain_copy_row)
raises = _step(vector_raises, plain_raises)
labels_at_stop = _step(vector_labels_at_stop, plain_labels_at_stop)
elapsed_from_labels = _step(vector_elapsed_from_labels, plain_elapsed_from_labels)
add_within = _step(vector_add_within, plain_add_within)
clear = _step(vector_clear, plain_clear)
set_row = _step(vector_set_row, plain_set_row)
add_if_below = _step(vector_add_if_below, plain_add_if_below)
settle = _step(vector_settle, plain_settle)
any_below = _step(vector_any_below, plain_any_below)
