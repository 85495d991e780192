"""Sources that parameter declarations name by a short key, in full."""

SOURCES: dict[str, str] = {
    "Abreu et al. 2005": "direction: regional convergence (Abreu et al. 2005: 2 % a year; the model gives 0.6 %)",
    "Article 70": "Article 70 of Regulation 1303/2013: up to 15 % outside the programme area",
    "Basche 2022": "Basche 2022: common language multiplies cross-border co-patents by 1.83-2.49",
    "Boschma et al. 2015, entry": "direction: +30 % entry for +10 % density (Boschma, Balland and Kogler 2015; the model gives +12 %)",
    "Broda and Weinstein 2006": "medians of 2.2 for coarse to 3.7 for fine classes of goods (Broda and Weinstein 2006); domains are coarse",
    "Boschma et al. 2015": "ln 1.30 / ln 1.10: Boschma, Balland and Kogler 2015",
    "Bottazzi and Peri 2003": "Bottazzi and Peri 2003: within 300 km; another estimate: 415-626 km",
    "CIS4": "universities 9, public research 6 % of innovative firms of 26 % cooperating (CIS4)",
    "CIS 2008, partners": "fitted to cooperation with European partners (CIS 2008)",
    "calls of the region": "Podlaskie micro-grants: 59 contracts of 159 bids; Eurostars 0.26; I3 0.39",
    "grant sizes": "between micro-grants of 23 kEUR and collaborative grants of 100-1,000 kEUR",
    "Haltiwanger et al. 2013": "young survivors grow fastest: Haltiwanger, Jarmin and Miranda 2013; size set so that entry balances exit in jobs",
    "innovation outlay": "innovation outlay other than R&D is as large as business R&D (European Innovation Scoreboard, from CIS)",
    "Interreg": "technical assistance of Interreg programmes, 6-10 %",
    "researcher's stock": "about 70 kEUR a year over a depreciation of 0.17",
    "persistence of R&D": "status of innovators persists at 0.75-0.9 a year (Peters 2009), R&D over sales at 0.8-0.95",
    "PPP": "deviations from purchasing power parity fade at about 15 % a year (Rogoff 1996)",
    "national accounts": "national accounts identity",
    "Toth et al. 2021": "few inter-regional ties repeat: 10-20 % (Toth et al. 2021)",
}
"""Key to full citation; a source that is no key here is the citation itself."""
