"""Study figures: what is drawn, what is said when something is withheld, no words over words."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from s3sim.core.errors import InputError
from s3sim.report.figures import studies

OUTPUTS = ("baseline", "policy", "difference")
LONG = [
    "search.border_meeting", "search.open_searches", "proximity.weight_institutional",
    "population.productivity_spread", "broker.matches_a_quarter", "agreement.patience",
    "award.share_for_lagging_regions", "market.substitution", "learning.absorptive_gain",
    "learning.decay", "border.cost_of_distance", "border.language", "entry.founders_rate",
    "entry.minimum_capital", "exit.reserve_quarters", "specialisation.entrepreneurial_discovery",
    "specialisation.number_of_priorities", "budget.share_for_joint_projects",
    "budget.co_financing_rate", "beginning.tie_share", "proximity.reach_gain", "shock.spread",
    "dummy_1", "dummy_2", "seed",
]  # fmt: skip


def gen(seed=1):
    return np.random.default_rng(seed)


def group(name):
    return "dummy" if name.startswith("dummy") else name.partition(".")[0]


def morris(names=LONG, *, sigma=True, value=None):
    rng, rows = gen(), []
    for output in OUTPUTS:
        for k, name in enumerate(rng.permutation(names)):
            dull = name.startswith("dummy")
            mu = 0.1 * rng.random() if dull else 4 * np.exp(-0.35 * k) + 0.02
            mu = mu if value is None else value
            rows.append({
                "factor": name, "group": group(name), "mu_star": mu, "mu_star_low": 0.8 * mu,
                "mu_star_high": 1.25 * mu, "sigma": mu * rng.uniform(0.3, 1.3) if sigma else np.nan,
                "kept": mu > 0.3 and not dull, "output": output,
            })  # fmt: skip
    return pd.DataFrame(rows)


def indices(names=LONG, *, value=None, shapley=True):
    rng, rows = gen(2), []
    for output in OUTPUTS:
        for k, name in enumerate(rng.permutation(names)):
            st = 0.01 * rng.random() if name.startswith("dummy") else 0.4 * np.exp(-0.3 * k)
            st = st if value is None else value
            s1 = st * rng.uniform(0.3, 0.9)
            rows.append({
                "factor": name, "S1": s1, "S1_low": s1 - 0.02, "S1_high": s1 + 0.02, "ST": st,
                "ST_low": st - 0.03, "ST_high": st + 0.03, "output": output,
                "shapley": 0.5 * (s1 + st) if shapley else np.nan,
                "withheld": "the surrogate explains too little" if value is not None else "",
            })  # fmt: skip
    return pd.DataFrame(rows)


def ranges(names=LONG, value=None):
    rng, rows = gen(3), []
    for k, name in enumerate(rng.permutation(names)):
        reach = 0.0 if name.startswith("dummy") else 6 * np.exp(-0.2 * k)
        low, high = 4 - reach * rng.uniform(0.3, 1), 4 + reach * rng.uniform(-0.4, 1)
        low, high = (low, high) if value is None else (value, value)
        rows.append({
            "factor": name, "low_value": 0.05, "high_value": 1200.0 if k % 5 == 0 else 0.4,
            "at_low": low, "at_high": high, "at_low_low": low - 0.4, "at_low_high": low + 0.4,
            "at_high_low": high - 0.4, "at_high_high": high + 0.4,
        })  # fmt: skip
    return pd.DataFrame(rows)


def curve(shift=0.0, value=None):
    x = np.linspace(0, 1, 21)
    y = 6 * np.tanh(4 * (x - 0.42)) + shift
    y = y if value is None else np.full(21, value)
    return pd.DataFrame({"value": x, "mean": y, "low": y - 0.8, "high": y + 0.8})


def blurred(shift=0.0):
    return curve(shift).assign(low=-20.0, high=20.0)


def scattered():
    rng = gen(4)
    x = rng.random(256)
    return pd.DataFrame(
        {"value": x, "difference": 6 * np.tanh(4 * (x - 0.42)) + rng.normal(0, 2, 256)}
    )


def surface(shift=0.0):
    x, y = np.linspace(0, 1, 31), np.linspace(10, 80, 25)
    z = 5 * (x[None, :] - 0.4) - 0.06 * (y[:, None] - 40) + shift
    return x, y, z


def lost_worlds(n=400):
    rng = gen(5)
    x, y = rng.random(n), rng.uniform(0, 60, n)
    return x, y, rng.random(n) < np.where((x > 0.6) & (y < 25), 0.85, 0.06)


def both_changes(policies=("trans_s3", "trans_s3_tibs", "domestic_brokers"), n=300):
    rng, frames = gen(6), []
    for k, policy in enumerate(policies):
        x = rng.normal(25 - 12 * k, 14, n)
        frames.append(pd.DataFrame(
            {"policy": policy, "collaboration": x, "growth": 0.02 * x + rng.normal(0, 0.5, n)}
        ))  # fmt: skip
    return pd.concat(frames)


def spreads(
    names=("cross_border_collaborations", "productivity_growth", "theil_index"), value=None
):
    rng, frames = gen(7), []
    for k, name in enumerate(names):
        d = rng.normal(20 - 11 * k, 16 / (1 + 3 * k), 512) if value is None else value
        frames.append(pd.DataFrame(
            {"outcome": name, "difference": d, "better": "lower" if "theil" in name else "higher"},
            index=range(512),
        ))  # fmt: skip
    return pd.concat(frames)


def trajectory(n=14):
    t = np.linspace(0, 1, n)
    return pd.DataFrame({
        "coverage": 1 - 0.7 * t**2, "density": 0.3 + 0.6 * np.sqrt(t),
        "restricted": np.minimum(np.arange(n) // 4, 3), "held_coverage": 0.93 - 0.7 * t**2,
        "held_density": 0.27 + 0.55 * np.sqrt(t),
    })  # fmt: skip


def ranked():
    metrics = ["mean", "worst case", "CVaR 5 %", "regret, 90th percentile", "satisficing share",
               "Hurwicz"]  # fmt: skip
    policies = ["isolated_s3", "trans_s3", "trans_s3_tibs", "domestic_brokers"]
    rows = []
    for metric in metrics:
        rank = gen(len(metric)).permutation(4) + 1
        rows += [{"policy": p, "metric": metric, "value": 3.1 / r, "rank": r}
                 for p, r in zip(policies, rank, strict=True)]  # fmt: skip
    return pd.DataFrame(rows)


def worth(names=LONG, value=None):
    v = 3 * np.exp(-0.3 * np.arange(len(names))) if value is None else np.full(len(names), value)
    v = np.where([n.startswith("dummy") for n in names], 0.02 * v / max(v.max(), 1), v)
    return pd.DataFrame({"factor": names, "evppi": v, "low": 0.7 * v, "high": 1.3 * v + 0.03})


def regions(n=25, shift=0.0):
    m = np.linspace(2.4, -0.9, n) + shift
    return pd.DataFrame({
        "code": [f"XX{k:02d}" for k in range(n)],
        "name": ["Vidurio ir vakarų Lietuvos regionas" if k % 6 == 3 else f"Region {k}"
                 for k in range(n)],
        "mean": m, "low": m - 0.4, "high": m + 0.4,
        "share_losing": np.clip(0.4 - 0.35 * m, 0, 1) if shift == 0 else 0.0,
    })  # fmt: skip


def split(value=None):
    v = np.array([4.2, 6.9, -1.1, 1.4]) if value is None else np.full(4, value)
    parts = ["joint priorities", "brokerage", "pooled money", "shared facilities"]
    frame = pd.DataFrame({"component": parts, "value": v, "low": v - 1.0, "high": v + 1.0})
    whole = pd.DataFrame([["total", v.sum(), v.sum() - 1.3, v.sum() + 1.3]], columns=frame.columns)
    return pd.concat([frame, whole])


def costs(value=None):
    x = np.array([0, 50, 100, 200, 300, 450, 600.0]) * 1000
    y = 9 - x / 40_000 if value is None else np.full(7, value)
    return pd.DataFrame({"cost": x, "value": y, "low": y - 1.6, "high": y + 1.6})


def savings():
    r = np.array([279, 41.0, 8.2, 5.5, 1.4, 0.9])
    names = ["Cross-border collaborations", "Innovations", "Gross value added", "Employment",
             "Theil index", "Firm survival"]  # fmt: skip
    return pd.DataFrame({"outcome": names, "ratio": r, "low": 0.7 * r, "high": 1.5 * r})


def settling(names=("collaborations", "growth"), value=None):
    rng, frames = gen(9), []
    for name in names:
        d = rng.normal(1.5, 4, 400) if value is None else np.full(400, value)
        n = np.arange(2, 401)
        m = np.cumsum(d)[1:] / n
        h = 1.96 * 4 / np.sqrt(n) if value is None else 0 * n
        frames.append(
            pd.DataFrame({"outcome": name, "worlds": n, "mean": m, "low": m - h, "high": m + h})
        )
    return pd.concat(frames)


def variants():
    names = ["as published", "random search", "no learning by doing", "brokers pick the nearest",
             "no entry of firms", "budgets by quota", "policies two years later"]  # fmt: skip
    rng, rows = gen(10), []
    for outcome, size in (("Cross-border collaborations", 30), ("Productivity growth", 0.4),
                          ("Theil index", -0.02)):  # fmt: skip
        for k, name in enumerate(names):
            e = size * (rng.uniform(0.2, 1.2) if k != 3 else -0.6)
            e = 0.02 * size if k == 5 else e
            h = abs(size) * 0.2
            rows.append({"variant": name, "outcome": outcome, "effect": e, "low": e - h, "high": e + h})  # fmt: skip
    return pd.DataFrame(rows)


def blank(frame, *columns):
    return frame.assign(**dict.fromkeys(columns, np.nan))


X, Y, Z = surface()
A, B, LOST = lost_worlds()
BOX = ((0.6, None), (None, 25.0))
NAMES = ("border.cost_of_distance", "learning.absorptive_gain")
WHO = {"outcome": "cross-border collaborations", "unit": "per 1000 firms"}
MAP = {"names": NAMES, "units": ("share", "EUR thousand"), "outcome": "growth"}
ONE = ["search.border_meeting"]
MU = ("mu_star", "mu_star_low", "mu_star_high", "sigma")
IX = ("S1", "S1_low", "S1_high", "ST", "ST_low", "ST_high", "shapley")
NO = ("low", "high")

CASES = {
    "mu_star_sigma": lambda: studies.mu_star_sigma(morris(), **WHO),
    "mu_star_sigma_one": lambda: studies.mu_star_sigma(morris(ONE), **WHO),
    "mu_star_sigma_zero": lambda: studies.mu_star_sigma(morris(value=0.0), **WHO),
    "mu_star_sigma_groups": lambda: studies.mu_star_sigma(morris(sigma=False), **WHO),
    "mu_star_sigma_withheld": lambda: studies.mu_star_sigma(blank(morris(), *MU), **WHO),
    "index_bars": lambda: studies.index_bars(indices()),
    "index_bars_one": lambda: studies.index_bars(indices(ONE, shapley=False)),
    "index_bars_zero": lambda: studies.index_bars(indices(value=0.0)),
    "index_bars_withheld": lambda: studies.index_bars(blank(indices(value=0.0), *IX)),
    "tornado": lambda: studies.tornado(ranges(), base=4.0, **WHO),
    "tornado_one": lambda: studies.tornado(ranges(ONE), base=4.0, **WHO),
    "tornado_zero": lambda: studies.tornado(ranges(value=0.0), base=0.0),
    "tornado_withheld": lambda: studies.tornado(
        ranges(value=np.nan), base=4.0
    ),
    "tipping_curve": lambda: studies.tipping_curve(curve(), scattered(), factor=NAMES[0], **WHO),
    "tipping_curve_open": lambda: studies.tipping_curve(blurred(), factor=NAMES[0]),
    "tipping_curve_gain_open": lambda: studies.tipping_curve(blurred(9.0), factor=NAMES[0]),
    "tipping_curve_gain": lambda: studies.tipping_curve(curve(9.0), factor=NAMES[0]),
    "tipping_curve_zero": lambda: studies.tipping_curve(curve(value=0.0), factor="x"),
    "tipping_curve_withheld": lambda: studies.tipping_curve(curve(value=np.nan), factor="x"),
    "tipping_map": lambda: studies.tipping_map(X, Y, Z, clear=np.abs(Z) > 0.6, unit="%", **MAP),
    "tipping_map_gain": lambda: studies.tipping_map(X, Y, Z + 20, **MAP),
    "tipping_map_zero": lambda: studies.tipping_map(X, Y, 0 * Z, **MAP),
    "tipping_map_withheld": lambda: studies.tipping_map(X, Y, np.nan * Z, **MAP),
    "vulnerability_map": lambda: studies.vulnerability_map(
        A, B, LOST, BOX, names=NAMES, units=("share", "%"), held_out=(0.78, 0.61)
    ),
    "vulnerability_map_no_losers": lambda: studies.vulnerability_map(
        A, B, np.zeros(len(A), bool), BOX, names=NAMES
    ),
    "vulnerability_map_no_box": lambda: studies.vulnerability_map(A, B, LOST, names=NAMES),
    "trade_off": lambda: studies.trade_off(both_changes(), baseline="isolated S3"),
    "trade_off_one": lambda: studies.trade_off(both_changes(("trans_s3",), 1)),
    "trade_off_zero": lambda: studies.trade_off(
        both_changes().assign(collaboration=0.0, growth=0.0)
    ),
    "trade_off_withheld": lambda: studies.trade_off(blank(both_changes(), "growth")),
    "difference_distributions": lambda: studies.difference_distributions(spreads()),
    "difference_distributions_zero": lambda: studies.difference_distributions(spreads(value=0.0)),
    "difference_distributions_withheld": lambda: studies.difference_distributions(
        blank(spreads(), "difference")
    ),
    "coverage_density": lambda: studies.coverage_density(trajectory(), chosen=8),
    "coverage_density_one": lambda: studies.coverage_density(trajectory(1)),
    "coverage_density_withheld": lambda: studies.coverage_density(
        blank(trajectory(), "coverage", "density")
    ),
    "rank_table": lambda: studies.rank_table(ranked()),
    "rank_table_one": lambda: studies.rank_table(ranked()[:1]),
    "rank_table_withheld": lambda: studies.rank_table(blank(ranked(), "rank", "value")),
    "information_bars": lambda: studies.information_bars(worth(), perfect=5.1),
    "information_bars_one": lambda: studies.information_bars(worth(ONE)),
    "information_bars_zero": lambda: studies.information_bars(blank(worth(value=0.0), *NO)),
    "information_bars_withheld": lambda: studies.information_bars(worth(value=np.nan)),
    "winners_losers": lambda: studies.winners_losers(regions(), outcome="gross value added"),
    "winners_losers_one": lambda: studies.winners_losers(regions(1)),
    "winners_losers_no_losers": lambda: studies.winners_losers(regions(shift=9.0)),
    "winners_losers_zero": lambda: studies.winners_losers(regions().assign(mean=0.0, low=0.0, high=0.0)),
    "winners_losers_withheld": lambda: studies.winners_losers(blank(regions(), "mean", *NO)),
    "shapley_split": lambda: studies.shapley_split(split(), **WHO),
    "shapley_split_zero": lambda: studies.shapley_split(split(0.0), **WHO),
    "shapley_split_withheld": lambda: studies.shapley_split(split(np.nan), **WHO),
    "cost_curve": lambda: studies.cost_curve(costs(), unit="EUR million", level_name="breaks even"),
    "cost_curve_open": lambda: studies.cost_curve(costs().assign(low=-1e9, high=1e9)),
    "cost_curve_zero": lambda: studies.cost_curve(blank(costs(value=0.0), *NO)),
    "cost_curve_withheld": lambda: studies.cost_curve(costs(value=np.nan)),
    "variance_ratio": lambda: studies.variance_ratio(savings()),
    "variance_ratio_one": lambda: studies.variance_ratio(savings()[3:4]),
    "variance_ratio_zero": lambda: studies.variance_ratio(savings().assign(ratio=0.0)),
    "running_mean": lambda: studies.running_mean(settling(), smallest={"growth": 0.5}),
    "running_mean_zero": lambda: studies.running_mean(settling(value=0.0)),
    "running_mean_withheld": lambda: studies.running_mean(settling(value=np.nan)),
    "sign_table": lambda: studies.sign_table(variants(), units={"Productivity growth": "% a year"}),
    "sign_table_one": lambda: studies.sign_table(variants()[:1]),
    "sign_table_zero": lambda: studies.sign_table(variants().assign(effect=0.0, low=0.0, high=0.0)),
    "sign_table_withheld": lambda: studies.sign_table(blank(variants(), "effect", *NO)),
}  # fmt: skip


def words(figure):
    return " ".join(t.get_text() for t in figure.findobj(lambda a: hasattr(a, "get_text")))


def marked(figure, gid):
    return figure.findobj(lambda a: a.get_gid() == gid)


def boxes(axes, renderer):
    low, high = sorted(axes.get_ylim())
    # Ticks beyond the limits exist and are not drawn.
    drawn = [t for t in axes.get_yticklabels() if low <= t.get_position()[1] <= high]
    texts = [*axes.texts, *drawn]
    shown = [t for t in texts if t.get_text().strip() and t.get_visible()]
    return [(t.get_text(), t.get_window_extent(renderer)) for t in shown]


@pytest.fixture(scope="module")
def figures():
    return {name: draw() for name, draw in CASES.items()}


@pytest.mark.parametrize("name", CASES)
def test_words_lie_on_the_sheet_and_not_over_each_other(figures, name):
    figure = figures[name]
    renderer = figure.canvas.get_renderer()
    figure.draw(renderer)
    wide, high = figure.bbox.size
    for text in figure.texts:
        box = text.get_window_extent(renderer)
        assert box.x1 <= wide, text.get_text()
    for axes in figure.axes:
        named = boxes(axes, renderer)
        for text, box in named:
            assert box.x0 >= 0, text
            assert box.x1 <= wide, text
            assert box.y1 <= high, text
        for k, (text, box) in enumerate(named):
            for other, second in named[k + 1 :]:
                assert not box.padded(-0.5).overlaps(second.padded(-0.5)), (text, other)
        # The heading and what stands above the panel stay clear of the note.
        note = figure.texts[1].get_window_extent(renderer)
        assert axes.get_tightbbox(renderer).y1 <= note.y0 + 1


@pytest.mark.parametrize("name", [n for n in CASES if n.endswith("withheld")])
def test_a_result_that_is_missing_is_said_to_be_withheld(figures, name):
    assert "withheld" in words(figures[name])


def test_files_are_equal_to_the_byte_and_carry_title_and_words(tmp_path):
    first, second = (
        studies.save_study(CASES["tornado"](), "tornado", tmp_path / folder, 40)
        for folder in ("a", "b")
    )
    assert first.png.read_bytes() == second.png.read_bytes()
    assert first.svg.read_bytes() == second.svg.read_bytes()
    assert b"dc:date" not in first.svg.read_bytes()
    assert first.title.startswith("How far does one factor")
    assert "Widest: " in first.alt


def test_screening_names_every_kept_factor_of_the_panel(figures):
    frame, figure = morris(), figures["mu_star_sigma"]
    for axes, output in zip(figure.axes, OUTPUTS, strict=True):
        kept = frame[(frame["output"] == output) & frame["kept"]].nlargest(8, "mu_star")["factor"]
        said = {t.get_text() for t in axes.texts} - {""}
        assert said == {"luck (seed)" if k == "seed" else k for k in kept}
    assert len(marked(figure, "factor")) == 3 * len(LONG)
    assert len(marked(figure, "dummy band")) == 3
    assert "diamond: luck" in words(figure).replace("\n", " ")


def test_index_rows_follow_the_total_index_of_the_difference(figures):
    frame = indices()
    best = frame[frame["output"] == "difference"].sort_values("ST", ascending=False)["factor"]
    rows = [t.get_text() for t in figures["index_bars"].axes[0].get_yticklabels()]
    assert rows == ["luck (seed)" if n == "seed" else n for n in best]
    assert len(marked(figures["index_bars"], "shapley")) == 3 * len(LONG)
    assert not marked(figures["index_bars_one"], "shapley")
    assert "surrogate explains too little" in words(figures["index_bars_withheld"]).replace(
        "\n", " "
    )


def test_tornado_puts_the_widest_factor_first_and_finds_turned_signs():
    frame = pd.DataFrame({
        "factor": ["narrow", "wide"], "low_value": [0, 1], "high_value": [2, 3],
        "at_low": [3.0, -1.0], "at_high": [5.0, 4.5],
    })  # fmt: skip
    figure = studies.tornado(frame, base=4.0)
    assert [t.get_text() for t in figure.axes[0].get_yticklabels()] == ["wide", "narrow"]
    assert {t.get_text() for t in figure.axes[0].texts} == {"0", "1", "2", "3"}
    assert "1 factors alone turn the sign" in figure.get_label()
    with pytest.raises(InputError, match="no base"):
        studies.tornado(frame)


def test_sign_changes_and_break_even_are_where_the_curves_cross(figures):
    assert "sign changes at 0.42" in words(figures["tipping_curve"])
    assert "gain throughout" in words(figures["tipping_curve_gain"])
    assert "no difference throughout" in words(figures["tipping_curve_zero"])
    for name in ("tipping_curve_open", "tipping_curve_gain_open"):
        assert "Everywhere not told from zero" in words(figures[name])
        assert not marked(figures[name], "sign change")
    assert "not told" not in words(figures["tipping_curve"]) + words(figures["tipping_curve_gain"])
    assert "No break-even can be told: zero lies" in words(figures["cost_curve_open"])
    assert "Break-even at 360,000" in words(figures["cost_curve"])
    assert "does not change" in words(figures["tipping_map_gain"])


def test_box_states_its_own_density_and_coverage(figures):
    inside = (A >= 0.6) & (B <= 25)
    density, coverage = LOST[inside].mean(), LOST[inside].sum() / LOST.sum()
    said = words(figures["vulnerability_map"]).replace("\n", " ")
    assert f"(density {100 * density:.0f} %), {100 * coverage:.0f} % of all losses" in said
    assert len(marked(figures["vulnerability_map"], "box")) == 1
    assert not marked(figures["vulnerability_map_no_losers"], "box")
    assert "No world is lost" in words(figures["vulnerability_map_no_losers"])
    with pytest.raises(InputError, match="same number"):
        studies.vulnerability_map(A, B[:3], LOST, names=NAMES)


def test_shares_of_corners_and_of_worlds_won_are_counted():
    x, y = [1.0, 1.0, 1.0, -1.0, 0.0], [1.0, 1.0, -1.0, -1.0, 1.0]
    figure = studies.trade_off(pd.DataFrame({"policy": "p", "collaboration": x, "growth": y}))
    said = [t.get_text().replace("\n", " ") for t in figure.axes[0].texts]
    assert sorted(said) == sorted([
        "more collaboration, more growth: 40 %", "less collaboration, more growth: 0 %",
        "more collaboration, less growth: 20 %", "less collaboration, less growth: 20 %",
    ])  # fmt: skip
    frame = pd.DataFrame({"outcome": "theil", "difference": [-1.0, -2, 3, 0], "better": "lower"})
    assert "won in 50 %, lost in 25 %" in words(studies.difference_distributions(frame))


def test_marks_for_what_is_chosen_changed_and_lost(figures):
    assert len(marked(figures["coverage_density"], "chosen")) == 1
    assert len(marked(figures["coverage_density"], "held out")) == 1
    assert not marked(figures["coverage_density_one"], "chosen")
    assert len(marked(figures["sign_table"], "changed")) == 3
    assert "brokers pick the nearest" in figures["sign_table"].get_label()
    assert "No sign clearly changes" in figures["sign_table_zero"].get_label()
    assert len(marked(figures["winners_losers"], "region")) == 25
    assert "no region clearly loses" in words(figures["winners_losers_no_losers"])


def test_parts_that_do_not_add_up_are_refused():
    frame = split()
    frame.loc[frame["component"] == "total", "value"] += 0.01
    with pytest.raises(InputError, match="must agree"):
        studies.shapley_split(frame)


def test_missing_columns_and_empty_tables_are_named():
    with pytest.raises(InputError, match="lacks low and high"):
        studies.cost_curve(costs().drop(columns=["low", "high"]))
    with pytest.raises(InputError, match="no rows"):
        studies.winners_losers(regions()[:0])
    with pytest.raises(InputError, match="rows 0 to 13"):
        studies.coverage_density(trajectory(), chosen=14)
    with pytest.raises(InputError, match="shape"):
        studies.tipping_map(X, X, Z, **MAP)


def test_figures_without_studies_load_no_plotting_library():
    code = "import sys, s3sim.report.figures; sys.exit('matplotlib' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
