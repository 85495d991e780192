"""Luck belongs to decisions and quarters, never to policies."""

import ast
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from builders import ran
from scipy.special import ndtri
from scipy.stats import chisquare, kstest

import s3sim
from s3sim.core.streams import Streams, _code, normal_quantile
from s3sim.policies import POLICIES
from s3sim.simulation.scenario import Scenario
from s3sim.world import World

PACKAGE = Path(s3sim.__file__).resolve().parent
DRAWS = ("uniform", "normal", "exponential", "pair")
AT_MOST = 64
"""Numbers that may stand in a decision's name, e.g. "search/draw 3"."""
KEPT = [8479467269040817, 2919719087151737, 8422373322517129]
"""The first numbers of a stream, times 2^53."""


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
    names, key = set(), Streams._key

    def spy(self, decision):
        names.add(decision)
        return key(self, decision)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Streams, "_key", spy)
        world = World.synthetic(4, seed=1, countries=2, firms=100.0)
        for policy in POLICIES:
            ran(Scenario(world, policy, years=5, scale=0.4, start=0))
    return names


def test_no_two_decisions_share_a_key(drawn):
    names = decisions_in_source().keys() | drawn
    assert len(drawn) > 50
    assert len({_code(name) for name in names}) == len(names)
    invented = {_code(f"decision {k}") for k in range(100_000)}
    assert len(invented) == 100_000


def test_a_decision_is_drawn_in_one_file_only():
    looks_again = {"validation/trial.py"}  # at what a call has drawn
    drawn = {n: files - looks_again for n, files in decisions_in_source().items()}
    shared = {n: files for n, files in drawn.items() if len(files) > 1}
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


@pytest.mark.parametrize("draw", ["uniform", "normal", "exponential"])
def test_rows_keep_their_luck_when_a_table_grows(draw):
    of = getattr(Streams(0, 0, 0), draw)
    few, many = of("a", 50), of("a", 3000)
    np.testing.assert_array_equal(few, many[:50])
    np.testing.assert_array_equal(of("a", (50, 3)), of("a", (3000, 7))[:50, :3])
    rows = np.array([41, 7, 7, 2999])
    np.testing.assert_array_equal(of("a", 3000, rows), many[rows])
    np.testing.assert_array_equal(of("a", (3000, 2), rows), of("a", (3000, 2))[rows])
    assert of("a", 0).shape == (0,)
    assert of("a", (4, 0)).shape == (4, 0)
    assert of("a", 9, rows[:0]).shape == (0,)


def test_numbers_of_a_stream_stay_what_they_are():
    """Kept luck is kept results: the first numbers of one stream, to the last bit."""
    words = (Streams(3, 1, 4).uniform("kept", 3) * 2**53).astype(np.int64)
    assert words.tolist() == KEPT


@pytest.mark.parametrize("quarter", [-1, 0, 55])
def test_distributions_are_what_they_are_called(quarter):
    streams, n = Streams(2, 0, quarter), 20_000
    for draw, law in (("uniform", "uniform"), ("normal", "norm"), ("exponential", "expon")):
        drawn = getattr(streams, draw)(f"{draw} of a law", n)
        assert kstest(drawn, law).pvalue > 0.001
        assert kstest(getattr(streams, draw)(draw, (n // 10, 10)).ravel(), law).pvalue > 0.001
    for columns in (1, 2, 16):
        cells = np.floor(streams.uniform("cells", (n, columns)) * 100).astype(int).ravel()
        assert chisquare(np.bincount(cells, minlength=100)).pvalue > 0.001


def test_low_bits_are_as_good_as_high_ones():
    bits = (Streams(0, 0, 0).uniform("bits", 50_000) * 2**52).astype(np.uint64)
    share = [((bits >> np.uint64(k)) & np.uint64(1)).mean() for k in range(52)]
    assert np.abs(np.array(share) - 0.5).max() < 4.5 * 0.5 / np.sqrt(len(bits))


def serial(table, lag):
    """Correlation of rows that stand `lag` apart."""
    return np.corrcoef(table[:-lag].ravel(), table[lag:].ravel())[0, 1]


def test_neighbours_have_nothing_in_common():
    """Rows, columns, quarters, replications, seeds and decisions, each against its neighbours."""
    n, many = 4000, 12
    stacks = {
        "quarters": [Streams(0, 0, k).uniform("a", n) for k in range(many)],
        "replications": [Streams(0, k, 0).uniform("a", n) for k in range(many)],
        "seeds": [Streams(k, 0, 0).uniform("a", n) for k in range(many)],
        "decisions": [Streams(0, 0, 0).uniform(f"a {k}", n) for k in range(many)],
        "columns": list(Streams(0, 0, 0).uniform("a", (n, many)).T),
        "first of pairs": [
            Streams(0, 0, 0).pair("a", np.full(n, k), np.arange(n)) for k in range(many)
        ],
    }
    limit = 4.5 / np.sqrt(n)
    for name, drawn in stacks.items():
        table = np.array(drawn)
        found = np.corrcoef(table)[np.triu_indices(many, 1)]
        assert np.abs(found).max() < limit, name
        # Squares and signs as well: uncorrelated is not yet independent.
        assert np.abs(np.corrcoef((table - 0.5) ** 2)[np.triu_indices(many, 1)]).max() < limit, name
        for lag in (1, 2, 3, 8):
            assert abs(serial(table.T, lag)) < limit, (name, lag)
            assert abs(serial(table, min(lag, many - 1))) < 2 * limit, (name, lag)
        for one, other in combinations(range(3), 2):
            cells = np.floor(table[one] * 8).astype(int) * 8 + np.floor(table[other] * 8).astype(
                int
            )
            assert chisquare(np.bincount(cells, minlength=64)).pvalue > 1e-4, name


def test_the_first_rows_of_many_streams_are_uniform():
    """Small tables over many quarters: what a run of few firms draws."""
    first = [
        Streams(s, r, q).uniform("a", 3) for s in range(5) for r in range(40) for q in range(20)
    ]
    for column in np.array(first).T:
        assert kstest(column, "uniform").pvalue > 0.001


def test_quantiles_of_the_normal_law_agree_with_scipys():
    below = np.concatenate([10.0 ** -np.arange(1, 16), [2.0**-53, 0.075, 0.0750001, 0.3, 0.5]])
    u = np.concatenate([below, 1 - below])
    np.testing.assert_allclose(normal_quantile(u), ndtri(u), rtol=1e-14, atol=1e-14)
    middle = np.linspace(0.001, 0.999, 9999)
    np.testing.assert_allclose(normal_quantile(middle), ndtri(middle), rtol=2e-14, atol=1e-15)
    assert normal_quantile(u.reshape(5, -1)).shape == (5, 8)


@pytest.mark.parametrize("left_out", ["brokerage", "search", "learning", "spillovers", "calls"])
def test_leaving_a_mechanism_out_leaves_the_others_their_draws(world, left_out, monkeypatch):
    """What is drawn under a name in a quarter is the same whoever else draws."""
    seen = []

    def spy(method):
        def draw(self, decision, shape, rows=None):
            # Luck of a row is the same whoever asks: compare the whole table.
            seen[-1][decision, self.quarter] = method(self, decision, shape).tobytes()
            return method(self, decision, shape, rows)

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
