"""Sentences of the report of a search, English and French."""

from __future__ import annotations

from access.suggest_objective import ObjectiveName
from access.suggest_ranking import NEARLY, SMALLEST_SHARE
from access.suggest_search import LEADERS
from access.suggest_zones import STOP_S
from gtfs.hop_times import DETOUR

OBJECTIVE: dict[ObjectiveName, dict[str, str]] = {
    "poorest40": {
        "en": "Objective: mean headline access of the poorest 40 % of residents. Gap: what they are behind "
        "all residents.",
        "fr": "Objectif : accès moyen à l’indicateur principal des 40 % d’habitants les plus pauvres. Écart "
        ": leur retard sur l’ensemble des habitants.",
    },
    "palma": {
        "en": "Objective: mean headline access of the richest tenth over that of the poorest 40 % (Palma "
        "ratio). Gap: what it lies above 1.",
        "fr": "Objectif : accès moyen à l’indicateur principal du dixième le plus riche rapporté à celui des "
        "40 % les plus pauvres (rapport de Palma). Écart : ce qui dépasse 1.",
    },
    "rights": {
        "en": "Objective: residents times the rights they lack, of the catalogue of the register of zones. "
        "Gap: all of it.",
        "fr": "Objectif : nombre d’habitants multiplié par les droits qui leur manquent, d’après le "
        "catalogue du registre des zones. Écart : la totalité.",
    },
}
NO_GAP = {
    "en": "The base has no gap in this sense; changes are ranked by what they improve, shares are not "
    "defined.",
    "fr": "La situation de référence n’a pas d’écart en ce sens ; les changements sont classés selon ce "
    "qu’ils améliorent, les parts ne sont pas définies.",
}
HEADINGS = {
    "title": {"en": "Changes that would close the gap", "fr": "Changements qui réduiraient l’écart"},
    "list": {"en": "Ranked list", "fr": "Classement"},
    "package": {"en": "Package within the budget", "fr": "Ensemble dans le budget"},
    "untried": {"en": "What was not tried", "fr": "Ce qui n’a pas été essayé"},
    "method": {"en": "How to read this", "fr": "Comment lire ces résultats"},
}
COLUMNS = {
    "en": ("rank", "change", "extra vehicle-hours a week", "gap closed", "per 100 vehicle-hours", "interval"),
    "fr": (
        "rang",
        "changement",
        "heures-véhicule en plus par semaine",
        "écart comblé",
        "pour 100 heures-véhicule",
        "intervalle",
    ),
}
METHOD = {
    "en": (
        "A vehicle-hour runs from the first departure to the last arrival of a trip; layover and empty runs "
        "come on top. The share of the gap is of the gap of the base, which stays fixed.",
        f"One line stands for a route, a kind of change and a kind of day. It shows the variant that "
        f"improves most per vehicle-hour among those that improve at least {NEARLY:.0%} of what the "
        "strongest one does; the others follow beneath it.",
        f"Lines are ranked by improvement per extra vehicle-hour; those that improve less than "
        f"{SMALLEST_SHARE:.0%} of what the best single change does come last (marked *).",
        "The objective sees only its own period(s). A change for a part of the day looks cheaper than one "
        "for the whole day because what the latter brings at other times is not counted here.",
        f"The package is found greedily by improvement per vehicle-hour, with lazy evaluation (Minoux 1978) "
        f"and at least {LEADERS} leading candidates computed exactly before each pick; one change a route. "
        "Access is not exactly submodular: a better package may exist.",
        f"New ways are straight lines times {DETOUR} at the route's own speed, a new stop takes {STOP_S} s. "
        "Whether a bus can drive and stop there was not checked.",
        "Intervals use the same draws and travel-time realisations before and after; where there is none, it "
        "is not quantified. They do not include that the best of many candidates was picked.",
    ),
    "fr": (
        "Une heure-véhicule va du premier départ à la dernière arrivée d’une course ; temps de battement et "
        "parcours à vide s’y ajoutent. La part de l’écart se rapporte à celui de la situation de référence, "
        "qui reste fixe.",
        f"Une ligne du tableau réunit une ligne de transport, un type de changement et un type de jour. Elle "
        f"montre la variante la plus efficace par heure-véhicule parmi celles qui améliorent au moins "
        f"{100 * NEARLY:.0f} % de ce que fait la plus forte ; les autres suivent.",
        f"Le classement suit l’amélioration par heure-véhicule supplémentaire ; ce qui améliore moins de "
        f"{100 * SMALLEST_SHARE:.0f} % de ce que fait le meilleur changement seul vient à la fin (marqué *).",
        "L’objectif ne voit que sa ou ses périodes. Un changement limité à une partie de la journée paraît "
        "moins cher qu’un changement sur toute la journée, dont l’effet aux autres heures n’est pas compté "
        "ici.",
        f"L’ensemble est construit par un algorithme glouton selon l’amélioration par heure-véhicule, à "
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
    "en": "Not among the candidates: new routes, faster vehicles, other streets, other places for jobs and "
    "services, changes of several routes at once other than the package, and changes outside the "
    "objective's period(s).",
    "fr": "Ne font pas partie des candidats : lignes nouvelles, vitesse des véhicules, autres rues, autres "
    "lieux d’emploi et de services, changements de plusieurs lignes à la fois hors de l’ensemble, et "
    "changements en dehors de la ou des périodes de l’objectif.",
}
