"""Why a number of a comparison is missing or to be read with care: short keys, and their words.

Tables hold the keys, several joined by ``"; "``; readers see the words.
"""

from __future__ import annotations

NOISE_NOT_QUANTIFIED = "noise not quantified"
WITHIN_NOISE = "within the noise"
OPPOSITE_SIGNS = "one group gains, the other loses"
NO_CHANGE = "no change in one of the groups"
NOBODY = "nobody in one of the groups"
NOT_DEFINED_BASE = "not defined in the base"
NOT_DEFINED_SCENARIO = "not defined in the scenario"
ONLY_IN_BASE = "only in the base"
ONLY_IN_SCENARIO = "only in the scenario"
OTHER_RESIDENTS = "residents differ"
OF_BASE_RESIDENTS = "of the residents of the base"
FREE_GAIN = "gains without more vehicle-hours"
NO_GAIN = "more vehicle-hours without a gain"
NOTHING_GAINED = "neither more vehicle-hours nor a gain"
THEY_LOSE = "the poorest 40 % lose"
OTHER_CHANGES = "not by vehicle-hours alone"
NO_BILL = "vehicle-hours not known"
NO_DATA = "no data"

WORDS: dict[str, dict[str, str]] = {
    OTHER_CHANGES: {
        "en": "The scenario also changes streets, opportunities or residents: its gain is not that of the "
        "vehicle-hours alone.",
        "fr": "Le scénario change aussi des rues, des opportunités ou des habitants : son gain n’est pas "
        "celui des seuls véhicules-heures.",
    },
    NOISE_NOT_QUANTIFIED: {
        "en": "How large a change would be by chance alone was not computed; gains and losses go by their "
        "sign, however small.",
        "fr": "La part du hasard n’a pas été calculée ; gains et pertes sont comptés d’après leur signe, "
        "même infimes.",
    },
    WITHIN_NOISE: {
        "en": "The change cannot be told from noise.",
        "fr": "Le changement ne se distingue pas du bruit.",
    },
    OPPOSITE_SIGNS: {
        "en": "One of the two groups gains while the other loses: a share or ratio would mislead.",
        "fr": "L’un des deux groupes gagne et l’autre perd : une part ou un rapport induirait en erreur.",
    },
    NO_CHANGE: {
        "en": "Nothing changes for one of the two groups.",
        "fr": "Rien ne change pour l’un des deux groupes.",
    },
    NOBODY: {
        "en": "One of the two groups has no residents whose change is known.",
        "fr": "L’un des deux groupes n’a pas d’habitants dont le changement est connu.",
    },
    NOT_DEFINED_BASE: {"en": "Not defined in the base.", "fr": "Non défini dans la base."},
    NOT_DEFINED_SCENARIO: {"en": "Not defined in the scenario.", "fr": "Non défini dans le scénario."},
    ONLY_IN_BASE: {
        "en": "Computed for the base only; without its data in the scenario.",
        "fr": "Calculé pour la base seulement ; sans données dans le scénario.",
    },
    ONLY_IN_SCENARIO: {
        "en": "Computed for the scenario only; without its data in the base.",
        "fr": "Calculé pour le scénario seulement ; sans données dans la base.",
    },
    OTHER_RESIDENTS: {
        "en": "The scenario has other residents: base and scenario each speak of their own residents and "
        "income groups, so that part of the change is who lives there.",
        "fr": "Le scénario a d’autres habitants : base et scénario portent chacun sur leurs habitants et "
        "groupes de revenu ; une part du changement tient donc à qui y habite.",
    },
    OF_BASE_RESIDENTS: {
        "en": "Of the residents of the base, in the income groups of the base; residents that the scenario "
        "adds neither gain nor lose.",
        "fr": "Pour les habitants de la base, dans les groupes de revenu de la base ; les habitants ajoutés "
        "par le scénario ne gagnent ni ne perdent.",
    },
    FREE_GAIN: {
        "en": "The poorest 40 % gain without a vehicle-hour more.",
        "fr": "Les 40 % les plus pauvres gagnent sans une véhicule-heure de plus.",
    },
    NO_GAIN: {
        "en": "More vehicle-hours, and no gain for the poorest 40 % beyond the noise.",
        "fr": "Davantage de véhicules-heures, sans gain au-delà du bruit pour les 40 % les plus pauvres.",
    },
    NOTHING_GAINED: {
        "en": "No vehicle-hour more, and no gain for the poorest 40 % beyond the noise.",
        "fr": "Pas une véhicule-heure de plus, ni gain au-delà du bruit pour les 40 % les plus pauvres.",
    },
    THEY_LOSE: {
        "en": "The poorest 40 % lose access beyond the noise.",
        "fr": "Les 40 % les plus pauvres perdent de l’accès au-delà du bruit.",
    },
    NO_BILL: {
        "en": "Vehicle-hours were not computed.",
        "fr": "Les véhicules-heures n’ont pas été calculées.",
    },
    NO_DATA: {"en": "No data.", "fr": "Pas de données."},
}


def joined(*notes: str | None) -> str | None:
    """Return the notes in one text, each once; None without any."""
    found = dict.fromkeys(note for note in notes if note)
    return "; ".join(found) or None


def words_of(note: str | None, language: str) -> str:
    """Return what a note means in ``"en"`` or ``"fr"``; notes of the run itself stay as they are."""
    parts = note.split("; ") if note else []
    return " ".join(WORDS[part][language] if part in WORDS else part for part in parts)
