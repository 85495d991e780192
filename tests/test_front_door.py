"""What `import s3sim` gives: names on demand, one comparison object, mistakes said in one sentence."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

import s3sim
from s3sim import cli
from s3sim.ensemble.options import OPTIONS
from s3sim.ensemble.plan import Plan
from s3sim.simulation.scenario import LIMITS, Scenario

SMALL = {"policies": ["trans_s3"], "years": 2, "scale": 0.001, "replications": 2}


@pytest.fixture(scope="module")
def result():
    return s3sim.compare(**SMALL)


def test_importing_loads_no_library_and_shows_every_name():
    code = (
        "import sys, s3sim\nassert set(s3sim.__all__) <= set(dir(s3sim))\n"
        "print(*{m.partition('.')[0] for m in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"numpy", "pandas", "mesa", "matplotlib", "scipy", "typer", "pyarrow"}
    assert not heavy & set(done.stdout.split())


def test_every_name_is_there_and_others_are_not():
    assert all(getattr(s3sim, name) is not None for name in s3sim.__all__)
    with pytest.raises(AttributeError, match="no attribute 'wurld'"):
        _ = s3sim.wurld


def test_the_option_table_agrees_with_the_model():
    for name, limits in LIMITS.items():
        assert (OPTIONS[name].low, OPTIONS[name].high) == limits
    base = Scenario(s3sim.World.synthetic(3, seed=1))
    plan = Plan(base)
    assert plan.policies == (OPTIONS["baseline"].default, *OPTIONS["policies"].default)
    assert plan.replications == OPTIONS["replications"].default
    for name in ("years", "scale", "seed", "start", "replication", "policy"):
        assert getattr(base, name) == OPTIONS[name].default


def test_a_comparison_prints_its_headline_and_shows_a_table(result):
    assert str(result).startswith("After 2 years at equal public money")
    assert repr(result) == "<comparison of trans_s3 with isolated_s3: 4 runs>"
    page = result._repr_html_()
    assert "<table" in page
    assert "gross_value_added" in page
    assert set(result.effects["policy"]) == {"trans_s3"}
    assert len(result.runs) == 4
    assert len(result.ledger)
    with pytest.raises(AttributeError, match="no 'efects'; did you mean 'effects'"):
        _ = result.efects


def test_names_are_escaped_in_a_notebook(result, monkeypatch):
    frame = result.effects.assign(unit="<script>")
    monkeypatch.setitem(vars(result), "effects", frame)
    assert "<script>" not in result._repr_html_()


def test_saved_loaded_and_by_command_line_it_is_the_same(result, tmp_path, monkeypatch):
    result.save(tmp_path / "python", report=False)
    back = s3sim.load(tmp_path / "python")
    assert str(back) == str(result)
    assert back.effects.equals(result.effects)
    monkeypatch.chdir(tmp_path)
    arguments = ["compare", "--policies", "trans_s3", "--years", "2", "--scale", "0.001", "--replications", "2",
                 "--workers", "1", "--no-report", "--quiet", "--out", "typed"]  # fmt: skip
    assert CliRunner().invoke(cli.app, arguments).exit_code == 0
    for name in ("effects.csv", "ledger.csv"):
        assert (tmp_path / "typed" / name).read_bytes() == (tmp_path / "python" / name).read_bytes()


def test_what_cannot_be_loaded(tmp_path):
    with pytest.raises(s3sim.InputError, match="holds no results"):
        s3sim.load(tmp_path)
    with pytest.raises(s3sim.InputError, match="is not the name of a folder"):
        s3sim.load("")


def test_one_run():
    found = s3sim.run("trans_s3", years=2, scale=0.001, parameters={"search": {"rate": 0.2}})
    assert found.status == "ok"
    assert found.outcomes["gross_value_added"] > 0
    with pytest.raises(
        s3sim.InputError, match=r"policy 'isolated_s3' has no parameter 'brokers.lag'"
    ):
        s3sim.run(parameters={"brokers.lag": 2})
    with pytest.raises(
        s3sim.InputError, match=r"run\(\) has no keyword 'policies'; did you mean 'policy'"
    ):
        s3sim.run(policies=["trans_s3"])


def test_parameters_are_a_table():
    assert {"name", "default", "low", "high", "unit", "meaning"} <= set(s3sim.parameters().columns)


@pytest.mark.parametrize(
    ("keywords", "told"),
    [
        ({"policies": "trans_s3"}, "policies = 'trans_s3' is not a list of policy names"),
        ({"policies": [3]}, "is not a list of policy names"),
        ({"policies": ["trans-s3"]}, "unknown policy 'trans-s3'; did you mean 'trans_s3'"),
        ({"policies": {"trans_s3"}}, "is not a list of policy names"),
        ({"baseline": 1}, "baseline = 1 is not text"),
        ({"years": "6"}, "years = '6' is not a whole number; allowed 1 to 100"),
        ({"years": 2.5}, "years = 2.5 is not a whole number"),
        ({"years": True}, "years = True is not a whole number"),
        ({"years": 10**5000}, "years = a very large number is out of range"),
        ({"seed": -1}, "seed = -1 is out of range"),
        ({"scale": float("nan")}, "scale = nan is out of range"),
        ({"world": 3}, "world = 3 is not text"),
        ({"world": ""}, "world = '' is empty"),
        ({"world": "x" * 50_000_000}, "is too long"),
        ({"world": "a\0b"}, "world"),
        ({"parameters": [("search.rate", 0.2)]}, "is not a table of names and values"),
        ({"parameters": {3: 4}}, "unknown parameter '3'"),
        ({"parameters": {"search.rate": "z" * 10_000_000}}, "is not a number"),
        ({"parameters": {"search": {"rate": 0.2}, "search.rate": 0.3}}, "set twice"),
        ({"workers": "many"}, "workers = 'many' is not a whole number; allowed 1 to 1024"),
        ({"workers": 0}, "workers = 0 is out of range; allowed 1 to 1024"),
        ({"dask": ""}, "dask = '' is empty"),
        ({"max_seconds": -1}, "max_seconds = -1 is out of range"),
        ({"out": ""}, "out = '' is not the name of a folder"),
        ({"out": 3}, "out = 3 is not the name of a folder"),
        ({"overwrite": "yes"}, "overwrite = 'yes' is not True or False"),
        ({"progress": 3}, "progress = 3 is not True or False"),
        ({"polices": ["trans_s3"]}, "compare() has no keyword 'polices'; did you mean 'policies'"),
        ({"baseline": "trans_s3", "policies": ["trans_s3"]}, "nothing to compare"),
    ],
)  # fmt: skip
def test_mistakes_are_one_short_sentence(keywords, told):
    with pytest.raises(s3sim.InputError) as caught:
        s3sim.compare(**keywords)
    assert len(caught.value.problems) == 1
    assert told in caught.value.problems[0]
    assert len(caught.value.problems[0]) < 500


def test_all_mistakes_of_a_call_at_once():
    with pytest.raises(s3sim.InputError) as caught:
        s3sim.compare(policies="x", years="6", workers=-1, out="", yeers=3)
    assert len(caught.value.problems) == 5


def test_numbers_of_other_kinds_are_the_same_scenario():
    import numpy as np

    plain = s3sim.run(years=2, scale=0.001, seed=3)
    other = s3sim.run(years=np.int64(2), scale=np.float64(0.001), seed=3.0)
    assert plain.run_id == other.run_id


def test_a_script_without_a_main_guard_gets_one_sentence(tmp_path):
    script = tmp_path / "mine.py"
    script.write_text(f"import s3sim\ns3sim.compare(workers=2, **{SMALL!r})\n")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.count("Traceback") == 1
    last = done.stderr.strip().splitlines()[-1]
    assert "InputError" in last
    assert "mine.py" in last
    assert 'if __name__ == "__main__":' in last


@pytest.mark.parametrize("name", ["effects_figure", "map_figure"])
def test_figures_can_be_asked_for(result, name):
    from matplotlib.figure import Figure

    from s3sim.report import figures

    if not hasattr(figures, name):
        pytest.skip(f"{name} is not there")
    assert isinstance(result.plot() if name == "effects_figure" else result.map(), Figure)
