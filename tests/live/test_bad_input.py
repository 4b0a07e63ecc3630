"""A wrong stack file is refused by the real `pulumi preview`, with the key and the fix.

No Docker engine is in reach of these previews, so whatever they refuse they touched nothing.
"""

import os
import subprocess
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import pytest
import yaml

from tests.live import stacks
from tests.live.pulumi_stack import PROJECT, ROOT, Result
from tests.live.wrong_stacks import WRONG, Wrong
from tests.unit.stack_files import SECRETS

# Nobody answers there, and nobody is asked.
NO_ENGINE = "tcp://127.0.0.1:9"


class Desk:
    """Where stack files are shown to Pulumi: a folder with a project and a state of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **os.environ,
            "PULUMI_BACKEND_URL": (folder / "state").as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "wrong-stacks",
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "DOCKER_HOST": NO_ENGINE,
        }
        (folder / "state").mkdir()
        project = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())
        project["main"] = str(ROOT)
        project["runtime"]["options"]["virtualenv"] = str(ROOT / ".venv")
        (folder / "Pulumi.yaml").write_text(yaml.safe_dump(project))
        self.salt = ""
        self.sealed: dict[str, dict[str, str]] = {}
        for stack in sorted({wrong.stack for wrong in WRONG}):
            self.pulumi("stack", "init", stack).succeeded()
        self.seal()

    def pulumi(self, *arguments: str, stdin: str | None = None) -> Result:
        done = subprocess.run(
            ["pulumi", *arguments, "--cwd", str(self.folder), "--non-interactive"],
            env=self.environment, input=stdin, timeout=120,
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        return Result(done.returncode, done.stdout)

    def seal(self) -> None:
        """Have every secret of every case encrypted, as stack files hold it."""
        values = [*SECRETS.values()]
        values += [v for wrong in WRONG for _, v in wrong.secrets if v is not None]
        keys = {f"{PROJECT}:s{number}": value for number, value in enumerate(values)}
        pairs = [part for key, value in keys.items() for part in ("--secret", f"{key}={value}")]
        self.pulumi("config", "set-all", "--stack", "prod", *pairs).succeeded()
        written = yaml.safe_load((self.folder / "Pulumi.prod.yaml").read_text())
        self.salt = written["encryptionsalt"]
        self.sealed = {value: written["config"][key] for key, value in keys.items()}

    def write(self, wrong: Wrong) -> Path:
        """The stack file of a case: the committed one, spoiled."""
        environment = wrong.stack if wrong.stack in ("dev", "staging") else "prod"
        secrets: Mapping[str, str | None] = {
            **(SECRETS if environment != "dev" else {}),
            **dict.fromkeys(dict(wrong.config), None),
            **dict(wrong.secrets),
        }
        config: dict[str, Any] = {
            f"{PROJECT}:{name}": self.sealed[value]
            for name, value in secrets.items()
            if value is not None
        }
        if values := wrong.spoil(stacks.committed(environment)):
            config[f"{PROJECT}:stack"] = values
        config |= {f"{PROJECT}:{name}": value for name, value in wrong.config}
        file = self.folder / f"{wrong.name.replace(' ', '-')}.yaml"
        file.write_text(yaml.safe_dump({"encryptionsalt": self.salt, "config": config}))
        return file

    def preview(self, file: Path, stack: str) -> Result:
        return self.pulumi("preview", "--stack", stack, "--config-file", str(file))

    def state(self, stack: str) -> str:
        """All that Pulumi recorded of a stack."""
        (file,) = (self.folder / "state").rglob(f"stacks/{PROJECT}/{stack}.json")
        return file.read_text()

    def hidden(self, wrong: Wrong) -> Iterator[str]:
        """Every line of every secret of a case."""
        for text in [*SECRETS.values(), *dict(wrong.secrets).values()]:
            yield from (line for line in (text or "").splitlines() if not line.startswith("-----"))
        yield from (str(value) for name, value in wrong.config if name in SECRETS)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return Desk(tmp_path_factory.mktemp("wrong-stacks"))


@pytest.fixture(scope="module")
def refusals(
    desk: Desk, request: pytest.FixtureRequest
) -> Iterator[Mapping[str, "Future[Result]"]]:
    """The previews of all chosen cases, four at a time: each is mostly the start of a process."""
    chosen = [
        cast(Wrong, item.callspec.params["wrong"])
        for item in request.session.items
        if isinstance(item, pytest.Function) and "refusals" in item.fixturenames
    ]
    files = {wrong.name: desk.write(wrong) for wrong in chosen}
    with ThreadPoolExecutor(4) as pool:
        yield {w.name: pool.submit(desk.preview, files[w.name], w.stack) for w in chosen}


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: wrong.name)
def test_a_wrong_stack_file_is_refused_with_its_key_and_its_fix(
    wrong: Wrong, desk: Desk, refusals: Mapping[str, "Future[Result]"]
) -> None:
    output = refusals[wrong.name].result().failed()
    for said in wrong.says:
        assert said in output
    assert "Nothing was touched." in output
    assert "Traceback" not in output
    for secret in desk.hidden(wrong):
        assert secret not in output
    assert "urn:pulumi:" not in desk.state(wrong.stack)


def test_no_two_wrong_stack_files_have_one_name() -> None:
    assert len({wrong.name for wrong in WRONG}) == len(WRONG) >= 30


@pytest.mark.parametrize("environment", ["dev", "staging", "prod"])
def test_the_stack_files_that_were_spoiled_are_good(environment: str, desk: Desk) -> None:
    file = desk.write(Wrong(f"a good {environment}", (), environment))
    assert "Nothing was touched." not in desk.preview(file, environment).succeeded()
