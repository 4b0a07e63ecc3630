"""The status in Prometheus' text format."""

from datetime import datetime

from .drill import CHECKS
from .status import Place, Status


def text(status: Status) -> str:
    """All metrics. Ages are given as times, so that they grow between two looks."""
    lines: list[str] = []

    def metric(name: str, help: str, samples: list[tuple[str, float]]) -> None:
        lines.append(f"# HELP {name} {help}")
        lines.append(f"# TYPE {name} gauge")
        lines.extend(f"{name}{labels} {_number(value)}" for labels, value in samples)

    def each(of: str, value: object) -> tuple[str, float]:
        return f'{{repository="{of}"}}', float(value or 0)  # type: ignore[arg-type]

    places = status.places
    metric(
        "backup_last_success_timestamp_seconds",
        "When the newest whole backup set was taken; 0 if there is none.",
        [each(p.name, _time(p.set_taken)) for p in places],
    )
    metric(
        "backup_database_bytes", "Size of the database in the newest backup.",
        [each(p.name, p.size) for p in places],
    )  # fmt: skip
    metric(
        "backup_repository_bytes", "What all backups of the database take.",
        [each(p.name, p.stored) for p in places],
    )  # fmt: skip
    metric(
        "backup_repository_up", "Whether the repository answers.",
        [each(p.name, 0 if p.reachable else 1) for p in places],
    )  # fmt: skip
    metric(
        "backup_last_failed", "Whether the last backup failed in this repository.",
        [each(p.name, p.name in ((status.last or {}).get("troubles") or {})) for p in places],
    )  # fmt: skip
    metric(
        "backup_wal_waiting_segments", "Finished WAL segments that are not in every repository.",
        [("", status.queue_segments)],
    )  # fmt: skip
    metric(
        "backup_wal_waiting_seconds", "For how long the first of them has waited.",
        [("", status.queue_age)],
    )  # fmt: skip
    metric(
        "backup_wal_gap_segments", "WAL segments given up since the last backup.",
        [("", len(status.gaps))],
    )  # fmt: skip
    metric("backup_healthy", "Whether all is as it must be.", [("", not status.troubles)])
    proven = [p for p in places if p.proven]
    metric(
        "restore_drill_last_success_timestamp_seconds", "When a restore was last proven.",
        [each(p.name, _time((p.proven or {}).get("started", ""))) for p in places],
    )  # fmt: skip
    metric(
        "restore_drill_seconds", "How long the last proven restore took (RTO).",
        [each(p.name, (p.proven or {}).get("seconds")) for p in proven],
    )  # fmt: skip
    metric(
        "restore_drill_data_age_seconds", "Age of the newest data it could have restored (RPO).",
        [each(p.name, (p.proven or {}).get("data_age")) for p in proven],
    )  # fmt: skip
    metric(
        "restore_drill_check",
        "Whether a check of the last drill held.",
        [sample for p in places for sample in _checks(p)],
    )
    return "\n".join(lines) + "\n"


def _checks(place: Place) -> list[tuple[str, float]]:
    found = (place.drill or {}).get("checks", {})
    return [
        (f'{{repository="{place.name}",check="{check}"}}', found.get(check) == "")
        for check in CHECKS
        if found
    ]


def _time(text: str) -> float:
    return datetime.fromisoformat(text).timestamp() if text else 0.0


def _number(value: float) -> str:
    return f"{float(value):.3f}".rstrip("0").rstrip(".")
