"""The five criteria of EU evaluations: what the model shows on each, and how sure it is."""

from typing import Any

from s3sim.analysis.verdicts import HIGHER, LOWER
from s3sim.core.formatting import as_sentence
from s3sim.report.sentences import LINKS, effect_row, said
from s3sim.report.tables import costs
from s3sim.report.view import View

CRITERIA = (
    ("Effectiveness", "Do links between regions grow, and does growth come with them?",
     (LINKS, "productivity_growth", "gross_value_added")),
    ("Efficiency", "What does an additional collaboration cost, with equal money?", ()),
    ("Relevance", "Do the regions with the greatest needs gain?",
     ("gross_value_added_lagging", "theil_index")),
    ("Coherence", "Does work across borders crowd out work at home?",
     ("domestic_collaborations", "specialisation_index")),
    ("EU added value", "Is there more than the regions achieve each for itself?",
     ("innovations", "gross_value_added")),
)  # fmt: skip
"""Each criterion, its question, and the outcomes that answer it; efficiency is judged by cost."""

CONFIDENCE_RULE = (
    "High needs three things: the 95 % interval excludes zero; the difference has the same sign in "
    "at least 95 % of the paired replications; and it keeps its sign in at least 95 % of samples of "
    "the uncertain parameters. Medium needs the first two, low is everything else. This report has "
    "no samples of the parameters, so that nothing in it can be more than medium. The weakest "
    "outcome of a row decides."
)
_SAME_SIGN = 0.95  # share of replications, as the rule says


def criteria(view: View) -> list[dict[str, Any]]:
    """Return the five EU evaluation criteria with what the model shows and how sure it is."""
    policy, made = view.focus, []
    for title, question, names in CRITERIA:
        found = [n for n in names if effect_row(view, n, policy) is not None]
        told, sure = ["Not covered by this model run."], "not covered"
        if policy is not None and not names:
            mine = next(c for c in costs(view) if c["policy"] == view.policy(policy))
            told = [f"Cost of an additional collaboration across borders: {mine['cost']}."]
            if mine["cost"].startswith("EUR"):
                sure = confidence(view, [LINKS], policy)
        elif policy is not None and found:
            told = [as_sentence(said(view, n, policy)) for n in found]
            sure = confidence(view, found, policy)
        made.append({"title": title, "question": question, "told": told, "confidence": sure,
                     "symbol": {"medium": "◐", "low": "○"}.get(sure, "–")})  # fmt: skip
    return made


def confidence(view: View, outcomes: list[str], policy: str) -> str:
    """Return the confidence word that the printed rule gives: the weakest outcome decides."""
    for outcome in outcomes:
        row = effect_row(view, outcome, policy)
        if row is None or row["verdict"] not in (HIGHER, LOWER):
            return "low"
        share = float(row["share_higher"])
        if not (share if row["verdict"] == HIGHER else 1 - share) >= _SAME_SIGN:
            return "low"
    return "medium"
