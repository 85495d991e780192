"""Sources that parameter declarations name by a short key, in full."""

SOURCES: dict[str, str] = {
    "Abreu et al. 2005": "direction: regional convergence (Abreu et al. 2005: 2 % a year; the model gives 0.3 %)",
    "Article 70": "Article 70 of Regulation 1303/2013: up to 15 % outside the programme area",
    "Basche 2022": "Basche 2022: common language multiplies cross-border co-patents by 1.83-2.49",
    "Boschma et al. 2015, entry": "direction: +30 % entry for +10 % density (Boschma, Balland and Kogler 2015; the model gives +12 %)",
    "Boschma et al. 2015": "ln 1.30 / ln 1.10: Boschma, Balland and Kogler 2015",
    "Bottazzi and Peri 2003": "Bottazzi and Peri 2003: within 300 km; another estimate: 415-626 km",
    "Caloffi et al. 2017": "direction: support leads to lasting partners mainly where firms cooperate already (Caloffi, Rossi and Russo 2017)",
    "CIS4": "universities 9, public research 6 % of innovative firms of 26 % cooperating (CIS4)",
    "H2020 pairs, firms": "firms in H2020 projects of up to six partners, between countries: -0.39 (0.09), Poisson on CORDIS",
    "H2020 pairs again": "pairs again in a joint H2020 project within five years: firms 10-15 %, firm and research 17-23 % (CORDIS)",
    "habits": "set so that the stock is the survey's: inflow x length / (1 - renewal), measured in the model",
    "calls of the region": "Podlaskie micro-grants: 59 contracts of 159 bids; Eurostars 0.26; I3 0.39",
    "grant sizes": "between micro-grants of 23 kEUR and collaborative grants of 100-1,000 kEUR",
    "Haltiwanger et al. 2013": "young survivors grow fastest: Haltiwanger, Jarmin and Miranda 2013; size set so that entry balances exit in jobs",
    "CIS persistence": "direction: who cooperates with a kind of partner goes on to (Srholec 2016, five surveys)",
    "Finland 2016": "domestic over European partners in Finland: universities 4.6, institutes 5.4, suppliers 1.5, customers 2.2 (CIS 2014-16)",
    "half of persistence": "about half of the persistence of innovation is true state dependence, the rest is what firms are",
    "Interreg": "technical assistance of Interreg programmes, 6-10 %",
    "register studies": "set by a trial inside the model: +5 to +18 % output or productivity after 3-4 years, nothing in the first two (Daly 2018, Katay et al. 2025, Kaiser and Kuhn 2012); firms with partners in research +9 % a head (DASTI 2011)",
    "researcher's stock": "about 70 kEUR a year over a depreciation of 0.17",
    "national accounts": "national accounts identity",
}
"""Key to full citation; a source that is no key here is the citation itself."""
