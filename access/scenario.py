"""A scenario: a list of typed changes to a city's timetables, streets, places and people.

Timetable types are in ``gtfs.modifications``; here are those of streets and land use. Names and parameters
follow R5's modification types where R5 has the type (``add-streets``); it has none for opportunities and
residents, and for closing streets only ``modify-streets``. Keys are in snake_case; the camelCase of R5 is
read too. The text of every field is shown in ``configs/scenarios/README.md``.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeVar

from pydantic import Field, PrivateAttr, StringConstraints, model_validator

from access.config_sources import Name, Section, Text
from gtfs import modifications as timetables
from gtfs.modification_parts import Part
from gtfs.modifications import Modification, TimetableModification

Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Position = tuple[Longitude, Latitude]
"""``[lon, lat]`` in degrees WGS84, as in GeoJSON."""

Count = Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)]
CountOrNone = Annotated[float, Field(ge=0, le=1e9, allow_inf_nan=False)]
Fingerprint = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{8,64}$")]
LONGEST_JOIN_M = 1600.0


class Change(Part):
    """What the types of streets and land use share."""

    comment: str = Field("", description="Free text, not used.")


class At(Section):
    """A place in degrees."""

    lat: Latitude = Field(description="Latitude, degrees WGS84.")
    lon: Longitude = Field(description="Longitude, degrees WGS84.")


class CloseStreets(Change):
    """Closes street pieces to people on foot: whole ways, those inside an area, or those that a line cuts."""

    type: Literal["close-streets"] = "close-streets"
    ways: list[int] | None = Field(None, min_length=1, description="OpenStreetMap way ids.")
    polygon: list[Position] | None = Field(
        None, min_length=3, description="Corners `[lon, lat]`: closes pieces that lie wholly inside."
    )
    crossing: list[Position] | None = Field(
        None,
        min_length=2,
        description="A line of `[lon, lat]`: closes the pieces it crosses, such as a bridge.",
    )

    @model_validator(mode="after")
    def _one_way_to_say_which(self) -> CloseStreets:
        return _exactly_one(self, ["ways", "polygon", "crossing"])


class AddStreets(Change):
    """Adds streets for people on foot, such as a footbridge; their ends join the nearest street."""

    type: Literal["add-streets"] = "add-streets"
    line_strings: list[Annotated[list[Position], Field(min_length=2)]] = Field(
        min_length=1, description="Lines, each a list of `[lon, lat]`."
    )
    linkable: bool = Field(
        False,
        description="Cells and stops may join the new street. Without it they stay where they join, as for a "
        "footbridge or a tunnel.",
    )
    join_within_m: float = Field(
        30,
        gt=0,
        le=LONGEST_JOIN_M,
        description="Both ends of each line must have a street, old or new, within this distance.",
    )


class _AtAPlace(Change):
    """A change at a place: a point, or a cell of the run."""

    at: At | None = Field(None, description="The place in degrees; or give `cell`.")
    cell: str | None = Field(None, description="H3 index of a cell of the run; or give `at`.")


class AddOpportunities(_AtAPlace):
    """A school or clinic opens, jobs come."""

    type: Literal["add-opportunities"] = "add-opportunities"
    service: Name = Field(description="Name of the opportunities in the configuration of the run.")
    count: Count = Field(1, description="How many; whole where each object counts as one.")
    name: str | None = Field(None, description="What the new place is called.")

    @model_validator(mode="after")
    def _one_place(self) -> AddOpportunities:
        return _exactly_one(self, ["at", "cell"])


class RemoveOpportunities(_AtAPlace):
    """A school or clinic closes, jobs go."""

    type: Literal["remove-opportunities"] = "remove-opportunities"
    service: Name = Field(description="Name of the opportunities in the configuration of the run.")
    where: dict[str, list[str]] = Field(
        default_factory=dict,
        description="Only rows of the source whose column holds one of these values, such as `{id: [S-12]}`; "
        "goes with `at` and `cell` or stands alone.",
    )
    within_m: float = Field(
        50,
        gt=0,
        le=5000,
        description="With `at`: how far around it places are meant. Of a table by cell, the cell of `at`.",
    )
    count: Count | None = Field(
        None, description="How many to take away, those nearest to `at` first; without it, all that match."
    )

    @model_validator(mode="after")
    def _some_place(self) -> RemoveOpportunities:
        if self.at is not None and self.cell is not None:
            raise ValueError("give at or cell, not both")
        if self.at is None and self.cell is None and not self.where:
            raise ValueError("give at, cell or where, to say which")
        return self


class AddResidents(_AtAPlace):
    """People move in, such as social housing here or there."""

    type: Literal["add-residents"] = "add-residents"
    count: Count = Field(description="Residents.")
    households: CountOrNone | None = Field(None, description="Their households.")
    income: CountOrNone | None = Field(
        None,
        description="Mean income of those households, in the unit of the run. Without it the mean of the "
        "cell stays as it is.",
    )
    groups: dict[Name, CountOrNone] = Field(
        default_factory=dict,
        description="How many of them belong to each group of the configuration (`people.groups`); groups "
        "not named get none.",
    )

    @model_validator(mode="after")
    def _place_and_weights(self) -> AddResidents:
        if self.income is not None and not self.households:
            raise ValueError("income needs households, which are the weights of the mean")
        many = [f"{name} {amount:g}" for name, amount in self.groups.items() if amount > self.count]
        if many:
            raise ValueError(f"groups are part of the {self.count:g} residents; got {', '.join(many)}")
        return _exactly_one(self, ["at", "cell"])


Checked = TypeVar("Checked", bound=Change)


def _exactly_one(change: Checked, keys: Sequence[str]) -> Checked:
    given = [key for key in keys if getattr(change, key) is not None]
    if len(given) != 1:
        raise ValueError(f"give exactly one of {', '.join(keys)}; got {', '.join(given) or 'none'}")
    return change


StreetModification = CloseStreets | AddStreets
LandUseModification = RemoveOpportunities | AddOpportunities | AddResidents

_STREETS: dict[str, type[Change]] = {"close-streets": CloseStreets, "add-streets": AddStreets}
_LAND_USE: dict[str, type[Change]] = {
    "remove-opportunities": RemoveOpportunities,
    "add-opportunities": AddOpportunities,
    "add-residents": AddResidents,
}
TYPES: dict[str, type[Part]] = {**timetables.TYPES, **_STREETS, **_LAND_USE}
"""Every type of modification and its model."""

ORDER: dict[str, int] = timetables.ORDER | {
    "close-streets": 4,
    "add-streets": 6,
    "remove-opportunities": 80,
    "add-opportunities": 81,
    "add-residents": 82,
}
"""Place of each type in the order of application; equal ones keep the order of the file."""

AnyModification = Annotated[
    TimetableModification | StreetModification | LandUseModification, Field(discriminator="type")
]

Kind = TypeVar("Kind", covariant=True)


class Numbered(NamedTuple, Generic[Kind]):
    """A modification with its position in the file, from 1."""

    number: int
    change: Kind


class Scenario(Section):
    """What would change, as written in a scenario file."""

    name: Text = Field(description="Name shown to readers: one text, or `{en: ..., fr: ...}`.")
    description: Text | None = Field(None, description="What is changed and why, in a sentence or two.")
    feeds: dict[Name, Fingerprint] = Field(
        default_factory=dict,
        description="SHA-256 of the feeds that the scenario was written for, or their first digits (at least "
        "8), by name; another is a warning.",
    )
    modifications: list[AnyModification] = Field(description="The changes; see the types below.")
    _file: str = PrivateAttr("")

    def from_file(self, file: str) -> Scenario:
        """Remember the file that the scenario was read from, for messages; returns the scenario itself."""
        self._file = file
        return self

    @property
    def title(self) -> str:
        """What errors call the scenario: its file and its name."""
        return f"{self._file} ({self.name.en!r})" if self._file else repr(self.name.en)

    @property
    def timetable(self) -> tuple[Numbered[Modification], ...]:
        """Changes of timetables in the order in which they are applied."""
        return self._of(timetables.TYPES)

    @property
    def streets(self) -> tuple[Numbered[StreetModification], ...]:
        """Changes of streets in the order in which they are applied."""
        return self._of(_STREETS)

    @property
    def land_use(self) -> tuple[Numbered[LandUseModification], ...]:
        """Changes of opportunities and residents in the order in which they are applied."""
        return self._of(_LAND_USE)

    def _of(self, types: Collection[str]) -> tuple[Numbered[Any], ...]:
        """Number the modifications from 1 and sort those of these types, equal ones as in the file."""
        numbered = [
            Numbered(number, change)
            for number, change in enumerate(self.modifications, start=1)
            if change.type in types
        ]
        return tuple(sorted(numbered, key=lambda one: ORDER[one.change.type]))
