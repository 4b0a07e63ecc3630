"""One cache for all clones, which one run holds at a time."""

import threading
from pathlib import Path

import pytest

from toolchain import progress
from toolchain.cache import Cache, locate
from toolchain.failure import Failure


@pytest.mark.parametrize(
    ("env", "root"),
    [
        ({"HOME": "/h"}, "/h/.cache/task-tracker"),
        ({"HOME": "/h", "XDG_CACHE_HOME": "/x"}, "/x/task-tracker"),
        ({"HOME": "/h", "XDG_CACHE_HOME": "/x", "TASK_TRACKER_CACHE": "/own"}, "/own"),
    ],
)
def test_the_cache_is_where_the_user_wants_it(env: dict[str, str], root: str) -> None:
    assert locate(env) == Cache(Path(root))


def test_a_second_run_waits_for_the_first_and_says_so(
    cache: Cache, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting, order = threading.Event(), []
    monkeypatch.setattr(progress.Meter, "beat", lambda self, extent="": waiting.set())

    def second() -> None:
        with cache.locked():
            order.append("second")

    thread = threading.Thread(target=second)
    with cache.locked():
        thread.start()
        assert waiting.wait(10), "the second run did not wait"
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]
    assert "waiting for another run (process " in capsys.readouterr().err


def test_a_cache_that_cannot_be_written_is_named_with_the_way_out(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with (
        pytest.raises(Failure, match=r"file/cache cannot be written: .*\n.*TASK_TRACKER_CACHE"),
        Cache(blocked / "cache").locked(),
    ):
        pass
