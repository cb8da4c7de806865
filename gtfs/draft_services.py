"""Services cut to some days of the week, and new services for given days, on a draft's calendar.

Which of a service's dates belong to some days of the week is decided so, and every date belongs to one side:

W1. A regular date (calendar.txt) belongs to its own day of the week.
W2. A date added in calendar_dates.txt belongs where the service's regular days do: a Sunday service added on
    a public holiday is Sunday service. Where those lie on both sides, or the service has none (feeds with
    calendar_dates.txt only), it belongs to its own day of the week.
W3. A date removed in calendar_dates.txt stays removed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from gtfs.calendar import WEEKDAY_COLUMNS, read_calendar

if TYPE_CHECKING:
    from gtfs.draft import Draft

Dates = frozenset[int]
"""Days as proleptic ordinals (``date.toordinal``)."""

_ADDED, _REMOVED = 1, 2


class Services:
    """The services of one draft, with new ones added to its calendar tables as they are asked for."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        calendar = read_calendar(draft.base, draft.name)
        runs, first, last = calendar.runs.tolist(), calendar.first_day.tolist(), calendar.last_day.tolist()
        self._span = {
            service: range(first[at], last[at] + 1) for at, service in enumerate(calendar.service.tolist())
        }
        self._regular = {
            service: frozenset(day for day in range(7) if runs[at][day])
            for at, service in enumerate(self._span)
        }
        self._changes: dict[str, list[tuple[bool, int]]] = {}
        for service, day, added in zip(
            calendar.exception_service.tolist(),
            calendar.exception_day.tolist(),
            calendar.added.tolist(),
            strict=True,
        ):
            self._regular.setdefault(service, frozenset())
            self._changes.setdefault(service, []).append((added, day))
        self._dates: dict[str, Dates] = {}

    @property
    def ids(self) -> list[str]:
        """Every service, in the order of the calendar."""
        return list(self._regular)

    def dates(self, service_id: str) -> Dates:
        """Dates on which a service runs; none for a service that the calendar lacks."""
        if service_id not in self._dates:
            regular = self._regular.get(service_id, frozenset())
            dates = {day for day in self._span.get(service_id, ()) if (day - 1) % 7 in regular}
            changes = self._changes.get(service_id, [])
            dates |= {day for added, day in changes if added}
            # removed wins, as in ``gtfs.calendar.active_services``
            self._dates[service_id] = frozenset(dates - {day for added, day in changes if not added})
        return self._dates[service_id]

    def dates_on(self, service_id: str, weekdays: Iterable[int]) -> Dates:
        """Dates of a service that belong to these days of the week (Monday 0), by W1 to W3."""
        chosen = frozenset(weekdays)
        regular = self._regular.get(service_id, frozenset())
        dates = self.dates(service_id)
        if regular and regular <= chosen:
            return dates
        if regular and not regular & chosen:
            return frozenset()
        return frozenset(day for day in dates if (day - 1) % 7 in chosen)

    def weekdays_of(self, service_id: str) -> frozenset[int]:
        """Days of the week on which a service has any date, by W1 to W3."""
        return frozenset(day for day in range(7) if self.dates_on(service_id, [day]))

    def restricted(self, service_id: str, weekdays: Iterable[int]) -> str | None:
        """Service with only the dates that belong to these days: itself if all do, None if none does."""
        chosen = frozenset(weekdays)
        dates = self.dates_on(service_id, chosen)
        if not dates:
            return None
        if dates == self.dates(service_id):
            return service_id
        return self.with_dates(dates, self._regular[service_id] & chosen, service_id)

    def for_days(self, services: Sequence[str], weekdays: Iterable[int]) -> str | None:
        """Service that runs, on each day of the week, when any of ``services`` does; None without dates.

        For a day of the week on which none of them runs, it is when any service of the feed does, between the
        first and last date of ``services``: a Sunday service added to a route follows the feed's Sundays and
        public holidays. Where the feed has none on that day either, it is each such day in between.
        """
        chosen = frozenset(weekdays)
        own = [service for service in dict.fromkeys(services) if self.dates(service)]
        dates = self._dates_on(own, chosen)
        new_days = [day for day in sorted(chosen) if not self._dates_on(own, [day])]
        within = self._first_and_last(own or self.ids)
        by_feed = self._dates_on(self.ids, new_days) & frozenset(within)
        for day in new_days:
            if not self._dates_on(self.ids, [day]) & by_feed:
                dates |= {date for date in within if (date - 1) % 7 == day}
        dates |= by_feed
        if not dates:
            return None
        return self.with_dates(dates, chosen, "new")

    def _dates_on(self, services: Sequence[str], weekdays: Iterable[int]) -> Dates:
        """Dates of several services that belong to these days of the week."""
        days = list(weekdays)
        return frozenset[int]().union(*(self.dates_on(service, days) for service in services))

    def _first_and_last(self, services: Sequence[str]) -> range:
        """Every day between the first and the last date of some services."""
        dates = set().union(*(self.dates(service) for service in services))
        return range(min(dates), max(dates) + 1) if dates else range(0)

    def with_dates(self, dates: Dates, regular: frozenset[int], like: str) -> str:
        """Service with exactly these dates: one of the calendar that has them, else a new one.

        Parameters
        ----------
        dates : at least one.
        regular : days of the week on which it runs regularly, for calendar.txt and for W2.
        like : service after which a new one is called.
        """
        for service in self.ids:
            if self._regular[service] == regular and self.dates(service) == dates:
                return service
        label = "-".join(WEEKDAY_COLUMNS[day][:3] for day in sorted(regular))
        service_id = self._new_id(f"{like}~{label}" if label else f"{like}~dates")
        if self._draft.base.calendar is None:
            regular = frozenset()  # the feed has calendar_dates.txt only, and so it stays
        self._write(service_id, dates, regular)
        self._regular[service_id], self._dates[service_id] = regular, dates
        return service_id

    def _new_id(self, wanted: str) -> str:
        service_id, number = wanted, 1
        while service_id in self._regular:
            number += 1
            service_id = f"{wanted}~{number}"
        return service_id

    def _write(self, service_id: str, dates: Dates, regular: frozenset[int]) -> None:
        first, last = min(dates), max(dates)
        by_rule = {day for day in range(first, last + 1) if (day - 1) % 7 in regular}
        if regular:
            row: dict[str, object] = {name: int(day in regular) for day, name in enumerate(WEEKDAY_COLUMNS)}
            row |= {"service_id": service_id, "start_date": _text(first), "end_date": _text(last)}
            self._draft.append("calendar", pd.DataFrame([row]))
        exceptions = [(day, _ADDED) for day in dates - by_rule] + [(day, _REMOVED) for day in by_rule - dates]
        if exceptions:
            self._draft.append(
                "calendar_dates",
                pd.DataFrame(
                    [
                        {"service_id": service_id, "date": _text(day), "exception_type": kind}
                        for day, kind in sorted(exceptions)
                    ]
                ),
            )


def _text(day: int) -> str:
    return date.fromordinal(day).strftime("%Y%m%d")
