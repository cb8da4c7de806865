"""Words of the page and the lines about what fails, in English and French."""

from __future__ import annotations

WORDS: dict[str, dict[str, str]] = {
    "title": {
        "en": "What is lost if it fails: {place}",
        "fr": "Ce qui est perdu en cas de panne : {place}",
    },
    "without": {"en": "without {name}", "fr": "sans {name}"},
    "route": {"en": "line {name}", "fr": "la ligne {name}"},
    "streets": {"en": "{name} (streets closed)", "fr": "{name} (rues fermées)"},
    "lead": {
        "en": "Each line and street cut is taken away alone; access to {service} within {cutoff} minutes "
        "({period}) is then computed anew. Nobody replaces the service, no road is more congested.",
        "fr": "Chaque ligne et chaque coupure de rue est retirée seule ; l’accès aux {service} en {cutoff} "
        "minutes ({period}) est alors recalculé. Rien ne remplace le service, aucune rue n’est plus chargée.",
    },
    "ranking": {"en": "Ranking", "fr": "Classement"},
    "rank": {"en": "Rank", "fr": "Rang"},
    "name": {"en": "What fails", "fr": "Ce qui est en panne"},
    "residents_losing": {"en": "Residents who lose access", "fr": "Habitants qui perdent de l’accès"},
    "mean_loss": {
        "en": "Mean loss per resident ({service})",
        "fr": "Perte moyenne par habitant ({service})",
    },
    "mean_loss_share": {
        "en": "The same, share of what they reach",
        "fr": "Idem, part de ce qu’ils atteignent",
    },
    "mean_loss_poorest40": {
        "en": "Mean loss, poorest 40 % ({service})",
        "fr": "Perte moyenne, 40 % les plus pauvres ({service})",
    },
    "poorest40_share_of_loss": {
        "en": "Share of the loss borne by the poorest 40 %",
        "fr": "Part de la perte supportée par les 40 % les plus pauvres",
    },
    "residents_losing_right": {"en": "Residents who lose a right", "fr": "Habitants qui perdent un droit"},
    "vehicle_hours_week": {"en": "Vehicle-hours a week", "fr": "Heures de véhicule par semaine"},
    "caption": {
        "en": "Loss without each, the largest first, in {service}",
        "fr": "Perte sans chaque élément, la plus grande d’abord, en {service}",
    },
    "more": {"en": "And {n} more in ranking.csv.", "fr": "Et {n} de plus dans ranking.csv."},
    "maps": {"en": "Where it is lost", "fr": "Où l’on perd"},
    "none_runs": {
        "en": "Not on the road when a journey of {period} can use them; nothing can be said of them: "
        "{names}.",
        "fr": "Ne circulent pas quand un trajet « {period} » pourrait les prendre ; rien n’en est dit : "
        "{names}.",
    },
    "interrupted": {
        "en": "Interrupted: {n_done} of {n_asked} were computed; the ranking is of these.",
        "fr": "Interrompu : {n_done} sur {n_asked} ont été calculés ; le classement porte sur ceux-ci.",
    },
    "no_loss": {
        "en": "None of them takes any access away.",
        "fr": "Aucun de ces retraits n’enlève d’accès.",
    },
    "map_line": {"en": "the line that fails", "fr": "la ligne en panne"},
    "method": {"en": "How it is computed", "fr": "Comment c’est calculé"},
    "method_loss": {
        "en": "The loss of a place is what its residents reach with everything less what they reach without; "
        "equal losses share a rank. A percentile of travel times over the window is used, as in the run.",
        "fr": "La perte d’un lieu est ce que ses habitants atteignent avec tout, moins ce qu’ils atteignent "
        "sans ; à perte égale, rang égal. Comme dans le calcul de base, un percentile des temps de trajet "
        "sur la plage horaire est utilisé.",
    },
    "method_rights": {
        "en": "A right is lost where it was met, as written, and is no longer.",
        "fr": "Un droit est perdu là où il était respecté, tel qu’il est écrit, et ne l’est plus.",
    },
    "method_noise": {
        "en": "Losses are not held against the noise of the data: small differences of rank mean nothing.",
        "fr": "Les pertes ne sont pas comparées au bruit des données : de petits écarts de rang ne "
        "signifient rien.",
    },
    "method_few": {
        "en": "Counts of fewer than {minimum} residents are not shown, nor what follows from them (–), nor "
        "others from which they could be found.",
        "fr": "Les effectifs de moins de {minimum} habitants ne sont pas montrés, ni ce qui s’en déduit (–), "
        "ni d’autres d’où l’on pourrait les retrouver.",
    },
    "files": {
        "en": "All numbers: ranking.csv, groups.csv (by tenth and group), cells.parquet.",
        "fr": "Tous les chiffres : ranking.csv, groups.csv (par dixième, par groupe), cells.parquet.",
    },
}
"""Key -> language -> text with ``{placeholders}``."""


def said(key: str, language: str, **values: object) -> str:
    """Return a text in a language with its placeholders filled."""
    return WORDS[key][language].format(**values)
