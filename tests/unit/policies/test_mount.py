"""What of the host is behind a mount."""

from __future__ import annotations

from typing import Any

import pytest

from policies.example import container, planned
from policies.host_paths import host_paths
from policies.planned import VOLUME
from policies.values import UNKNOWN


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("/etc", "/etc"),
        ("//etc", "/etc"),
        ("///etc//ssl/", "/etc/ssl"),
        ("/opt/../etc", "/etc"),
        ("/var/./run", "/var/run"),
        ("/..", "/"),
    ],
)
def test_a_path_is_read_as_the_host_resolves_it(given: str, path: str) -> None:
    bound = container(volumes=[{"hostPath": given, "containerPath": "/x"}])
    mounted = container(mounts=[{"type": "bind", "source": given, "target": "/x"}])
    assert [*host_paths(bound)] == [*host_paths(mounted)] == [path]


def test_a_volume_named_like_a_path_is_one() -> None:
    (mount,) = container(volumes=[{"volumeName": "/etc", "containerPath": "/x"}]).workload.mounts()
    assert (mount.type, mount.source) == ("bind", "/etc")


def test_an_empty_path_is_none() -> None:
    volume = {"hostPath": "", "volumeName": "data", "containerPath": "/x"}
    (mount,) = container(volumes=[volume]).workload.mounts()
    assert (mount.type, mount.source) == ("volume", "data")


def test_an_unknown_path_is_a_path() -> None:
    volume = {"hostPath": UNKNOWN, "containerPath": "/x"}
    (mount,) = container(volumes=[volume]).workload.mounts()
    assert mount.type == "bind"


@pytest.mark.parametrize(
    ("options", "paths"),
    [
        ({"type": "none", "o": "bind", "device": "/opt/src"}, ["/opt/src"]),
        ({"type": "none", "o": "bind", "device": "opt/src"}, ["/opt/src"]),
        ({"type": "ext4", "o": "rbind", "device": "/"}, ["/"]),
        ({"type": "ext4", "device": "/dev/sda1"}, ["/dev/sda1"]),
        ({"mountpoint": "/etc"}, ["/etc"]),
        ({"type": "overlay", "o": "lowerdir=/a:/b,upperdir=/c"}, ["/a", "/b", "/c"]),
        ({"type": "cifs", "o": "addr=nas", "device": "//nas/share"}, []),
        ({"type": "cifs", "o": "bind", "device": "//etc"}, ["/etc"]),
        ({"type": "nfs", "o": "addr=nas,rw", "device": ":/data"}, []),
        ({"type": "tmpfs", "o": "size=16m", "device": "tmpfs"}, []),
        ({}, []),
    ],
)
def test_paths_hide_in_the_options_of_a_driver(options: dict[str, Any], paths: list[str]) -> None:
    mount = {"type": "volume", "target": "/x", "volumeOptions": {"driverOptions": options}}
    assert [*host_paths(planned(VOLUME, driverOpts=options))] == paths
    assert [*host_paths(container(mounts=[mount]))] == paths
