"""Rights and catalogues for tests, and answers to what they ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from access.rights_catalogue import Right, RightsCatalogue
from access.rights_requests import Missing, Request

LABEL = {"en": "text", "fr": "texte"}
PRINCIPLE = {"text": LABEL, "source": "an act", "date": "2014", "status": "law", "verified": False}
THRESHOLD = {"text": LABEL, "status": "our_proposal"}


def raw_right(**changes: Any) -> dict[str, Any]:
    """A right as a file writes it: two hospitals within 30 minutes by transit in the peak."""
    right = {
        "name": "hospitals",
        "label": LABEL,
        "group": "health",
        "service": "hospital",
        "at_least": 2,
        "within_min": 30,
        "modes": ["transit"],
        "when": "weekday_peak",
        "principle": PRINCIPLE,
        "threshold": THRESHOLD,
    }
    changed = {**right, **changes}
    return {key: value for key, value in changed.items() if value is not None}


def raw_catalogue(*rights: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A catalogue as a file writes it."""
    chosen = list(rights) or [raw_right()]
    return {"name": "test", "label": LABEL, "note": LABEL, "rights": chosen, **changes}


def catalogue(*rights: dict[str, Any], **changes: Any) -> RightsCatalogue:
    return RightsCatalogue.model_validate(raw_catalogue(*rights, **changes))


def right(**changes: Any) -> Right:
    return Right.model_validate(raw_right(**changes))


def reach_by(
    answers: Mapping[tuple[str, ...], Any], default: Any = Missing.PERIOD
) -> Callable[[Request], Any]:
    """Answer by the words of a request: ``{("hospital", "weekday_night"): [0, 1]}``; most words win."""

    def reach(request: Request) -> Any:
        words = {str(word) for word in request}
        fitting = [key for key in answers if set(key) <= words]
        if not fitting:
            return default
        answer = answers[max(fitting, key=len)]
        return answer if isinstance(answer, Missing) else np.array(answer, dtype=float)

    return reach
