"""A made-up comparison on which figures and report are tested, without a single model run."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from zlib import crc32

import numpy as np
import pandas as pd
from scipy import stats

from s3sim.outcomes import OUTCOMES as declared

PARTNERS = [  # code, name, country, lagging, x km, y km, population in thousands
    ("DE60", "Hamburg", "DE", False, 4322, 3382, 1873),
    ("DK03", "Syddanmark", "DK", False, 4296, 3582, 1233),
    ("DK05", "Nordjylland", "DK", False, 4301, 3772, 594),
    ("EE008", "Lõuna-Eesti", "EE", True, 5281, 4019, 320),
    ("FI197", "Pirkanmaa", "FI", False, 5042, 4358, 528),
    ("FI1C4", "Kymenlaakso", "FI", False, 5233, 4301, 167),
    ("LT01", "Sostinės regionas", "LT", True, 5292, 3627, 833),
    ("LT02", "Vidurio ir vakarų Lietuvos regionas", "LT", True, 5166, 3668, 1998),
    ("LV008", "Vidzeme", "LV", True, 5280, 3908, 181),
    ("PL84", "Podlaskie", "PL", True, 5185, 3427, 1087),
    ("SE23", "Västsverige", "SE", False, 4489, 3891, 2093),
]
LEVELS = {
    "cross_border_collaborations": 24.0,
    "domestic_collaborations": 160.0,
    "industry_science_collaborations": 62.0,
    "share_cooperating": 21.0,
    "share_cooperating_abroad": 4.6,
    "innovations": 85.0,
    "productivity_growth": 1.62,
    "gross_value_added": 153000.0,
    "gross_value_added_lagging": 31000.0,
    "gross_value_added_advanced": 122000.0,
    "employment": 1450000.0,
    "firm_survival": 55.0,
    "theil_index": 0.094,
    "specialisation_index": 0.41,
    "relatedness_density": 0.37,
    "grants_paid": 812.0,
    "absorption_rate": 91.0,
    "smes_served": 900.0,
}
"""What each outcome comes to; one that is added later comes to `LEVEL`."""
LEVEL = 10.0
OUTCOMES = {  # title, unit, better, decimals, level
    name: (one.title, one.unit, one.better, one.decimals, LEVELS.get(name, LEVEL))
    for name, one in declared.items()
}
COST = "cost_per_additional_cross_border_collaboration"
POLICIES = {
    "isolated_s3": ("Isolated S3", "Each region runs its own strategy with its own money."),
    "trans_s3": ("Trans-S3", "Regions plan together and open their calls to partners abroad."),
    "trans_s3_tibs": ("Trans-S3 with TIBS", "As Trans-S3, with innovation brokers that work across borders."),
    "coordinated_s3": ("Coordinated S3", "Regions exchange plans but keep their calls closed."),
    "domestic_brokers": ("Domestic brokers", "Brokers that work inside a country only."),
    "tibs_only": ("TIBS alone", "Brokers across borders without joint strategies."),
    "random_priorities": ("Random priorities", "Joint work on fields drawn by lot."),
    "horizontal_support": ("Support for all firms", "The same money as grants without priorities."),
    "macro_regional": ("Macro-regional S3", "One strategy for all regions."),
    "no_s3": ("No S3", "No strategy."),
}  # fmt: skip


@dataclass(frozen=True)
class FakeComparison:
    world: object
    baseline: str
    policies: tuple[str, ...]
    effects: pd.DataFrame
    runs: pd.DataFrame
    regions: pd.DataFrame
    timeline: pd.DataFrame
    links: pd.DataFrame
    ledger: pd.DataFrame
    manifest: dict = field(default_factory=dict)
    headline: str = ""


def outcomes():
    made = {
        name: SimpleNamespace(title=t, unit=u, better=b, decimals=d, meaning=declared[name].meaning)
        for name, (t, u, b, d, _) in OUTCOMES.items()
    }
    made[COST] = SimpleNamespace(title="Cost per additional collaboration across borders", unit="EUR",
                                 better="lower", decimals=0, meaning="Money divided by extra links.")  # fmt: skip
    return made


def policies():
    return {name: SimpleNamespace(title=t, meaning=m) for name, (t, m) in POLICIES.items()}


def world(n=11):
    rows = PARTNERS[:n]
    rows += [(f"XX{k:02d}", f"Region {k}", f"C{k % 9}", k % 2 == 0, 4250 + 173 * (k % 7),
              3350 + 217 * (k // 7), 400 + 90 * (k % 11)) for k in range(n - len(rows))]  # fmt: skip
    countries = sorted({row[2] for row in rows})
    return SimpleNamespace(
        codes=tuple(r[0] for r in rows), names=tuple(r[1] for r in rows), countries=tuple(countries),
        country=np.array([countries.index(r[2]) for r in rows]),
        lagging=np.array([r[3] for r in rows]),
        x_km=np.array([r[4] for r in rows], float), y_km=np.array([r[5] for r in rows], float),
        population=np.array([1000.0 * r[6] for r in rows]),
    )  # fmt: skip


def make(
    kind="higher", n_policies=3, replications=12, n_regions=11, quarters=56, broken=False, seed=7
):
    """Make a comparison in which other policies come out `higher`, `lower` or `none`."""
    luck = np.random.default_rng(seed)
    names, place = tuple(POLICIES)[:n_policies], world(n_regions)
    sign = {"higher": 1.0, "lower": -1.0, "none": 0.0}[kind]
    weight = {"cross_border_collaborations": 0.35, "share_cooperating_abroad": 0.30, "innovations": 0.05,
              "theil_index": -0.02, "domestic_collaborations": -0.06, "employment": 0.001}  # fmt: skip
    runs, paths, regional, links, ledger = [], [], [], [], []
    # An outcome's luck is its own: one that is added later shifts nobody else's.
    own_luck = {name: np.random.default_rng([seed, crc32(name.encode())]) for name in OUTCOMES}
    common = {name: own_luck[name].normal(0, 0.03, replications) for name in OUTCOMES}
    toward = luck.normal(0.004, 0.012, n_regions)
    for a, policy in enumerate(names):
        for rep in range(replications):
            row = {
                "run_id": f"{policy}-{rep}",
                "policy": policy,
                "replication": rep,
                "status": "ok",
                "seconds": 1.0,
            }
            heading = {"run_id": row["run_id"], "policy": policy, "replication": rep}
            path = {**heading, "quarter": 1 + np.arange(quarters)}
            for name, (*_, level) in OUTCOMES.items():
                effect = sign * a * weight.get(name, 0.004) + (
                    0.006 * own_luck[name].normal() if a else 0
                )
                row[name] = level * (1 + common[name][rep]) * (1 + effect)
                grown = np.clip(np.arange(quarters) - 8, 0, None) / max(quarters - 8, 1)
                noise = 0.01 * own_luck[name].normal(size=quarters).cumsum() / 4
                path[name] = level * (1 + common[name][rep] + noise) * (1 + effect * grown)
            runs.append(row)
            paths.append(_long(path, (*heading, "quarter")))
            base = place.population * 0.03 / 1e3 * (1 + common["gross_value_added"][rep])
            own = base * (1 + a * sign * toward + (0.004 * luck.normal(size=n_regions) if a else 0))
            figures = {"region": place.codes, "gross_value_added": own, "innovations": own / 10}
            regional.append(_long({**heading, **figures}, (*heading, "region")))
            i, j = np.triu_indices(n_regions)
            far = np.hypot(place.x_km[i] - place.x_km[j], place.y_km[i] - place.y_km[j])
            pull = np.sqrt(place.population[i] * place.population[j]) / 1e5 * np.exp(-far / 400)
            abroad = place.country[i] != place.country[j]
            pull = pull * np.where(
                abroad, 0.6 * (1 + 0.4 * a * sign * luck.uniform(0.5, 1.5, len(i))), 2.0
            )
            links.append(pd.DataFrame({
                "policy": policy, "replication": rep, "region_i": np.array(place.codes)[i],
                "region_j": np.array(place.codes)[j], "kind": "firm-firm",
                "collaborations": pull * luck.uniform(0.9, 1.1, len(i))}))  # fmt: skip
            for year in range(quarters // 4):
                brokers = 1e6 * a
                ledger += [(policy, rep, year, "source", "EU funds", 4e7), (policy, rep, year, "source", "national funds", 1e7),
                           (policy, rep, year, "use", "grants", 4.2e7 - brokers), (policy, rep, year, "use", "brokers", brokers),
                           (policy, rep, year, "use", "unspent", 8e6)]  # fmt: skip
    runs = pd.DataFrame(runs)
    effects = _effects(runs, names)
    if broken:
        effects.loc[effects.index[::3], ["effect", "ci_low", "ci_high"]] = np.nan
        effects.loc[effects.index[::3], "verdict"] = "no clear difference"
        effects = pd.concat(
            [effects, effects.tail(1).assign(outcome="unheard_of", mean_baseline=0.0)]
        )
        runs.loc[0, "innovations"] = np.nan
    return FakeComparison(
        world=place, baseline=names[0], policies=names, effects=effects, runs=runs,
        regions=pd.concat(regional, ignore_index=True), timeline=pd.concat(paths, ignore_index=True),
        links=pd.concat(links, ignore_index=True),
        ledger=pd.DataFrame(ledger, columns=["policy", "replication", "year", "side", "item", "amount_eur"]),
        manifest={
            "scenario": {"world": "partners", "years": quarters // 4, "scale": 0.1, "seed": 1, "start_quarter": 9},
            "parameters": {"search.border_meeting": 0.35}, "versions": {"s3sim": "0.1.0", "numpy": "2.4.6"},
            "commit": "0123abc", "data_fingerprint": "sha256:89abcdef", "created": "2026-11-23",
            "command": "s3sim compare /home/someone/models/tibs.toml --out /tmp/somewhere/results"},
        headline="")  # fmt: skip


def _long(columns, keys):
    """One row an outcome: columns `outcome` and `value` behind the keys."""
    return pd.DataFrame(columns).melt(list(keys), var_name="outcome", value_name="value")


def _effects(runs, policies):
    rows = []
    for name, (_, unit, *_) in OUTCOMES.items():
        wide = runs.pivot(index="replication", columns="policy", values=name)
        for policy in policies[1:]:
            difference = (wide[policy] - wide[policies[0]]).to_numpy()
            n = len(difference)
            half = stats.t.ppf(0.975, n - 1) * difference.std(ddof=1) / n**0.5 if n > 1 else np.nan
            mean, low, high = difference.mean(), difference.mean() - half, difference.mean() + half
            rows.append((name, unit, policy, policies[0], wide[policies[0]].mean(), wide[policy].mean(), mean, low, high,
                         mean / wide[policies[0]].mean(), (difference > 0).mean(), n,
                         "higher" if low > 0 else "lower" if high < 0 else "no clear difference"))  # fmt: skip
    for k, policy in enumerate(policies[1:]):
        rows.append((COST, "EUR", policy, policies[0], np.nan, np.nan, 41000.0 + k if k else np.nan,
                     33000.0 if k else np.nan, 52000.0 if k else np.nan, np.nan, np.nan, len(wide),
                     "no clear difference"))  # fmt: skip
    return pd.DataFrame(rows, columns=[
        "outcome", "unit", "policy", "baseline", "mean_baseline", "mean_policy", "effect", "ci_low",
        "ci_high", "relative_effect", "share_higher", "replications", "verdict"])  # fmt: skip
