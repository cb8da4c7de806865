"""Errors about a timetable: each message names the feed, what came, what is allowed and the way out."""

from __future__ import annotations

from collections.abc import Sequence

_SHOWN_PROBLEMS = 10


class FeedError(Exception):
    """A GTFS feed cannot be used as it is.

    Parameters
    ----------
    message : what is wrong, or the headline over ``problems``.
    problems : all that was found; the message shows the first ten, ``problems`` keeps every one.
    """

    shown = _SHOWN_PROBLEMS

    def __init__(self, message: str, problems: Sequence[str] = ()) -> None:
        self.problems = list(problems) or [message]
        shown = [f"\n  - {problem}" for problem in problems[: self.shown]]
        if len(problems) > self.shown:
            shown.append(f"\n  - and {len(problems) - self.shown} more")
        super().__init__(message + "".join(shown))


class ServiceError(FeedError):
    """The feed is readable but has no service on the date or in the window asked for."""


class FeedQualityWarning(UserWarning):
    """The feed can be used, but a travel time may suffer; the text gives cause and effect."""


class ScenarioError(FeedError):
    """A modification of a scenario cannot be applied, as when it matches nothing or contradicts another.

    Whoever writes a scenario corrects all of it at once: fifty problems are shown.
    """

    shown = 50
