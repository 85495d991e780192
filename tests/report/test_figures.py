"""Figures: all there, the same to the byte, described correctly, and robust to thin data."""

import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from fake_comparison import make, outcomes, policies
from matplotlib.text import Text

from s3sim.core.formatting import decimals_for, rounded
from s3sim.report.figures import draw_all
from s3sim.report.figures.effects import forest_plot
from s3sim.report.figures.links import changes_in_words, link_changes
from s3sim.report.figures.paths import paths
from s3sim.report.figures.style import policy_marks
from s3sim.report.view import View, mean_interval, regional_effects, shown_effects

NAMES = ["effects", "paths", "path_changes", "map_collaborations", "map_changes", "regions"]
SMALL = {"quarters": 8, "n_regions": 6, "replications": 6, "n_policies": 2}
LAND = [np.array([[4200.0, 3300.0], [5400.0, 3300.0], [5400.0, 4400.0], [4200.0, 4400.0]])]


def view(comparison):
    return View(comparison, outcomes(), policies())


def draw(comparison, folder, dpi=40):
    return draw_all(comparison, outcomes(), policies(), folder, dpi=dpi, land=LAND)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    return draw(make(**SMALL), tmp_path_factory.mktemp("figures"))


def test_every_figure_is_there_as_png_and_svg(drawn):
    assert [figure.name for figure in drawn] == NAMES
    for figure in drawn:
        assert figure.png.read_bytes().startswith(b"\x89PNG")
        assert figure.svg.read_bytes().startswith(b"<?xml")
        assert figure.title
        assert len(figure.alt) > 60


def test_same_tables_give_same_bytes(drawn, tmp_path):
    again = draw(make(**SMALL), tmp_path)
    for figure, other in zip(drawn, again, strict=True):
        assert figure.png.read_bytes() == other.png.read_bytes(), figure.name
        assert figure.svg.read_bytes() == other.svg.read_bytes(), figure.name


def test_files_hold_no_date(drawn):
    for figure in drawn:
        assert b"dc:date" not in figure.svg.read_bytes()
        assert b"Software" not in figure.png.read_bytes()


@pytest.mark.parametrize(
    ("case", "names"),
    [
        ({"n_policies": 1}, ["paths", "map_collaborations"]),
        ({"n_policies": 2, "replications": 1, "n_regions": 46, "broken": True}, NAMES),
        ({"n_policies": 10, "replications": 2, "n_regions": 3, "kind": "none"}, NAMES),
    ],
)
def test_draws_with_few_many_or_missing_data(case, names, tmp_path):
    comparison = make(quarters=4, **case)
    assert [figure.name for figure in draw(comparison, tmp_path, dpi=20)] == names


def test_alt_text_names_the_pair_of_regions_that_gains_most():
    comparison = make()
    change = link_changes(view(comparison), "trans_s3")
    clear = change[change["verdict"] == "higher"]
    country = comparison.world.country
    abroad = clear[[country[i] != country[j] for i, j in clear.index]]
    i, j = abroad["effect"].idxmax()
    text = changes_in_words(view(comparison), {"trans_s3": change})
    pair = f"{comparison.world.names[i]} and {comparison.world.names[j]}"
    assert f"rise most between {pair}" in text


def test_link_changes_count_a_missing_pair_as_none():
    comparison = make(n_policies=2, replications=3)
    kept = comparison.links[
        ~((comparison.links["policy"] == "trans_s3") & (comparison.links["region_i"] == "DE60"))
    ]
    change = link_changes(
        view(type(comparison)(**(vars(comparison) | {"links": kept}))), "trans_s3"
    )
    assert (change.loc[0, "effect"] < 0).all()


def test_map_of_changes_never_says_rise_when_nothing_is_clear():
    comparison = make(replications=1, n_policies=2)
    changes = {"trans_s3": link_changes(view(comparison), "trans_s3")}
    text = changes_in_words(view(comparison), changes)
    assert "no clear change" in text


def test_regional_effects_are_paired_and_relative():
    comparison = make(n_policies=2)
    table = regional_effects(comparison, "gross_value_added").set_index("region")
    mine = comparison.regions[comparison.regions["outcome"] == "gross_value_added"]
    wide = mine.pivot_table(index="replication", columns=["policy", "region"], values="value")
    base, other = wide["isolated_s3"]["PL84"], wide["trans_s3"]["PL84"]
    mean, low, high = mean_interval(100 * (other - base).to_numpy() / base.mean())
    assert table.loc["PL84", ["effect", "low", "high"]].tolist() == pytest.approx([mean, low, high])


def test_figure_of_regions_names_every_loser(drawn):
    table = regional_effects(make(**SMALL), "gross_value_added")
    losers = table[(table["verdict"] == "lower") & (table["policy"] == "trans_s3")]
    assert len(losers)
    alt = drawn[NAMES.index("regions")].alt
    assert all(name in alt for name in losers["name"])


