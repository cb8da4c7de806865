"""Commands of the observatory: warn."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from access.cli_parts import THREADS, log

if TYPE_CHECKING:
    from access.warning_report import Asked

STORE = click.argument("store")
CITY = click.option("--city", metavar="NAME", help="Short name of a city; default: every city of the store.")
LANGUAGE = click.option("--lang", type=click.Choice(["en", "fr"]), default="en", show_default=True)
RULES = click.option(
    "--rules",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Rules of your own instead of configs/warnings.yaml.",
)
FILE = click.Path(path_type=Path, dir_okay=False)
DAY = click.DateTime(["%Y-%m-%d"])


class ListedByDefault(click.Group):
    """A group of which ``warn STORE`` is short for ``warn list STORE``."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the command in front where none is named."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["list", *args]
        return super().parse_args(ctx, args)


@click.group(cls=ListedByDefault)
def warn() -> None:
    """Say what got worse between the snapshots of a store, and file what authorities answer.

    `fairreach warn STORE` is short for `fairreach warn list STORE`. Rules and thresholds, and what they
    cannot see, stand in configs/warnings.yaml.
    """


@warn.command("list")
@STORE
@CITY
@click.option("--series", help="Series of the city; default: the newest.")
@RULES
@LANGUAGE
@click.option("--json", "json_file", type=FILE, help="Write the alerts with their history as JSON.")
@click.option("--csv", "csv_file", type=FILE, help="Write one row an alert as CSV.")
@click.option("--atom", "atom_file", type=FILE, help="Write an Atom feed.")
@click.option(
    "--atom-address", metavar="URL", help="Where the feed will be published; it then links to itself."
)
@click.option("--why", is_flag=True, help="Compute which input made each number move; minutes an alert.")
@click.option(
    "--backtest",
    metavar="[TRUTH]",
    is_flag=False,
    flag_value="",
    help="Replay the history instead: what would have been said when, held against a file of what happened.",
)
@THREADS
def list_(
    store: str,
    city: str | None,
    series: str | None,
    rules: Path | None,
    lang: str,
    json_file: Path | None,
    csv_file: Path | None,
    atom_file: Path | None,
    atom_address: str | None,
    why: bool,
    backtest: str | None,
    threads: int | None,
) -> None:
    """Print the alerts of STORE: what got worse, since when, where, for whom, and what was answered.

    It ends with exit code 0 also where there are alerts. --json, --csv and --atom hold one city.
    """
    from access.warning_report import Asked, back_test_of, report

    log(quiet=True)
    asked: Asked = Asked(
        store, city, series, rules, lang, json_file, csv_file, atom_file, why, threads, atom_address or ""
    )
    lines = report(asked) if backtest is None else back_test_of(asked, backtest)
    for line in lines:
        click.echo(line)


@warn.command()
@STORE
@click.argument("alert")
@click.option("--by", required=True, help="Institution that answers.")
@click.option("--on", required=True, type=DAY, help="Day of the answer, YYYY-MM-DD.")
@click.option("--text", required=True, help="What it says; no personal data.")
@click.option("--action", help="What was done or promised.")
@click.option("--due", type=DAY, help="Until when it was promised, YYYY-MM-DD.")
@click.option("--state", required=True, type=click.Choice(["promised", "done", "refused"]))
@RULES
def answer(
    store: str,
    alert: str,
    by: str,
    on: dt.datetime,
    text: str,
    action: str | None,
    due: dt.datetime | None,
    state: str,
    rules: Path | None,
) -> None:
    """File what an authority answers to ALERT, as `fairreach warn STORE` names it in brackets."""
    from access.warning_answers import file_answer
    from access.warning_rules import read_rules

    log(quiet=True)
    filed = file_answer(
        store,
        alert,
        by=by,
        on=on.date(),
        text=text,
        action=action,
        due=None if due is None else due.date(),
        state=state,
        rules=None if rules is None else read_rules(rules),
    )
    what = "filed" if filed.new else "was filed before, nothing changed"
    click.echo(f"answer {filed.answer} to alert {alert} of {filed.city}: {what}")


COMMANDS: tuple[click.Command, ...] = (warn,)
