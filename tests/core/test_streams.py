"""Luck belongs to decisions and quarters, never to policies."""

import ast
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest
from builders import ran
from scipy.stats import kstest

import s3sim
from s3sim.core.streams import Streams
from s3sim.policies import POLICIES
from s3sim.simulation.scenario import Scenario
from s3sim.world import World

PACKAGE = Path(s3sim.__file__).resolve().parent
DRAWS = ("uniform", "normal", "exponential", "pair")
AT_MOST = 64
"""Numbers that may stand in a decision's name, e.g. "search/draw 3"."""


def decisions_in_source():
    """Name (or its fixed beginning, for f-strings) to the places where it is drawn."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
            if not named or node.func.attr not in DRAWS or not node.args:
                continue
            first = node.args[0]
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                names = [first.value]
            elif isinstance(first, ast.JoinedStr) and isinstance(first.values[0], ast.Constant):
                names = [f"{first.values[0].value}{k}" for k in range(AT_MOST)]
            else:
                continue
            for name in names:
                found.setdefault(name, set()).add(path.relative_to(PACKAGE).as_posix())
    return found


@pytest.fixture(scope="module")
def drawn():
    """Names that worlds, populations and runs of all policies really draw."""
    names, sequence = set(), Streams._sequence

    def spy(self, decision):
        names.add(decision)
        return sequence(self, decision)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Streams, "_sequence", spy)
        world = World.synthetic(4, seed=1, countries=2, firms=100.0)
        for policy in POLICIES:
            ran(Scenario(world, policy, years=5, scale=0.4, start=0))
    return names


def test_no_two_decisions_share_a_key(drawn):
    names = decisions_in_source().keys() | drawn
    assert len(drawn) > 50
    codes = {}
    for name in names:
        codes.setdefault(crc32(name.encode()), []).append(name)
    assert not [same for same in codes.values() if len(same) > 1]


def test_a_decision_is_drawn_in_one_file_only():
    shared = {n: files for n, files in decisions_in_source().items() if len(files) > 1}
    assert not shared


def test_the_source_shows_the_decisions_of_a_run(drawn):
    """Names are written out where they are drawn, so that the test above sees future ones too."""
    handed_on = {n for n in drawn if n.startswith(("world ", "population/"))}
    assert drawn - handed_on <= decisions_in_source().keys()


def test_pairs_have_uniform_luck_in_the_open_interval():
    streams = Streams(0, 0, 3)
    grid = np.arange(300)
    i, j = np.repeat(grid, 300), np.tile(grid, 300)
    u = streams.pair("a", i, j)
    assert u.min() > 0
    assert u.max() < 1
    assert len(np.unique(u)) == len(u)
    assert kstest(u, "uniform").pvalue > 0.001
    table = u.reshape(300, 300)
    for other in (table.T, np.roll(table, 1, axis=0), np.roll(table, 1, axis=1)):
        assert abs(np.corrcoef(table.ravel(), other.ravel())[0, 1]) < 0.02


def test_a_pairs_luck_does_not_depend_on_who_else_is_paired():
    streams = Streams(0, 0, 3)
    i, j = np.array([5, 1, 9]), np.array([2, 7, 9])
    together = streams.pair("a", i, j)
    alone = [float(streams.pair("a", i[k : k + 1], j[k : k + 1])[0]) for k in range(3)]
    assert together.tolist() == alone
    assert streams.pair("a", j, i)[0] != together[0]  # each side has its own


@pytest.mark.parametrize("draw", ["uniform", "normal", "exponential"])
def test_luck_differs_between_decisions_quarters_replications_and_seeds(draw):
    base = getattr(Streams(0, 0, 0), draw)("a", 2000)
    others = [
        getattr(Streams(0, 0, 0), draw)("b", 2000),
        getattr(Streams(0, 0, 1), draw)("a", 2000),
        getattr(Streams(0, 0, -1), draw)("a", 2000),
        getattr(Streams(0, 1, 0), draw)("a", 2000),
        getattr(Streams(1, 0, 0), draw)("a", 2000),
    ]
    for other in others:
        assert (other != base).all()
        assert abs(np.corrcoef(base, other)[0, 1]) < 0.1
    np.testing.assert_array_equal(getattr(Streams(0, 0, 0), draw)("a", 2000), base)


def test_replication_and_seed_are_not_interchangeable():
    seen = [
        Streams(s, r, q).uniform("a", 1)[0]
        for s in range(4)
        for r in range(4)
        for q in range(-1, 4)
    ]
    assert len(set(seen)) == len(seen)


def test_rows_keep_their_luck_when_a_table_grows():
    streams = Streams(0, 0, 0)
    np.testing.assert_array_equal(streams.uniform("a", 50), streams.uniform("a", 80)[:50])


def test_distributions_are_what_they_are_called():
    streams = Streams(2, 0, 0)
    assert kstest(streams.uniform("u", 20_000), "uniform").pvalue > 0.001
    assert kstest(streams.normal("n", 20_000), "norm").pvalue > 0.001
    assert kstest(streams.exponential("e", 20_000), "expon").pvalue > 0.001


@pytest.mark.parametrize("left_out", ["brokerage", "search", "learning", "spillovers", "calls"])
def test_leaving_a_mechanism_out_leaves_the_others_their_draws(world, left_out, monkeypatch):
    """What is drawn under a name in a quarter is the same whoever else draws."""
    seen = []

    def spy(method):
        def draw(self, decision, shape):
            drawn = method(self, decision, shape)
            seen[-1][decision, self.quarter] = drawn.tobytes()
            return drawn

        return draw

    for name in ("uniform", "normal", "exponential"):
        monkeypatch.setattr(Streams, name, spy(getattr(Streams, name)))
    scenario = Scenario(world, "trans_s3_tibs", years=3, scale=0.3)
    for one in (scenario, scenario.drop_mechanism(left_out)):
        seen.append({})
        ran(one)
    both = seen[0].keys() & seen[1].keys()
    assert len(both) > 80
    assert seen[0].keys() >= seen[1].keys()
    assert all(seen[0][key] == seen[1][key] for key in both)


def test_firms_have_the_same_luck_under_every_policy(world):
    """A year into a policy most firms have innovated, entered and left just as under any other."""
    scenarios = [Scenario(world, p, years=1, scale=0.3, start=0) for p in POLICIES]
    states = [ran(one) for one in scenarios]
    base = states[0]
    other = ran(scenarios[0].replace(replication=1))

    def same(one, two):
        firms = base[0].organisations.firms
        counts = [sum(s.organisations.innovations for s in run)[firms] for run in (one, two)]
        busy = (counts[0] + counts[1]) > 0
        return (counts[0] == counts[1])[busy].mean()

    for run in states[1:]:
        shocks = [r[-1].organisations.shock_variance for r in (base, run)]
        np.testing.assert_array_equal(*shocks)
        assert same(base, run) > 0.85
        lived = [r[-1].organisations.active for r in (base, run)]
        assert (lived[0] == lived[1]).mean() > 0.98
    assert same(base, other) < 0.4
