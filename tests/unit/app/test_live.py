"""Every listener gets every change; one that doesn't keep up delays nobody."""

from tasktracker.api.live import BACKLOG, Hub


def test_every_listener_gets_every_change_in_order() -> None:
    hub = Hub()
    with hub.listener() as one, hub.listener() as other:
        hub.tell("first")
        hub.tell("second")
        for listener in (one, other):
            assert [listener.changes.get_nowait() for _ in range(2)] == ["first", "second"]


def test_a_listener_that_left_gets_nothing() -> None:
    hub = Hub()
    with hub.listener() as gone:
        pass
    hub.tell("later")
    assert gone.changes.empty()


def test_a_slow_listener_is_marked_and_the_others_go_on() -> None:
    hub = Hub()
    with hub.listener() as slow, hub.listener() as quick:
        for number in range(BACKLOG + 1):
            hub.tell(str(number))
            assert quick.changes.get_nowait() == str(number)
        assert slow.too_slow.is_set()
        assert not quick.too_slow.is_set()
