"""Legal and policy frames beside which differences between groups are read, with their status and its date.

The program compares groups and says what it found; whether that is unlawful is not for a program to say.
What each frame asks, how far it binds and what of this was verified lies in
``access/data/impact_frames.yaml``, in English and French. Comparisons: ``access.impact_comparisons``.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal

import pandas as pd
from pydantic import Field

from access.checked_yaml import read_model
from access.config_sources import Label, Name, Section, Text
from access.rights_catalogue import SourceDate

Kind = Literal[
    "regulation",
    "proclamation",
    "recommendation",
    "guideline",
    "administrative guidance",
    "agency policy",
    "agency practice",
    "rescinded",
]


class LegalText(Section):
    """What is said of any law, recommendation, guideline or policy."""

    name: Name = Field(description="Short name.")
    title: Label = Field(description="Name for readers.")
    source: Text = Field(description="Act and article, or document.")
    date: SourceDate = Field(description="When it was adopted, or the version read.")
    asks: Label = Field(description="What it asks for, and of whom.")
    status: Label = Field(description="How far it binds, as far as known.")
    status_date: SourceDate = Field(description="The day on which that was so.")
    text_verified: bool = Field(description="Whether the text was compared with the source or a copy.")
    status_verified: bool = Field(description="Whether the status was.")


class Frame(LegalText):
    """One law, recommendation, guideline or policy that compares groups."""

    kind: Kind = Field(description="What the text is.")
    example: Label | None = Field(None, description="A threshold somebody uses; never applied unasked.")


class Sentence(Section):
    """How one comparison is told."""

    found: Label = Field(description="What was found.")
    beyond: Label = Field(description="The value is on the wrong side of its threshold.")
    within: Label = Field(description="It is not.")


class Words(Section):
    """Sentences about comparisons."""

    evidence: Label = Field(description="Said after each comparison.")
    not_defined: Label = Field(description="There is no value.")
    share_difference: Sentence = Field(description="Share among those affected and among all.")
    benefit_ratio: Sentence = Field(description="Mean access of two groups.")
    burden_ratio: Sentence = Field(description="Shares of two groups that bear a burden.")
    change_difference: Sentence = Field(description="Mean change of access of two groups.")


class FramesFile(Section):
    """``impact_frames.yaml``."""

    frames: list[Frame] = Field(min_length=1, description="The frames.")
    words: Words = Field(description="The sentences.")


def read_frames(path: Path | None = None) -> FramesFile:
    """Return the frames and sentences of a file; without a path, the shipped ones.

    Raises
    ------
    ConfigError
        If the file is missing or does not hold frames; all problems are listed.
    """
    if path is None:
        return _shipped()
    return read_model(path, FramesFile, what="a file of frames", guide="access/data/impact_frames.yaml")


@cache
def _shipped() -> FramesFile:
    with resources.as_file(resources.files("access") / "data" / "impact_frames.yaml") as file:
        return read_frames(file)


def frame_table(language: str, path: Path | None = None) -> pd.DataFrame:
    """Return the frames as a table in one language.

    Returns
    -------
    DataFrame
        ``name, title, kind, source, date, asks, status, status_date, text_verified, status_verified,
        example`` (missing where there is none), one row a frame.

    Raises
    ------
    ConfigError
        As ``read_frames``.
    """
    rows = []
    for frame in read_frames(path).frames:
        fields = {name: getattr(frame, name) for name in Frame.model_fields}
        rows.append(
            {
                name: value.in_language(language) if isinstance(value, Label) else value
                for name, value in fields.items()
            }
        )
    return pd.DataFrame(rows, columns=list(Frame.model_fields))
