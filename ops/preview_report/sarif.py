"""The findings as SARIF 2.1.0, which code scanning shows beside the stack file."""

from collections.abc import Sequence
from typing import Any

from ops.preview_report.report import Report
from policies.rule import Rule, Severity

# Security severity as GitHub reads it: above 9 critical, above 7 high, above 4 medium.
SCORES = {
    Severity.critical: "9.5",
    Severity.high: "8.0",
    Severity.medium: "5.5",
    Severity.low: "2.0",
}


def sarif(report: Report, rules: Sequence[Rule]) -> dict[str, Any]:
    """One run: every rule, and a result for each finding and each refused disruption."""
    file = f"Pulumi.{report.stack}.yaml"
    results = [
        _result(
            f.rule, "error" if f.level == "mandatory" else "warning", f.message, f.resource, file
        )
        for f in report.findings
    ]
    results += [
        _result("downtime", "error", d.text, d.resource, file)
        for d in report.disruptions
        if d.refused
    ]
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "task-tracker policies", "rules": _rules(rules)}},
                "results": results,
            }
        ],
    }


def _rules(rules: Sequence[Rule]) -> list[dict[str, Any]]:
    found = [
        {
            "id": rule.id,
            "shortDescription": {"text": rule.title},
            "fullDescription": {"text": " ".join(rule.why.split())},
            "help": {"text": rule.mend},
            "properties": {
                "tags": ["security", *rule.frameworks],
                "security-severity": SCORES[rule.severity],
            },
        }
        for rule in rules
    ]
    return [
        *found,
        {"id": "downtime", "shortDescription": {"text": "A gap or a loss nobody allowed"}},
    ]


def _result(rule: str, level: str, message: str, resource: str, file: str) -> dict[str, Any]:
    return {
        "ruleId": rule,
        "level": level,
        "message": {"text": f"{resource}: {message}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": file},
                    "region": {"startLine": 1},
                },
                "logicalLocations": [{"name": resource}],
            }
        ],
        "partialFingerprints": {"resource": f"{rule}/{resource}"},
    }
