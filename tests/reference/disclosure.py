"""What a reader can find out about hidden counts, by trying all whole numbers. Shares no code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

Count = int | None  # None = hidden


def possible_lists(counts: Sequence[Count], total: int) -> Iterator[list[int]]:
    """All lists of whole counts that fit what is shown; hidden ones are 1 or more."""
    hidden = [place for place, count in enumerate(counts) if count is None]
    left = total - sum(count for count in counts if count is not None)
    for parts in _parts(left, len(hidden)):
        answer = list(counts)
        for place, part in zip(hidden, parts, strict=True):
            answer[place] = part
        yield [count for count in answer if count is not None]


def possible_tables(
    rows: Sequence[Sequence[Count]], row_totals: Sequence[Count], column_totals: Sequence[Count], total: int
) -> Iterator[list[list[int]]]:
    """All tables that fit; hidden totals are whatever the rows and columns then sum to, at least 1."""

    def fits(table: list[list[int]]) -> bool:
        sums = [sum(column) for column in zip(*table, strict=True)]
        shown = all(known is None or known == found for known, found in zip(column_totals, sums, strict=True))
        return shown and sum(sums) == total

    def extend(done: list[list[int]]) -> Iterator[list[list[int]]]:
        if len(done) == len(rows):
            if fits(done):
                yield done
            return
        row, known = rows[len(done)], row_totals[len(done)]
        left = total - sum(map(sum, done))
        for row_total in [known] if known is not None else range(1, left + 1):
            for filled in possible_lists(row, row_total):
                yield from extend([*done, filled])

    yield from extend([])


def _parts(amount: int, n: int) -> Iterator[tuple[int, ...]]:
    if n == 0:
        if amount == 0:
            yield ()
        return
    for first in range(1, amount - n + 2):
        for rest in _parts(amount - first, n - 1):
            yield (first, *rest)
