"""What ``fairreach reproduce`` says, in English and French."""

from __future__ import annotations

import math
from collections.abc import Iterator

from access.reproduce import Reproduced, Verified
from access.reproduce_compare import TableCompared
from access.texts import Texts


def verified_lines(verified: Verified, texts: Texts) -> Iterator[str]:
    """Say that every hash fits, who signed, and which inputs are not inside."""
    run = verified.told["run"]
    yield texts(
        "reproduce.bundle",
        name=texts.label(run.get("name")),
        day=texts.day(run.get("created")),
        version=run.get("fairreach_version"),
    )
    yield texts("reproduce.hashes", n=texts.number(verified.n_files))
    yield texts("reproduce.sums", hash=verified.sums_sha256)
    if verified.signer:
        key = "reproduce.signed_named" if verified.named else "reproduce.signed_unnamed"
        yield texts(key, signer=verified.signer, file=verified.named)
    else:
        yield texts("reproduce.not_signed")
    for each in verified.missing:
        yield texts(
            "reproduce.missing",
            file=each["place"],
            bytes=texts.number(each["bytes"]),
            hash=each["sha256"],
            where=each["where"] or texts("no_data"),
        )
    for each in verified.told.get("not_included") or []:
        yield texts("reproduce.needs", what=each)


def reproduced_lines(made: Reproduced, texts: Texts, tolerance: float = 0.0) -> Iterator[str]:
    """Say table by table whether the numbers are equal, and at last whether all are."""
    for table in made.tables:
        yield table_line(table, texts)
    values = sum(table.values for table in made.tables)
    differing = sum(table.differing for table in made.tables)
    yield ""
    if made.identical:
        key = "reproduce.within" if tolerance else "reproduce.identical"
        yield texts(key, n=texts.number(values), tables=texts.number(len(made.tables)), tolerance=tolerance)
    else:
        yield texts("reproduce.differ", n=texts.number(differing), of=texts.number(values))
        for table in made.tables:
            for each in table.shown[:5]:
                yield f"  {each.file}  {each.where}: {each.before} \u2192 {each.again}"
    yield texts("reproduce.not_compared")
    if made.environment:
        yield texts("reproduce.environment" if made.identical else "reproduce.environment_why")
        yield from (f"  {line}" for line in made.environment)
    elif not made.identical:
        yield texts("reproduce.same_environment")


def table_line(table: TableCompared, texts: Texts) -> str:
    """Say how one file compares."""
    if table.problem:
        return texts("reproduce.table_problem", file=table.file, problem=table.problem)
    if table.same:
        return texts("reproduce.table_same", file=table.file, n=texts.number(table.values))
    counted = {"file": table.file, "n": texts.number(table.differing), "of": texts.number(table.values)}
    if table.no_numbers == table.differing:
        return texts("reproduce.table_differs_texts", **counted)
    largest = f"{table.largest:.3g}" if math.isfinite(table.largest) else texts("no_data")
    line = texts(
        "reproduce.table_differs", **counted, largest=largest, relative=f"{table.largest_relative:.1e}"
    )
    if table.no_numbers:
        line += texts("reproduce.and_texts", n=texts.number(table.no_numbers))
    return line
