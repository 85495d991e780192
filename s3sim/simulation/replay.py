"""The command line that does a run again."""

import shlex

from s3sim.core.errors import InputError
from s3sim.simulation.scenario import Scenario
from s3sim.world import WORLDS, World


def world_words(scenario: Scenario) -> str:
    """Return `--world NAME`, fit for a shell; a user's own world is named as `./FOLDER`.

    Paths are not written down: they tell about people and their machines. The command is given
    where the folder lies. A folder that is called like a shipped world is told apart by its tables.
    """
    name = scenario.world.name
    if name in WORLDS and World.load(name).fingerprint == scenario.world.fingerprint:
        return f"--world {name}"
    return f"--world {quoted(f'./{name}')}"


def quoted(text: str) -> str:
    r"""Return a word as a shell takes it; bytes that are no text are written as in `$'r\xe9gion'`.

    >>> print(quoted("./my regions"), quoted("./r\udce9gion"))
    './my regions' $'./r\xe9gion'
    """
    if printable(text) == text and text.isprintable():
        return shlex.quote(text)
    raw = text.encode("utf-8", "surrogateescape")
    return "$'" + "".join(_escaped(byte) for byte in raw) + "'"


def _escaped(byte: int) -> str:
    plain = 32 <= byte < 127 and chr(byte) not in "'\\"
    return chr(byte) if plain else f"\\x{byte:02x}"


def printable(text: str) -> str:
    r"""Return text that every file takes: bytes of a folder's name that are no text are escaped.

    >>> print(printable("Žemaitija"), printable("r\udce9gion"))
    Žemaitija r\xe9gion
    """
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def set_words(values: dict[str, float]) -> list[str]:
    """Return `--set name=value` for each value.

    >>> set_words({"search.rate": 0.3})
    ['--set search.rate=0.3']
    """
    return [f"--set {quoted(f'{name}={_plain(value)!r}')}" for name, value in values.items()]


def replay_command(scenario: Scenario) -> str:
    """Return the `s3sim run` that does a run again, or in words why no command line can.

    Only parameters that differ from the policy's own are named.
    """
    s = scenario
    try:
        plain = Scenario(
            s.world,
            s.policy,
            mechanisms=type(s).mechanisms,
            shared_parameters=type(s).shared_parameters,
        )
        usual = plain.parameter_values()
        values = {n: v for n, v in s.parameter_values().items() if usual.get(n) != v}
        again = plain.replace(
            values, years=s.years, scale=s.scale, seed=s.seed, replication=s.replication, start=s.start
        )  # fmt: skip
    except InputError:
        return "from Python only: its policy is not one of the package's"
    if again.run_id != s.run_id:
        return "from Python only: its mechanisms or policy parts are not the package's"
    return " ".join((
        f"s3sim run --policy {quoted(s.policy)}", world_words(s), f"--years {s.years}", f"--start {s.start}",
        f"--scale {_plain(s.scale)!r}", f"--seed {s.seed}", f"--replication {s.replication}", *set_words(values),
    ))  # fmt: skip


def _plain(value: float) -> float:
    """Return a Python number: numpy's are written as in `np.float64(0.3)`."""
    return int(value) if isinstance(value, int) else float(value)
