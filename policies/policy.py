"""A rule as the policy SDK lists it: name, reason, schema of its values."""

from __future__ import annotations

from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyComplianceFramework,
    PolicyConfigSchema,
    ResourceValidationPolicy,
    Severity,
    StackValidationPolicy,
)

from policies.rule import Rule


def policy(rule: Rule) -> Policy:
    """A rule with its metadata, as the SDK lists it."""
    kind = ResourceValidationPolicy if rule.applies else StackValidationPolicy
    framework = rule.frameworks[0] if rule.frameworks else None
    schema = rule.config.model_json_schema() if rule.config.model_fields else {}
    return kind(
        name=rule.id,
        description=rule.title,
        validate=lambda args, report_violation: None,  # judged by `Server`, all rules at once
        enforcement_level=EnforcementLevel.ADVISORY,  # the floor; see Configuration.level
        config_schema=PolicyConfigSchema(
            properties=_inlined(schema.get("properties", {}), schema.get("$defs", {})),
            required=schema.get("required", []),
        ),
        display_name=rule.title,
        severity=Severity[rule.severity.name.upper()],
        framework=PolicyComplianceFramework(framework) if framework else None,
        tags=list(rule.frameworks),
        remediation_steps=rule.mend,
        url=rule.url,
    )


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    """A JSON Schema with its `$ref`s written out; the engine resolves none."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            return _inlined(definitions[schema["$ref"].rpartition("/")[2]], definitions)
        return {key: _inlined(value, definitions) for key, value in schema.items()}
    if isinstance(schema, list):
        return [_inlined(item, definitions) for item in schema]
    return schema
