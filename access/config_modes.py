"""The section of a configuration for travel without transit, to compare with: on foot, by bicycle, by car."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from access.config_sources import Label, Name, Section
from access.cycling import CyclingRules
from access.driving import DrivingRules
from access.errors import AccessError
from access.step_free import WORST_CASE_SNAP_M

StepFreeBound = Literal["best", "worst"]

OPTIONS = {
    "walk": {"speed_km_h", "step_free"},
    "bicycle": {"speed_km_h", "max_traffic_stress"},
    "car": {"congestion_factor", "congestion_period", "access_min", "parking_min"},
}
"""What each mode can be told, beside ``name``, ``label``, ``mode`` and ``max_duration_min``."""

USUAL_CYCLING_KM_H = 15.0


def snap_limit_m(max_snap_m: float, step_free: StepFreeBound | None) -> float:
    """Longest straight line to a street; in the worst case it is itself a way not known to be passable."""
    return min(max_snap_m, WORST_CASE_SNAP_M) if step_free == "worst" else max_snap_m


class ModeConfig(Section):
    """One mode, compared with transit; its matrix is written beside those of the periods."""

    name: Name = Field(description="Short name, used in file names.")
    label: Label = Field(description="Name shown to readers.")
    mode: Literal["walk", "bicycle", "car"] = Field(description="How people travel all the way.")
    speed_km_h: float | None = Field(
        None,
        gt=0,
        le=50,
        description="Speed on foot (without it `travel.walk_speed_km_h`) or by bicycle (without it 15).",
    )
    step_free: StepFreeBound | None = Field(
        None, description="On foot: without steps, where ways not said to be passable count (`best`) or not."
    )
    max_traffic_stress: int | None = Field(
        None, ge=1, le=4, description="By bicycle: highest level of traffic stress ridden, else pushed."
    )
    congestion_factor: float | dict[str, float] = Field(
        1.0, description="By car: what free-flow times are multiplied by, also by class of road."
    )
    congestion_period: str = Field("free flow", description="By car: the hours the factor is for, in words.")
    access_min: float = Field(0, ge=0, le=60, description="By car: minutes from the door to the car.")
    parking_min: float = Field(0, ge=0, le=60, description="By car: minutes to park and walk from there.")
    max_duration_min: int | None = Field(
        None, ge=1, le=254, description="Longest trip; without it `travel.max_duration_min`."
    )

    @model_validator(mode="after")
    def _options_of_the_mode(self) -> ModeConfig:
        every = set().union(*OPTIONS.values())
        strange = self.model_fields_set & every - OPTIONS[self.mode]
        # The record of a run names every option, those of other modes at their defaults.
        wrong = sorted(
            name for name in strange if getattr(self, name) != type(self).model_fields[name].get_default()
        )
        if wrong:
            raise ValueError(
                f"{', '.join(wrong)} does not belong to mode {self.mode}, which takes "
                f"{', '.join(sorted(OPTIONS[self.mode]))}"
            )
        try:
            self.road_rules(walk_speed_km_h=3.6)
        except AccessError as error:
            raise ValueError(str(error)) from error
        return self

    @property
    def on_usual_streets(self) -> bool:
        """Whether it goes on foot along the streets that lead to stops."""
        return self.mode == "walk" and self.step_free is None

    def road_rules(self, walk_speed_km_h: float) -> CyclingRules | DrivingRules | None:
        """Return the rules of a mode that has roads of its own; None on foot."""
        if self.mode == "bicycle":
            return CyclingRules(
                self.speed_km_h or USUAL_CYCLING_KM_H, walk_speed_km_h, self.max_traffic_stress or 4
            )
        if self.mode == "car":
            return DrivingRules(
                self.congestion_factor,
                self.congestion_period,
                self.access_min,
                self.parking_min,
                walk_speed_km_h,
            )
        return None
