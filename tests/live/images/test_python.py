"""The Python base does what the official one does in a build."""

from tests.live.images.containers import Room


def test_python_and_pip_are_there_by_both_names(room: Room, images: dict[str, str]) -> None:
    shell = ("sh", "-ec", "python --version; python3 --version; pip --version; pip3 --version")
    asked = room.start("names", images["python"], "--user=10001", command=shell)
    assert asked.exit_code() == 0, asked.log()
    assert asked.log().count("Python 3.14.") == 2


def test_an_environment_made_in_it_runs_read_only_as_any_user(
    room: Room, images: dict[str, str]
) -> None:
    script = "python -m venv /tmp/made && /tmp/made/bin/python -c 'import ssl, sqlite3, zoneinfo'"
    shell = ("sh", "-ec", script)
    options = ("--tmpfs=/tmp:exec", "--user=12345", "--network=none")
    asked = room.start("environment", images["python"], *options, command=shell)
    assert asked.exit_code() == 0, asked.log()
