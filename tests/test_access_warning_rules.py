from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from access.errors import ConfigError
from access.warning import WATCHES
from access.warning_rules import read_rules, shipped_rules

SHIPPED = Path(__file__).parents[1] / "configs" / "warnings.yaml"


def edited(tmp_path: Path, **changes: object) -> Path:
    """The shipped file with some keys of its first rule, or of the whole, replaced."""
    content = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    for name, value in changes.items():
        target = content if name in content else content["rules"][0]
        target[name] = value
    file = tmp_path / "warnings.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return file


def test_the_shipped_rules_are_of_every_kind_and_each_kind_can_be_judged() -> None:
    rules = shipped_rules().rules
    assert {rule.kind for rule in rules} == {"level", "change", "trend", "spatial", "segregation", "data"}
    assert {type(rule) for rule in rules} <= WATCHES.keys()


def test_every_rule_says_in_both_languages_what_it_means_and_where_it_comes_from() -> None:
    for rule in shipped_rules().rules:
        for words in (rule.label, rule.meaning, rule.source):
            assert words.en.strip()
            assert words.fr.strip()
            assert "ccessibilité" not in words.fr
        assert "violation" not in rule.meaning.en.lower()


def test_thresholds_of_the_texts_are_those_of_the_rules() -> None:
    """5 % in the meaning and another number in the rule would mislead who quotes it."""
    rules = {rule.name: rule for rule in shipped_rules().rules}
    for name, said in {
        "right_newly_unmet": ["500", "0.5 %"],
        "access_falls": ["5 %", "500", "0.5 %"],
        "fewer_trips": ["20 %"],
        "feed_expires": ["30 days"],
        "zone_grows": ["500", "0.1 %", "20 %"],
    }.items():
        assert all(text in rules[name].meaning.en for text in said), name


def test_every_problem_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    file = edited(tmp_path, least_residents=-1, false_discovery_rate=2, least_shares=0.1)
    with pytest.raises(ConfigError) as caught:
        read_rules(file)
    told = str(caught.value)
    assert "false_discovery_rate" in told
    assert "least_residents" in told
    assert "least_shares" in told


def test_two_rules_of_one_name_and_an_unknown_kind_are_refused(tmp_path: Path) -> None:
    content = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    content["rules"] = [content["rules"][0]] * 2
    file = tmp_path / "warnings.yaml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(ConfigError, match="two rules are called right_newly_unmet"):
        read_rules(file)
    with pytest.raises(ConfigError, match="kind"):
        read_rules(edited(tmp_path, kind="omen"))


def test_a_trend_needs_a_window_that_holds_its_snapshots_and_data_rules_their_number(tmp_path: Path) -> None:
    content = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    for rule in content["rules"]:
        if rule["kind"] == "trend":
            rule["window_snapshots"] = 4
        if rule.get("what") == "expires":
            del rule["days"]
    file = tmp_path / "warnings.yaml"
    file.write_text(yaml.safe_dump(content), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_rules(file)
    assert "window_snapshots is 4" in str(caught.value)
    assert "expires needs days" in str(caught.value)
