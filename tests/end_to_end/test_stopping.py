"""The end of a session: the last test of all stops the system that the others shared."""

from tests.end_to_end.house import House, gone


def test_sigterm_stops_everything_in_order_and_leaves_nothing_behind(running: House) -> None:
    processes = running.processes()
    assert running.stop() == 0
    assert gone(processes, 5) == []
    assert not (running.home / "postgres/data/postmaster.pid").exists()
    assert not (running.home / "running.json").exists()
    said = running.said()
    order = ["stopping gateway", "stopping members-worker", "stopping members-server", "stopping redis"]
    places = [said.index(step) for step in [*order, "stopping postgres", "stopped"]]
    assert places == sorted(places)
