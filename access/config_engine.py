"""The section of a configuration for the engine R5, which is the user's to install."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from access.config_sources import Section
from access.r5_java import R5Settings
from access.r5_mapping import MONTE_CARLO_DRAWS

EngineName = Literal["fairreach", "r5"]


class R5Config(Section):
    """Where R5 lies on this machine, and what only R5 asks for; used with `travel.engine: r5`."""

    jar: str | None = Field(
        None, description="Jar of R5; without it FAIRREACH_R5_JAR, r5py's settings and cache are looked at."
    )
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{64}$")] | None = Field(
        None, description="Checksum that the jar must have."
    )
    java_home: str | None = Field(
        None, description="Folder of a Java 21 or newer; without it JAVA_HOME, PATH and the usual folders."
    )
    memory: Annotated[str, StringConstraints(pattern=r"^[0-9]+(\.[0-9]+)?[%KMGT]?$")] | None = Field(
        None, description="Memory for Java, such as `8G` or `50%`; without it r5py's own setting (80 %)."
    )
    download: bool = Field(False, description="Let r5py download the jar where none is found.")
    monte_carlo_draws: int = Field(
        MONTE_CARLO_DRAWS,
        ge=0,
        le=10_000,
        description="Random timetables for headway service over the whole window; their seed cannot be set. "
        "0: half a headway's wait instead, without chance.",
    )

    def settings(self) -> R5Settings:
        """Return what finding R5 needs; ``~`` is the home folder."""
        return R5Settings(
            jar=_path(self.jar),
            sha256=self.sha256,
            java_home=_path(self.java_home),
            memory=self.memory,
            download=self.download,
        )


def _path(text: str | None) -> Path | None:
    return Path(text).expanduser() if text else None
