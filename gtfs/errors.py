"""Errors about a timetable: each message names the feed, what came, what is allowed and the way out."""


class FeedError(Exception):
    """A GTFS feed cannot be used as it is."""


class ServiceError(FeedError):
    """The feed is readable but has no service on the date or in the window asked for."""


class FeedQualityWarning(UserWarning):
    """The feed can be used, but a travel time may suffer; the text gives cause and effect."""
