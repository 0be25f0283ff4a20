"""Operations: an alert asks for metrics that there are, each is explained, and each metric stands in the page."""

import re
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

from gateway.app import serving, working
from infra.local import layout
from services.consent import app as consent
from services.loyalty import app as loyalty
from services.members.app import serving as members
from services.members.app import working as members_working

PAGE = (layout.ROOT / "docs" / "operations.md").read_text()
RULES: list[dict[str, Any]] = yaml.safe_load(
    (layout.ROOT / "infra" / "prometheus" / "alerts.yml").read_text()
)["groups"][0]["rules"]
PROCESSES = (serving, working, consent, loyalty, members, members_working)
"""Whatever these load has its metrics in the registry."""


def shown() -> dict[str, tuple[str, ...]]:
    """The names under which our metrics are scraped, each with its labels."""
    named: dict[str, tuple[str, ...]] = {}
    for collector, names in REGISTRY._collector_to_names.items():  # there is no other way to its labels
        labels = getattr(collector, "_labelnames", ())
        ours = {name for name in names if name.startswith("huiyuan_") and not name.endswith("_created")}
        named |= {name: ("le", *labels) if name.endswith("_bucket") else labels for name in ours}
    return named


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_asks_for_what_is_shown_and_the_page_says_what_to_do(rule: dict[str, Any]) -> None:
    metrics, ours = shown(), re.findall(r"\b(huiyuan_\w+)(?:\{(\w+)[!=]?[=~])?", rule["expr"])
    assert ours or rule["alert"] == "HuiyuanProcessDown"
    for name, label in ours:
        assert name in metrics
        assert not label or label in metrics[name]
    known = {label for name, _ in ours for label in metrics[name]} | {"job", "instance"}
    by = re.findall(r"by \(([\w, ]+)\)", rule["expr"])
    assert {label for each in by for label in each.split(", ")} <= known
    assert set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"])) <= known
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert f"### {rule['alert']}\n" in PAGE


def test_the_page_explains_no_alert_and_no_metric_that_there_is_not() -> None:
    assert re.findall(r"^### (\w+)", PAGE, re.MULTILINE) == [rule["alert"] for rule in RULES]
    bases = {re.sub(r"_(bucket|count|sum)$", "", name) for name in shown()}
    told = set(re.findall(r"`(huiyuan_\w+)`", PAGE))
    totals = {name for name in bases if f"{name}_total" not in bases}
    assert told == totals
    assert PROCESSES
