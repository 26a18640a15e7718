"""The cluster alarm on simulated histories: a few weeks of what `tests.support.cluster_histories` reports."""

from statistics import median

from redress.domain.clusters import Watch
from tests.support.cluster_histories import LEAD_WEEKS, House, all_of, outcome, together

WEEKS = 5


def test_a_quiet_house_is_left_in_peace() -> None:
    """Twelve false alarms a year are one in five weeks."""
    quiet = House(40, 7 * (LEAD_WEEKS + WEEKS), seed=31).history()
    assert outcome(quiet, Watch()).false <= 2


def test_clusters_are_found_soon_and_little_else_is_told() -> None:
    """Ten and five times the usual rate of keys with twenty complaints a day, for a day."""
    plan = [(20, 10, 24), (20, 5, 24)]
    histories = [House(100, 7 * (LEAD_WEEKS + 2), seed).history(plan) for seed in (41, 42)]
    of_all = all_of(outcome(history, Watch()) for history in histories)
    clusters = together(list(of_all.scores.values()))
    assert clusters.planted == 4
    assert clusters.found >= 3
    assert clusters.named >= 3
    assert median(clusters.delays) <= 8
    assert of_all.precision >= 0.6


def test_what_is_planted_is_known() -> None:
    """The simulation counts right: with its clusters taken out, a history is the quiet one."""
    with_cluster = House(40, 7 * (LEAD_WEEKS + 1), seed=51).history([(3, 10, 24)])
    (cluster,) = with_cluster.clusters
    quiet = House(40, 7 * (LEAD_WEEKS + 1), seed=51).history()
    planted = with_cluster.planted[cluster.key]
    assert sum(planted.values()) > 10
    for key, hours in with_cluster.counts.items():
        extra = with_cluster.planted.get(key, {})
        left = {hour: count - extra.get(hour, 0) for hour, count in hours.items()}
        assert {hour: count for hour, count in left.items() if count} == dict(quiet.counts.get(key, {})), key
