import os

import pytest

from s3sim.cli.template import template
from s3sim.core.errors import InputError
from s3sim.ensemble.options import KEYS
from s3sim.ensemble.plan import Plan, options, plan, read, scenario
from s3sim.simulation.scenario import known_parameters


def planned(tmp_path, text):
    file = tmp_path / "my.toml"
    file.write_text(text, encoding="utf-8")
    return plan([read(file)])


def problems(tmp_path, text):
    with pytest.raises(InputError) as caught:
        planned(tmp_path, text)
    return caught.value.problems


def test_an_empty_file_is_the_default_plan(tmp_path):
    made = planned(tmp_path, "")
    assert made.policies == Plan(made.scenario).policies
    assert made.scenario.years == 14
    assert made.scenario.world.name == "partners"


def test_every_key_arrives(tmp_path):
    made = planned(
        tmp_path,
        'world = "bsr"\nbaseline = "no_s3"\npolicies = ["no_s3", "isolated_s3", "isolated_s3"]\n'
        "replications = 3\nyears = 5\nscale = 0.02\nseed = 7\nstart = 2\n"
        "[parameters]\nsearch.rate = 0.3\n",
    )
    base = made.scenario
    assert (base.world.name, base.years, base.scale, base.seed, base.start) == (
        "bsr",
        5,
        0.02,
        7,
        2,
    )
    assert made.policies == ("no_s3", "isolated_s3")
    assert made.replications == 3
    assert made.values == {"search.rate": 0.3}


def test_nested_and_quoted_parameters_are_the_same(tmp_path):
    nested = planned(tmp_path, "[parameters.search]\nrate = 0.3\n")
    quoted = planned(tmp_path, '[parameters]\n"search.rate" = 0.3\n')
    assert nested.values == quoted.values == {"search.rate": 0.3}


def test_five_mistakes_at_once_each_with_its_place(tmp_path):
    told = problems(
        tmp_path,
        'world = "partnerz"\npolicies = ["trans-s3"]\nyears = "ten"\nscal = 0.1\nseed = -1\n'
        "[search]\nrate = 0.1\n[parameters]\nsearch.rat = 0.3\nbrokers.cost = 9999\nyears = 3\n",
    )
    assert len(told) == 9
    assert all(one.startswith("my.toml: ") for one in told)
    text = "\n".join(told)
    for part in (
        "unknown world 'partnerz'; did you mean 'partners'?",
        "unknown policy 'trans-s3'; did you mean 'trans_s3'?",
        "years = 'ten' is not a whole number; allowed 1 to 100",
        "scal: unknown setting; did you mean 'scale'?",
        "seed = -1 is out of range; allowed 0 to 2147483648",
        "search: unknown setting. Parameters belong under [parameters]",
        "unknown parameter 'search.rat'; did you mean 'search.rate'?",
        "brokers.cost = 9999 is out of range; allowed 40 to 250 kEUR/year",
        "unknown parameter 'years'; as a setting it stands above [parameters].",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("years = 14\nscale = = 3", "line 2"),
        ('policies = "trans_s3"', "policies = 'trans_s3' is not a list of policy names"),
        ("policies = [1]", "is not a list of policy names"),
        ("policies = []", "nothing to compare"),
        ("world = 3", "world = 3 is not text"),
        ("years = 14.5", "years = 14.5 is not a whole number"),
        ("years = true", "years = True is not a whole number"),
        ("scale = nan", "scale = nan is out of range"),
        ("seed = 99999999999999999999", "out of range"),
        ("parameters = 3", "parameters = 3 is not a table"),
        ("replication = 3", "replication: unknown setting; did you mean 'replications'?"),
        ("[parameters]\nbrokers.lag = 1.5", "brokers.lag = 1.5 is not a whole number"),
        ("[parameters]\nbrokers.lag = inf", "brokers.lag = inf is out of range"),
        ("[parameters]\nsearch.rate = 0.2\n'search.rate' = 0.3", "'search.rate' is set twice"),
        ('world = ""', "world = '' is empty"),
        (
            'world = "C:\\Users\\me\\data"',
            r"In double quotes a \ starts an escape: write 'C:\folder'",
        ),
        ("years = 3\nyears = 4", "is not valid TOML"),
        (f"years = 0x{'f' * 5000}", "years = a very large number is out of range"),
        ("years = 1979-05-27", "is not a whole number"),
        (f"world = '{'x' * 900_000}'", "is too long"),
        (f"[{'.'.join('parameters' for _ in range(3000))}]", "tables more than 8 deep"),
        (f"x = {'[' * 5000}{']' * 5000}", "is not valid TOML"),
        (f"# {'x' * 1_000_000}", "is larger than 1 MB"),
        ("[parameters]\nsearch = 0.3", "unknown parameter 'search'"),
        ("[parameters]\nsearch.rate = [0.3]", "search.rate = [0.3] is not a number"),
        ("years = 2\nstart = 5", "policies would never start"),
        ('policies = ["trans_s3"]\n[parameters]\nbrokers.lag = 1', "none of the policies"),
    ],
)
def test_mistakes(tmp_path, text, told):
    found = problems(tmp_path, text)
    assert len(found) == 1
    assert told in found[0]
    assert len(found[0]) < 600


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        read(tmp_path / "none.toml")
    with pytest.raises(InputError, match="is not a file"):
        read(tmp_path)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.toml")
        with pytest.raises(InputError, match="is not a file"):
            read(tmp_path / "pipe.toml")
    file = tmp_path / "my.toml"
    file.write_bytes(b"\xff\xfe\x00y")
    with pytest.raises(InputError, match="not text in UTF-8"):
        read(file)
    file.write_bytes("\ufeffyears = 3".encode())
    assert read(file).values == {"years": 3}


def test_the_template_holds_every_key_and_parameter(tmp_path):
    text = template()
    assert planned(tmp_path, text).values == {}
    assert all(f"\n{key} = " in text for key in KEYS if key != "parameters")
    assert all(len(line) < 100 for line in text.splitlines())
    freed = text
    for one in known_parameters().values():
        assert f"# {one.name} = {one.default!r}\n" in text
        freed = freed.replace(f"# {one.name} = ", f"{one.name} = ")
    every = ["macro_regional", "gosmart", "horizontal_support"]
    file = tmp_path / "freed.toml"
    file.write_text(freed, encoding="utf-8")
    assert plan([read(file), options({"policies": every})]).values == {
        one.name: one.default for one in known_parameters().values()
    }


def test_whole_numbers_written_with_a_point_are_whole(tmp_path):
    made = planned(tmp_path, "years = 3.0\nscale = 1\n")
    assert isinstance(made.scenario.years, int)
    assert isinstance(made.scenario.scale, float)


def test_later_layers_win(tmp_path):
    file = tmp_path / "my.toml"
    file.write_text("years = 3\nseed = 4\n[parameters]\nsearch.rate = 0.2\nbrokers.lag = 1\n")
    made = plan([read(file), options({"years": "5"}, ["search.rate=0.3"])])
    assert (made.scenario.years, made.scenario.seed) == (5, 4)
    assert made.values == {"search.rate": 0.3, "brokers.lag": 1}
    one = scenario([read(file), options({"replication": "2", "policy": "isolated_s3"})])
    assert one.parameter_values()["search.rate"] == 0.2
    assert one.replication == 2