def test_percentages_are_shown_in_points_and_amounts_relative_to_the_baseline():
    comparison = make()
    table = shown_effects(view(comparison)).set_index(["outcome", "policy"])
    share = table.loc[("share_cooperating", "trans_s3")]
    value = table.loc[("gross_value_added", "trans_s3")]
    assert share["shown"] == share["effect"]
    assert value["shown"] == pytest.approx(100 * value["effect"] / value["mean_baseline"])


def test_policies_keep_their_colour_and_share_none():
    names = [*policies(), "no_change", "gosmart", "gosmart_excel", "my_own", "another"]
    assert len(set(policy_marks(names).values())) == len(names)
    assert policy_marks(["trans_s3"])["trans_s3"] == policy_marks(names)["trans_s3"]


def test_focus_prefers_the_full_policy_and_is_none_for_the_baseline_alone():
    assert view(make(n_policies=3, replications=2)).focus == "trans_s3_tibs"
    assert view(make(n_policies=1, replications=2)).focus is None


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ((12.3456, 9.1, 15.6), ("+12", "+9", "+16")),
        ((0.5, -0.2, 1.2), ("+0.5", "−0.2", "+1.2")),
        ((-1234567, -1400000, -1069134), ("−1,230,000", "−1,400,000", "−1,070,000")),
        ((0.0, 0.0, 0.0), ("0", "0", "0")),
        ((3.0, 3.0, 3.0), ("+3.00", "+3.00", "+3.00")),
        ((12.0, 0.04, 24.0), ("+12.00", "+0.04", "+24.00")),
        ((-0.001, -3.0, 3.0), ("0", "−3", "+3")),
    ],
)
def test_rounding_keeps_what_the_interval_supports(values, texts):
    assert tuple(rounded(*values)) == texts


def test_rounding_never_hides_that_an_interval_excludes_zero():
    luck = np.random.default_rng(1)
    for effect, half in zip(luck.normal(0, 1, 300), luck.exponential(1, 300), strict=True):
        low = rounded(effect, effect - half, effect + half).low
        assert (low.strip("−+0.,") == "") == (effect - half == 0)


def test_decimals_without_an_interval():
    assert decimals_for(5.0, np.nan, np.nan) == 2
    assert decimals_for(np.nan, np.nan, np.nan) == 0


def test_interval_needs_two_values():
    assert np.isnan(mean_interval(np.array([1.0]))[1:]).all()
    assert mean_interval(np.array([1.0, np.nan, 3.0]))[0] == 2.0


def test_drawing_leaves_the_users_settings_alone(tmp_path):
    import matplotlib

    with matplotlib.rc_context({"font.size": 23.0}):
        draw(make(n_policies=1, replications=2, quarters=8), tmp_path, dpi=20)
        assert matplotlib.rcParams["font.size"] == 23.0


def test_importing_figures_and_report_loads_no_plotting():
    code = "import sys, s3sim.report.figures, s3sim.report; print('matplotlib' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_empty_tables_draw_nothing(tmp_path):
    comparison = make(n_policies=2, replications=2, quarters=8)
    empty = {
        name: getattr(comparison, name).iloc[:0]
        for name in ("effects", "regions", "timeline", "links")
    }
    assert draw(type(comparison)(**(vars(comparison) | empty)), tmp_path) == []
    assert isinstance(empty["links"], pd.DataFrame)


def test_a_figure_that_fails_is_one_line_and_the_others_are_drawn(tmp_path):
    comparison = make(**SMALL)
    torn = type(comparison)(**(vars(comparison) | {"timeline": comparison.timeline[["policy"]]}))
    made = draw(torn, tmp_path, dpi=20)
    assert [figure.name for figure in made] == [n for n in NAMES if not n.startswith("path")]
    assert [line.partition(":")[0] for line in made.failed] == ["paths", "path_changes"]


@pytest.mark.parametrize(
    "name",
    ["$\\frac{", "Cost $5 and $6", "<b>&\"'", "a_b^c", "Bell \x07 and \x1b[31m", "\u4e2d\u6587"],
)
def test_names_are_drawn_as_they_are(name, tmp_path):
    comparison = make(**SMALL)
    names = (name, *comparison.world.names[1:])
    world = type(comparison.world)(**(vars(comparison.world) | {"names": names}))
    made = draw(type(comparison)(**(vars(comparison) | {"world": world})), tmp_path, dpi=20)
    assert [figure.name for figure in made] == NAMES
    assert made.failed == []
    for figure in made:
        ElementTree.parse(figure.svg)  # well-formed, whatever a region is called


def test_an_outcome_of_no_list_is_drawn():
    comparison = make(n_policies=2, replications=3, quarters=4, n_regions=6)
    own = {"theil_index": "my_own_outcome"}
    renamed = {
        name: getattr(comparison, name).replace({"outcome": own})
        for name in ("effects", "timeline")
    }
    few = ["my_own_outcome", "innovations"]
    renamed["timeline"] = renamed["timeline"][renamed["timeline"]["outcome"].isin(few)]
    changed = type(comparison)(**(vars(comparison) | renamed))
    for figure in (forest_plot(view(changed)), paths(view(changed))):
        texts = " ".join(" ".join(text.get_text().split()) for text in figure.findobj(Text))
        assert "own outcome" in texts.replace("_", " ")
