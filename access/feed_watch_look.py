"""One watcher of a city's timetables: looks, tells, and runs a configuration with what is new."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from access.collected_warnings import collected_warnings
from access.config_file import load_config
from access.errors import AccessError, InputDataError, StoreError
from access.feed_watch import Look, look
from access.feed_watch_fetch import Limits
from access.feed_watch_memory import Memory
from access.feed_watch_run import combinations_to_run, is_filed, run_and_file
from access.feed_watch_sources import sources_of
from access.feed_watch_versions import versions_of
from access.feed_watch_words import look_lines, snapshot_line
from access.observatory_city import checked_city, known_cities
from access.observatory_store import is_server
from access.texts import Texts
from gtfs.errors import FeedError

Tell = Callable[[str], object]


class Watcher:
    """Looks at sources as often as it is asked.

    Parameters
    ----------
    given : sequence of str
        Sources, as ``access.feed_watch_sources.sources_of`` reads them.
    location : str or Path
        The store.
    city : str
        Its short name.
    config : Path, optional
        Run with each new version.
    runs : Path, optional
        Folder of these runs; default beside the store.
    language : str
        Of what is told.
    threads : int, optional
    show_bar : bool
    limits : Limits, optional
        Of a download.
    new_city : bool
        Begin this city in a store that has only others; else a name that a store does not know is taken for
        a mistake in typing.

    Raises
    ------
    AccessError
        If a source, the configuration or the name of the city cannot be used.
    """

    def __init__(
        self,
        given: Sequence[str],
        location: str | Path,
        city: str,
        *,
        config: Path | None = None,
        runs: Path | None = None,
        language: str = "en",
        threads: int | None = None,
        show_bar: bool = False,
        limits: Limits | None = None,
        new_city: bool = False,
    ) -> None:
        self.city = checked_city(city)
        _check_known(self.city, known_cities(location), new_city=new_city)
        loaded = load_config(config, must_exist=False).config if config else None
        feeds = [feed.name for feed in loaded.schedule.feeds] if loaded else None
        self._sources = sources_of(given, feeds)
        self._location, self._config = location, config
        self._names = {"en": loaded.name.en, "fr": loaded.name.fr} if loaded else {"en": city, "fr": city}
        self._runs = runs or Path("watched-runs" if is_server(location) else f"{location}.runs")
        self._words = Texts(language)
        self._threads, self._show_bar, self._limits = threads, show_bar, limits
        self._memory = Memory(location)
        self._told: set[str] = set()
        self._failed: set[frozenset[tuple[str, str]]] = set()

    def once(self, tell: Tell) -> None:
        """Look once and tell what was found.

        Raises
        ------
        InputDataError
            At the end, with everything that could not be used or run.
        """
        problems = self._look(tell, unchanged=True)
        if problems:
            raise InputDataError("\n".join(problems))

    def again(self, tell: Tell) -> list[str]:
        """Look once more and tell what is new; return the problems that were not told before."""
        try:
            problems = self._look(tell, unchanged=False)
        except AccessError as error:  # the store is full or held: the next look may find it well
            problems = [str(error)]
        new = [problem for problem in problems if problem not in self._told]
        self._told = set(problems)
        return new

    def _look(self, tell: Tell, *, unchanged: bool) -> list[str]:
        before = self._newest()
        with collected_warnings():
            found: Look = look(
                self._sources,
                self._location,
                self.city,
                names=self._names,
                memory=self._memory,
                limits=self._limits,
            )
        if not unchanged:
            found.same.clear()
        for line in look_lines(found, self._words):
            tell(line)
        if self._config is None:
            return found.problems
        combinations = combinations_to_run(before, found.new)
        if unchanged and combinations and is_filed(self._location, self.city, combinations[-1]):
            tell(self._words("watch.filed_already"))
        return found.problems + self._run(self._config, combinations, tell)

    def _newest(self) -> dict[str, str]:
        """Newest version of each feed that is watched."""
        seen = versions_of(self._location, self.city)
        newest = dict(zip(seen["feed"], seen["sha256"], strict=True))
        return {source.feed: newest[source.feed] for source in self._sources if source.feed in newest}

    def _run(self, config: Path, combinations: Sequence[dict[str, str]], tell: Tell) -> list[str]:
        """Run and file what is not filed yet; a run that failed is not tried again by this watcher."""
        problems = []
        for versions in combinations:
            key = frozenset(versions.items())
            if key in self._failed or is_filed(self._location, self.city, versions):
                continue
            try:
                done = run_and_file(
                    config,
                    self._location,
                    self.city,
                    versions,
                    self._runs,
                    threads=self._threads,
                    show_bar=self._show_bar,
                )
            except (AccessError, FeedError) as error:
                self._failed.add(key)
                problems.append(f"{config}: no snapshot was made: {error}")
                continue
            tell(snapshot_line(done, self.city, self._words))
            for note in done.notes:
                tell(f"  {note}")
        return problems


def _check_known(city: str, known: Sequence[str], *, new_city: bool) -> None:
    """Refuse a city that a store with other cities does not have, unless it is meant."""
    if known and city not in known and not new_city:
        raise StoreError(
            f"city {city!r}: not in this store, which has {', '.join(known)}; choose one of them, or give "
            "--new-city to begin another"
        )
