"""Legal and policy frames of an evidence report: European Union, France, United States, United Nations.

Each with what it asks, its status and the day on which that was so. The program says what was measured; what
follows in law is for others to say.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from pydantic import Field

from access.checked_yaml import read_model
from access.config_sources import Label, Name, Section
from access.errors import ConfigError
from access.impact_frames import LegalText, read_frames
from access.texts import Texts


class Area(Section):
    """A law or policy area."""

    label: Label = Field(description="Its name.")
    shared: list[Name] = Field(description="Frames of impact_frames.yaml that belong to it.")


class AreaFrame(LegalText):
    """One frame of an area."""

    area: Name = Field(description="Of ``areas``.")


class AreasFile(Section):
    """``evidence_frames.yaml``."""

    areas: dict[Name, Area] = Field(min_length=1, description="Areas in the order of the report.")
    frames: list[AreaFrame] = Field(description="Frames that no other file has.")


class FrameTold(NamedTuple):
    """One frame in one language."""

    title: str
    source: str
    date: str
    asks: str
    status: str
    status_date: str
    text_verified: bool
    status_verified: bool


def frames_by_area(language: str) -> dict[str, list[FrameTold]]:
    """Return the frames of each area, by the name of the area in this language.

    Raises
    ------
    ConfigError
        If a frame names no area, or an area a frame that there is not.
    """
    file = _read()
    shared = {frame.name: frame for frame in read_frames().frames}
    own = [frame for frame in file.frames if frame.area in file.areas]
    problems = [
        f"frames.{frame.name}: no area {frame.area!r}"
        for frame in file.frames
        if frame.area not in file.areas
    ]
    problems += [
        f"areas.{name}.shared: no frame {wanted!r}"
        for name, area in file.areas.items()
        for wanted in area.shared
        if wanted not in shared
    ]
    if problems:
        raise ConfigError("access/data/evidence_frames.yaml", problems)
    texts = Texts(language)
    told: dict[str, list[FrameTold]] = {}
    for name, area in file.areas.items():
        listed = [*(shared[wanted] for wanted in area.shared), *(each for each in own if each.area == name)]
        told[texts.label(area.label.model_dump())] = [_told(frame, texts) for frame in listed]
    return told


def _told(frame: LegalText, texts: Texts) -> FrameTold:
    def label(name: str) -> str:
        value = getattr(frame, name)
        return texts.label(value.model_dump() if isinstance(value, Label) else value)

    return FrameTold(
        title=label("title"),
        source=label("source"),
        date=label("date"),
        asks=label("asks"),
        status=label("status"),
        status_date=label("status_date"),
        text_verified=frame.text_verified,
        status_verified=frame.status_verified,
    )


@cache
def _read() -> AreasFile:
    with resources.as_file(resources.files("access") / "data" / "evidence_frames.yaml") as path:
        return read_model(
            Path(path), AreasFile, what="a file of frames", guide="access/data/evidence_frames.yaml"
        )
