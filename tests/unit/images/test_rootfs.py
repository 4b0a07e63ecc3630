"""A root file system is whole or not there."""

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from images import engine, rootfs
from toolchain import debian

CONTEXT = Path(rootfs.__file__).parent / "bases" / "debian"


def silent(line: str) -> None: ...


def test_a_user_without_the_rights_is_told_both_ways_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(
        engine.EngineError, match="run as root, or give the machine access to a reg"
    ):
        rootfs.bootstrap(tmp_path / "root.tar", CONTEXT, tmp_path / "log", silent)


def test_an_interruption_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(
        command: Sequence[str],
        log: Path,
        show: Callable[[str], None],
        environment: Mapping[str, str] | None = None,
    ) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(debian.Tool, "find", lambda self: "/usr/sbin/debootstrap")
    monkeypatch.setattr(engine, "run", interrupted)
    with pytest.raises(KeyboardInterrupt):
        rootfs.bootstrap(tmp_path / "cache" / "root.tar", CONTEXT, tmp_path / "log", silent)
    assert list((tmp_path / "cache").iterdir()) == []


def test_the_certificates_of_the_machine_are_part_of_what_decides_the_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rootfs, "CERTIFICATES", tmp_path / "certificates.crt")
    without = rootfs.inputs()
    (tmp_path / "certificates.crt").write_text("-----BEGIN CERTIFICATE-----")
    assert rootfs.inputs() != without
