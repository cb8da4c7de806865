"""Sentences of the page and of the terminal of a search, English and French."""

from __future__ import annotations

from access.suggest_objective import ObjectiveName
from access.suggest_ranking import NEARLY, SMALLEST_SHARE
from access.suggest_search import LEADERS
from access.suggest_zones import STOP_S
from gtfs.hop_times import DETOUR

OBJECTIVE: dict[ObjectiveName, dict[str, str]] = {
    "poorest40": {
        "en": "Base: {value} {service} within {cutoff} minutes ({period}), mean of the poorest 40 % of "
        "residents. "
        "Gap: {gap} {service} behind the mean of all residents.",
        "fr": "Base : {value} {service} en {cutoff} minutes ({period}), moyenne des 40 % d’habitants les "
        "plus "
        "pauvres. Écart : {gap} {service} de moins que la moyenne de tous les habitants.",
    },
    "palma": {
        "en": "Base: the richest tenth of residents reaches {value} times as many {service} as the poorest "
        "40 % "
        "within {cutoff} minutes ({period}; Palma ratio of means). Gap: {gap}, what the ratio lies above 1.",
        "fr": "Base : en {cutoff} minutes ({period}), le dixième le plus riche atteint {value} fois autant "
        "({service}) que les 40 % les plus pauvres (rapport de Palma des moyennes). Écart : {gap}, ce qui "
        "dépasse 1.",
    },
    "rights": {
        "en": "Base: {value} rights lacked by residents: who lacks two counts twice (catalogue "
        "“{catalogue}”). "
        "Gap: all of them.",
        "fr": "Base : {value} droits qui manquent à des habitants : qui en manque deux compte deux fois "
        "(catalogue "
        "« {catalogue} »). Écart : la totalité.",
    },
}
GAP_SENTENCE = {"en": " Gap:", "fr": " Écart :"}
"""Where the sentence of the gap begins in each of them; left out where there is none."""
SEARCHED = {
    "en": "Budget: {budget} vehicle-hours a week more. Candidates: {candidates}; computed: {computed}; "
    "computations "
    "with those of packages: {computations}.",
    "fr": "Budget : {budget} véhicules-heures de plus par semaine. Candidats : {candidates} ; calculés : "
    "{computed} ; calculs, ensembles compris : {computations}.",
}
NO_GAP = {
    "en": "The base has no gap in this sense; changes are ranked by what they improve, shares are not "
    "defined.",
    "fr": "La base n’a pas d’écart en ce sens ; les changements sont classés selon ce "
    "qu’ils améliorent, les parts ne sont pas définies.",
}
HEADINGS = {
    "title": {"en": "Changes that would close the gap", "fr": "Changements qui réduiraient l’écart"},
    "list": {"en": "Ranked list", "fr": "Classement"},
    "package": {"en": "Package within the budget", "fr": "Ensemble dans le budget"},
    "untried": {"en": "What was not tried", "fr": "Ce qui n’a pas été essayé"},
    "method": {"en": "How to read this", "fr": "Comment lire ces résultats"},
}
CAPTION = {
    "en": "Changes by share of the gap closed per vehicle-hour, one line of transport and kind of change "
    "each",
    "fr": "Changements selon la part de l’écart comblée par véhicule-heure, un par ligne et type de "
    "changement",
}
CHART = {
    "en": "Share of the gap that each change closes alone; thin lines: intervals",
    "fr": "Part de l’écart que chaque changement comble seul ; traits fins : intervalles",
}
COLUMNS = {
    "en": (
        "Rank",
        "Change",
        "Extra vehicle-hours a week",
        "Gap closed",
        "Interval",
        "Gap closed per 10 vehicle-hours a week",
    ),
    "fr": (
        "Rang",
        "Changement",
        "Heures de véhicule en plus par semaine",
        "Écart comblé",
        "Intervalle",
        "Écart comblé pour 10 véhicules-heures par semaine",
    ),
}
COLUMNS_NO_GAP = {
    "en": (*COLUMNS["en"][:3], "Improved", "Interval", "Improved per 10 vehicle-hours a week"),
    "fr": (
        *COLUMNS["fr"][:3],
        "Amélioration",
        "Intervalle",
        "Amélioration pour 10 véhicules-heures par semaine",
    ),
}
NO_INTERVAL = {"en": "not quantified", "fr": "non quantifié"}
VARIANT = {"en": "or", "fr": "ou"}
WHY_SO = {
    "rank": {
        "en": "Ranked by what is closed per vehicle-hour. Of the variants of a change, the most efficient "
        "one stands "
        f"first among those that close at least {100 * NEARLY:.0f} % of what the strongest one closes; the "
        f"others "
        "follow (“or”).",
        "fr": "Classement selon ce qui est comblé par véhicule-heure. Des variantes d’un changement, la "
        "plus "
        f"efficace vient d’abord parmi celles qui comblent au moins {100 * NEARLY:.0f} % de ce que comble "
        f"la plus "
        "forte ; les autres suivent (« ou »).",
    },
    "small": {
        "en": f"* Closes less than {100 * SMALLEST_SHARE:.0f} % of what the best single change closes "
        f"({{best}}). "
        "Such rows come last, however much they close per vehicle-hour: cheap, but no remedy.",
        "fr": f"* Comble moins de {100 * SMALLEST_SHARE:.0f} % de ce que comble le meilleur changement seul "
        "({best}). Ces rangs viennent à la fin, même très efficaces par véhicule-heure : peu "
        "coûteux, mais "
        "pas un remède.",
    },
    "above_one": {
        "en": "More than 100 %: the group then reaches more than the mean of all residents in the base.",
        "fr": "Plus de 100 % : le groupe atteint alors plus que la moyenne de tous les habitants dans la "
        "base.",
    },
}
PACKAGE = {
    "together": {
        "en": "Together {hours} vehicle-hours a week close {share} of the gap ({rate} per 10 vehicle-hours "
        "a week):",
        "fr": "Ensemble, {hours} véhicules-heures par semaine comblent {share} de l’écart ({rate} pour "
        "10 heures "
        "de véhicule par semaine) :",
    },
    "no_gap": {
        "en": "Together {hours} vehicle-hours a week improve it by {share} ({rate} per 10 vehicle-hours a "
        "week):",
        "fr": "Ensemble, {hours} véhicules-heures par semaine l’améliorent de {share} ({rate} pour 10 "
        "véhicules-heures par semaine) :",
    },
    "interval": {"en": "Interval: {interval}.", "fr": "Intervalle : {interval}."},
    "none": {
        "en": "No candidate within the budget improves the objective.",
        "fr": "Aucun candidat dans le budget n’améliore l’objectif.",
    },
    "why": {
        "en": "The package is not the top of the list: each change is computed beside those already "
        "chosen, a line "
        "changes once, and what is left of the budget is filled, with changes marked * too.",
        "fr": "L’ensemble n’est pas le haut du classement : chaque changement est calculé à côté de ceux "
        "déjà "
        "retenus, une ligne ne change qu’une fois, et le reste du budget est utilisé, même par des "
        "changements "
        "marqués *.",
    },
}
LEFT_OUT = {
    "same_line": {
        "en": "Rank {rank} is not in it: another change of line {route} is.",
        "fr": "Le rang {rank} n’en est pas : un autre changement de la ligne {route} y figure.",
    },
    "too_dear": {
        "en": "Rank {rank} is not in it: it needs {hours} vehicle-hours, {left} are left.",
        "fr": "Le rang {rank} n’en est pas : il demande {hours} véhicules-heures, il en reste {left}.",
    },
    "no_more": {
        "en": "Rank {rank} is not in it: beside the others it closes less per vehicle-hour, or nothing more.",
        "fr": "Le rang {rank} n’en est pas : à côté des autres, il comble moins par véhicule-heure, ou "
        "rien de "
        "plus.",
    },
}
STATES = {
    "over budget": {
        "en": ("1 candidate costs more than the budget and was not computed.",
               "{n} candidates cost more than the budget and were not computed."),
        "fr": ("1 candidat dépasse le budget et n’a pas été calculé.",
               "{n} candidats dépassent le budget et n’ont pas été calculés."),
    },
    "not possible": {
        "en": ("1 candidate could not be applied; suggestions.csv says why.",
               "{n} candidates could not be applied; suggestions.csv says why."),
        "fr": ("1 candidat n’a pas pu être appliqué ; suggestions.csv en donne la raison.",
               "{n} candidats n’ont pas pu être appliqués ; suggestions.csv en donne la raison."),
    },
    "not computed": {
        "en": ("1 candidate was not reached before the search stopped.",
               "{n} candidates were not reached before the search stopped."),
        "fr": ("1 candidat n’a pas été atteint avant l’arrêt de la recherche.",
               "{n} candidats n’ont pas été atteints avant l’arrêt de la recherche."),
    },
    "left out": {
        "en": ("1 less promising candidate was left out (--max-candidates).",
               "{n} less promising candidates were left out (--max-candidates)."),
        "fr": ("1 candidat moins prometteur a été écarté (--max-candidates).",
               "{n} candidats moins prometteurs ont été écartés (--max-candidates)."),
    },
}  # fmt: skip
STOPPED = {
    "time limit": {
        "en": "The search is INCOMPLETE (time limit): the best so far is shown.",
        "fr": "La recherche est INCOMPLÈTE (durée atteinte) : voici le meilleur résultat obtenu jusque-là.",
    },
    "interrupted": {
        "en": "The search is INCOMPLETE (interrupted): the best so far is shown.",
        "fr": "La recherche est INCOMPLÈTE (interrompue) : voici le meilleur résultat obtenu jusque-là.",
    },
}
FILES = {
    "en": "All candidates: suggestions.csv. Go on with: fairreach compare RUN scenario-1.yaml.",
    "fr": "Tous les candidats : suggestions.csv. La suite : fairreach compare RUN scenario-1.yaml.",
}
METHOD = {
    "en": (
        "A vehicle-hour runs from the first departure to the last arrival of a trip; layover and empty runs "
        "come on top. The share of the gap is of the gap of the base, which stays fixed.",
        "The objective sees only its own period(s). A change for a part of the day looks cheaper than one "
        "for the whole day because what the latter brings at other times is not counted here.",
        f"The package is found greedily by improvement per vehicle-hour, with lazy evaluation (Minoux 1978) "
        f"and at least {LEADERS} leading candidates computed exactly before each pick; one change a line. "
        "Access is not exactly submodular: a better package may exist.",
        f"New ways are straight lines times {DETOUR} at the line's own speed, a new stop takes {STOP_S} s. "
        "Whether a bus can drive and stop there was not checked.",
        "Intervals use the same draws and travel-time realisations before and after; where there is none, it "
        "is not quantified. They do not include that the best of many candidates was picked.",
    ),
    "fr": (
        "Un véhicule-heure va du premier départ à la dernière arrivée d’une course ; temps de "
        "battement et "
        "parcours à vide s’y ajoutent. La part de l’écart se rapporte à celui de la base, "
        "qui reste fixe.",
        "L’objectif ne voit que sa ou ses périodes. Un changement limité à une partie de la journée paraît "
        "moins cher qu’un changement sur toute la journée, dont l’effet aux autres heures n’est pas compté "
        "ici.",
        f"L’ensemble est construit par un algorithme glouton selon l’amélioration par véhicule-heure, à "
        f"évaluation paresseuse (Minoux 1978), avec au moins {LEADERS} candidats de tête recalculés "
        "exactement avant chaque choix ; un seul changement par ligne. L’accès aux opportunités n’est pas "
        "exactement sous-modulaire : un meilleur ensemble peut exister.",
        f"Les nouveaux parcours sont des lignes droites multipliées par {DETOUR}".replace(".", ",")
        + f" à la vitesse propre de la ligne ; un nouvel arrêt prend {STOP_S} s. Il n’a pas été vérifié "
        "qu’un bus peut y circuler et s’y arrêter.",
        "Les intervalles reposent sur les mêmes tirages avant et après ; sans tirage, ils ne sont pas "
        "quantifiés. Ils ne tiennent pas compte du fait que le meilleur de nombreux candidats a été retenu.",
    ),
}
GENERAL_UNTRIED = {
    "en": "Not among the candidates: new lines, faster vehicles, other streets, other places for jobs and "
    "services, changes of several lines at once other than the package, and changes outside the "
    "objective's period(s).",
    "fr": "Ne font pas partie des candidats : lignes nouvelles, vitesse des véhicules, autres rues, autres "
    "lieux d’emploi et de services, changements de plusieurs lignes à la fois hors de l’ensemble, et "
    "changements en dehors de la ou des périodes de l’objectif.",
}
