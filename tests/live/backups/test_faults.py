"""Each fault of a backup is noticed, named, and loses nothing that was good."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.backups.described import PASSPHRASE
from tests.live.backups.s3 import S3
from tests.live.backups.site import Site, running, until
from tests.live.pulumi_stack import docker

# A volume that can be full: it is memory, and this is its size.
FULL_AT = "96m"
PLAIN = "words that must not be readable"


@pytest.fixture(scope="module")
def site(s3: S3, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    small = ("--driver", "local", "--opt", "type=tmpfs", "--opt", "device=tmpfs",
             "--opt", f"o=size={FULL_AT},uid=999,gid=999,mode=0750")  # fmt: skip
    made = Site(tmp_path_factory.mktemp("site"), s3, repository_options=small)
    with running(made):
        made.sql(f"INSERT INTO tasks (title) VALUES ('{PLAIN}')")
        made.take("full")
        yield made


def background(site: Site, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        ["docker", "exec", site.name("backup"), "backup", *arguments],
        text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def labels(site: Site, place: str = "local") -> list[str]:
    sets = json.loads(site.backup("sets", "--repository", place).succeeded())
    return [backup["label"] for backup in sets["backups"]]


def stored(site: Site, pattern: str) -> list[str]:
    """Files of the local repository."""
    found = site.run("backup", "find", "/var/lib/pgbackrest", "-path", pattern, "-type", "f")
    return sorted(found.succeeded().split())


def flip(site: Site, file: str) -> None:
    """Another byte in the middle of a file of the local repository."""
    script = (
        "import sys; f = open(sys.argv[1], 'r+b'); f.seek(0, 2); at = f.tell() // 2; f.seek(at); "
        "b = f.read(1); f.seek(at); f.write(bytes([b[0] ^ 1]))"
    )
    site.run("backup", "python3", "-c", script, file).succeeded()


def test_two_backups_at_once_are_one_and_a_word_about_it(site: Site) -> None:
    both = [background(site, "take", "--type", "full") for _ in range(2)]
    said = [one.communicate(timeout=180)[0] for one in both]
    assert sorted(one.returncode for one in both) == [0, 1], said
    refused = next(text for one, text in zip(both, said, strict=True) if one.returncode)
    assert "another backup is being taken, since" in refused and "left out" in refused


def test_a_service_that_starts_and_a_backup_that_is_taken_wait_for_each_other(site: Site) -> None:
    for _ in range(3):
        docker("restart", site.name("backup"))
        assert "in local and offsite" in site.take()


def test_a_backup_killed_half_way_is_done_over_and_older_ones_stay(site: Site) -> None:
    before = labels(site)
    first = background(site, "take", "--type", "full")
    until(
        lambda: (
            site.run("backup", "pgrep", "-f", "pgbackrest.*backup").status == 0
            or site.run("backup", "sh", "-c", KILL).status == 0
        ),
        60,
        "killed",
    )
    site.run("backup", "sh", "-c", KILL)
    said, _ = first.communicate(timeout=120)
    assert labels(site)[: len(before)] == before, said
    assert "in local and offsite" in site.take("full")
    assert site.drill()["passed"]


KILL = (
    "for p in /proc/[0-9]*; do grep -qs pgbackrest $p/comm && "
    "tr '\\0' ' ' < $p/cmdline | grep -q ' backup$' && kill -9 ${p#/proc/} && exit 0; done; exit 1"
)


def test_a_killed_restic_locks_nobody_out(site: Site) -> None:
    """Of the lock it leaves, restic itself would only tell, at each later backup."""
    lock = stored(site, "*/snapshots/locks/*")
    assert not lock
    slow = (
        "from backup import settings, snapshots; "
        "snapshots.Snapshots(settings.load(), 'local').restic('backup', '/usr')"
    )
    argv = ["docker", "exec", site.name("backup"), "env", "PYTHONPATH=/usr/local/lib/backup"]
    with subprocess.Popen([*argv, "python3", "-c", slow], stderr=subprocess.DEVNULL):
        until(lambda: stored(site, "*/snapshots/locks/*"), 60, "locked")
        site.run("backup", "sh", "-c", KILL_RESTIC).succeeded()
    assert stored(site, "*/snapshots/locks/*")
    assert "in local and offsite" in site.take()
    site.backup("verify").succeeded()


KILL_RESTIC = (
    "for p in /proc/[0-9]*; do grep -qsx restic $p/comm && kill -9 ${p#/proc/} && exit 0; done; "
    "exit 1"
)


def test_a_full_volume_is_named_and_the_bucket_gets_its_backup(site: Site) -> None:
    before = labels(site)
    site.run("backup", "sh", "-c", "cat /dev/zero > /var/lib/pgbackrest/filling 2>/dev/null; true")
    said = site.backup("take", "--type", "full").output
    assert "No space left on device" in said, said
    assert labels(site, "offsite")[-1] not in before
    site.run("backup", "rm", "/var/lib/pgbackrest/filling").succeeded()
    until(lambda: not site.status()["queue_segments"], 90, "archived after all")
    assert labels(site)[: len(before)] == before
    assert "in local and offsite" in site.take("full")


def test_a_wrong_key_opens_nothing_and_breaks_nothing(site: Site) -> None:
    site.write(passphrase="another-passphrase-0123456789")
    answer = site.restored("sets", "--repository", "offsite", data="wrong", local=False)
    site.write()
    said = answer.failed()
    assert "unable to load info file" in said or "wrong password" in said, said
    assert PASSPHRASE not in said
    assert labels(site, "offsite")


def test_an_expired_credential_is_named_and_the_local_copy_goes_on(site: Site, s3: S3) -> None:
    s3.stop()
    s3.start(secret="renewed-elsewhere-0123456789")
    said = site.backup("take").output
    assert "offsite: " in said and ("403" in said or "SignatureDoesNotMatch" in said), said
    assert "local: incr" in said
    s3.stop()
    s3.start()
    until(lambda: not site.status()["queue_segments"], 90, "archived after all")
    assert "in local and offsite" in site.take()


def test_a_clock_that_was_set_back_is_told_and_nothing_is_taken(site: Site) -> None:
    record = "/var/lib/pgbackrest/records/last.json"
    kept = site.run("backup", "cat", record).succeeded()
    ahead = json.loads(kept)
    ahead["taken"] = "2999-01-01T00:00:00+00:00"
    ahead["places"] = dict.fromkeys(ahead["places"], ahead["taken"])
    put(site, record, json.dumps(ahead))
    try:
        before = labels(site)
        said = site.backup("take").failed()
        assert "it was set back" in said
        assert labels(site) == before
        until(lambda: "in the future" in site.backup("healthy").output, 60, "told by the health")
    finally:
        put(site, record, kept)
    site.take()


def put(site: Site, file: str, content: str) -> None:
    docker("exec", "--interactive", site.name("backup"), "sh", "-c", f"cat > {file}", stdin=content)


def test_keys_are_nowhere_and_the_bucket_holds_no_plain_word(site: Site, s3: S3) -> None:
    during = background(site, "take", "--type", "full")
    seen = ""
    while during.poll() is None:
        seen += site.run("backup", "sh", "-c", "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ"
                         " 2>/dev/null | tr '\\0' '\\n'").output  # fmt: skip
    names = docker("ps", "--all", "--format", "{{.Names}}", "--filter", f"name={site.prefix}-")
    for name in names.split():
        seen += docker("inspect", name) + docker("logs", name)
    seen += site.metrics().__repr__() + json.dumps(site.status())
    assert "pgbackrest" in seen
    for key in (PASSPHRASE, "backup-secret-0123456789", "nats-password-of-a-test"):
        assert key not in seen
    # The marker is in the database's own files, so the search would find it.
    data = site.run("postgres", "sh", "-c", f"grep -rl '{PLAIN}' $PGDATA/base | head -n 1").output
    assert data.strip()
    for word in (PLAIN, PASSPHRASE):
        assert not in_files(s3.objects, word)
        local = site.run("backup", "grep", "-rlF", word, "/var/lib/pgbackrest")
        assert local.status == 1, local.output


def in_files(folder: Path, word: str) -> list[str]:
    found = subprocess.run(["grep", "-rlF", word, str(folder)], capture_output=True, text=True)
    return found.stdout.split()


EXPIRE = "from backup import repository, settings; repository.expire(settings.load(), 'local')"


def test_retention_removes_the_old_and_never_the_last_good_ones(site: Site) -> None:
    site.take("full")
    site.take("full")
    fulls = [label for label in labels(site) if label.endswith("F")]
    assert len(fulls) > 2
    for days in (8, 40):
        faked = f'LD_PRELOAD=/faketime/libfaketime.so.1 FAKETIME=+{days}d python3 -c "{EXPIRE}"'
        docker(
            "run", "--rm", "--user", "999:999", "--network", "none",
            "--env", "PYTHONPATH=/usr/local/lib/backup",
            "--volume", f"{libfaketime(site.folder)}:/faketime:ro", *site.readers(),
            *site.configuration(), docker("inspect", site.name("backup"), "--format",
                                          "{{.Config.Image}}"), "sh", "-c", faked,
        )  # fmt: skip
        left = [label for label in labels(site) if label.endswith("F")]
        assert left == fulls[-2:], f"after {days} days: {left} of {fulls}"
    assert site.drill()["passed"]


def libfaketime(folder: Path) -> Path:
    """The library that tells a program another time, unpacked from its Debian package."""
    target = folder / "faketime"
    if not target.exists():
        target.mkdir()
        subprocess.run(["apt-get", "download", "-q", "libfaketime"], check=True, cwd=target,
                       capture_output=True)  # fmt: skip
        package = next(target.glob("*.deb"))
        subprocess.run(["dpkg", "-x", str(package), str(target)], check=True)
        library = next(target.rglob("libfaketime.so.1"))
        (target / "libfaketime.so.1").write_bytes(library.read_bytes())
        target.chmod(0o755)
    return target


def test_a_truncated_wal_segment_is_found(site: Site) -> None:
    segment = stored(site, "*/archive/main/*/0*.zst")[-1]
    site.run("backup", "sh", "-c", f"chmod u+w {segment}; truncate -s 1000 {segment}").succeeded()
    said = site.backup("verify").failed()
    assert "local: " in said and "offsite: every file is as it was stored" in said, said
    found = site.drill()
    assert not found["passed"]
    assert found["checks"]["restore"], found


def test_a_flipped_byte_is_found_by_verify_and_by_the_drill(site: Site) -> None:
    site.take("full")
    assert site.drill()["passed"]
    bundle = stored(site, f"*/backup/main/{labels(site)[-1]}/bundle/*")[0]
    site.run("backup", "chmod", "u+w", bundle)
    flip(site, bundle)
    said = site.backup("verify").failed()
    assert "local: " in said and "offsite: every file is as it was stored" in said, said
    found = site.drill()
    assert not found["passed"]
    assert found["checks"]["restore"], found
    until(lambda: "local: verify of" in site.backup("healthy").output, 60, "told by the health")
    scheduled = site.run("drill", "backup", "scheduled")
    assert scheduled.status == 1 and "the last drill failed" in scheduled.output
    # Nothing good is lost: the next one replaces it, the bucket's was whole all the time.
    site.take("full")
    assert site.drill()["passed"]
    until(lambda: site.backup("healthy").status == 0, 60, "healthy again")
