"""The five criteria of EU evaluations: what the model shows on each, and how sure it is."""

from typing import Any

from s3sim.core.formatting import as_sentence
from s3sim.report.figures.inputs import Comparison, Words, focus
from s3sim.report.sentences import LINKS, effect_row, said
from s3sim.report.tables import costs

Row = dict[str, Any]


def criteria(comparison: Comparison, words: Words) -> list[Row]:
    """Return the five EU evaluation criteria with what the model shows and how sure it is."""
    policy = focus(comparison)
    rows: list[tuple[str, str, str, tuple[str, ...]]] = [
        ("Effectiveness", "Do links between regions grow, and does growth come with them?",
         "", (LINKS, "productivity_growth", "gross_value_added")),
        ("Efficiency", "What does an additional collaboration cost, with equal money?", "cost", ()),
        ("Relevance", "Do the regions with the greatest needs gain?", "",
         ("gross_value_added_lagging", "theil_index")),
        ("Coherence", "Does work across borders crowd out work at home?", "",
         ("domestic_collaborations", "specialisation_index")),
        ("EU added value", "Is there more than the regions achieve each for itself?", "",
         ("innovations", "gross_value_added")),
    ]  # fmt: skip
    made = []
    for title, asked, special, names in rows:
        found = [n for n in names if effect_row(comparison, n, policy) is not None]
        if policy is None or (not found and special != "cost"):
            told, sure = ["Not covered by this model run."], "not covered"
        elif special == "cost":
            mine = next(c for c in costs(comparison, words) if c["policy"] == words.policy(policy))
            known = mine["cost"].startswith("EUR")
            told = [f"Cost of an additional collaboration across borders: {mine['cost']}."]
            sure = confidence(comparison, [LINKS], policy) if known else "not covered"
        else:
            told = [as_sentence(said(comparison, words, n, policy)) for n in found]
            sure = confidence(comparison, found, policy)
        made.append({"title": title, "question": asked, "told": told, "confidence": sure,
                     "symbol": {"medium": "◐", "low": "○"}.get(sure, "–")})  # fmt: skip
    return made


CONFIDENCE_RULE = (
    "High needs three things: the 95 % interval excludes zero; the difference has the same sign in "
    "at least 95 % of the paired replications; and it keeps its sign in at least 95 % of samples of "
    "the uncertain parameters. Medium needs the first two, low is everything else. This report has "
    "no samples of the parameters, so that nothing in it can be more than medium. The weakest "
    "outcome of a row decides."
)


def confidence(comparison: Comparison, outcomes: list[str], policy: str) -> str:
    """Return the confidence word that the printed rule gives: the weakest outcome decides."""
    for outcome in outcomes:
        row = effect_row(comparison, outcome, policy)
        if row is None or str(row["verdict"]) not in ("higher", "lower"):
            return "low"
        share = float(row["share_higher"])
        same = share if str(row["verdict"]) == "higher" else 1 - share
        if not same >= 0.95:
            return "low"
    return "medium"
