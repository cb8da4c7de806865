"""What may tell who somebody is, is found; what happened, where and when, is not taken for it."""

from __future__ import annotations

import pytest
from notes_examples import HONEST, HOSTILE, NOT_FOUND

from access.notes_personal import personal_data


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("email", "Write to jean.dupont@mail.fr please"),
        ("email", "jean (at) mail (dot) com knows more"),
        ("email", "jean arobase mail point fr"),
        ("email", "jean at mail dot com knows more"),
        ("email", "ｊｅａｎ＠mail.com in wide letters"),
        ("email", "j\u200bean@ma\u200bil.com with letters that are not seen"),
        ("phone", "call 06 12 34 56 78 now"),
        ("phone", "appelez le 0612345678"),
        ("phone", "06.12.34.56.78 looks like a date at first"),
        ("phone", "ring +55 (51) 99999-1234"),
        ("phone", "06 12 34 56 78 à 8:15"),
        ("long_number", "my card 4970 1012 3456 7890 was not read"),
        ("long_number", "IBAN FR7630006000011234567890189"),
        ("plate", "the van AB-123-CD blocks the path"),
        ("plate", "the van ab-123-cd blocks the path"),
        ("plate", "a car 1234 AB 75 on the stop"),
        ("plate", "a car AB12 CDE on the stop"),
        ("plate", "um carro IAB1C23 na calçada"),
        ("plate", "a car M-AB 1234 on the stop"),
        ("address", "see https://x.y for more"),
        ("address", "voir exemple.fr"),
        ("address", "<a href='javascript:alert(1)'>here</a>"),
        ("address", "www.site.com has pictures"),
        ("account", "@jean_dupont was there"),
        ("account", "instagram: @marie"),
        ("name", "John Smith fell on the stairs"),
        ("name", "Jean-Pierre Martin attendait"),
        ("name", "the driver Mr Smith did not stop"),
        ("name", "Mme Durand est tombée"),
        ("name", "M. Durand est tombé"),
        ("name", "je m'appelle Karim"),
        ("name", "a lady named Odile"),
        ("name", "nom: durand"),
        ("name", "Marie DUPONT l'a vu"),
        ("name", "DUPONT Marie l'a vu"),
        ("name", "J. Smith said so"),
        ("name", "signed Paula"),
    ],
)
def test_personal_data_are_found(kind: str, text: str) -> None:
    assert kind in {found.kind for found in personal_data(text)}


@pytest.mark.parametrize(
    "text",
    [
        "The lift of the station Victor Hugo is broken since Monday.",
        "Avenue Victor Hugo: no kerb, wheelchairs cannot pass.",
        "The bus 51 at 7:30 on 2026-03-04 did not come.",
        "Le bus de 7 h 30 puis 8 h 15 n'est pas passé le 04/03/2026.",
        "Martin Luther King Boulevard is dark",
        "Arrêt Jean Jaurès : ascenseur en panne.",
        "We waited 25 minutes; line T1 left early. At 8 AM 10 people were left behind.",
        "Lycée Marie Curie hors d'atteinte",
        "The path by the river is dark. It floods.The lift broke.It is out",
        "It stopped at noon. There was no other bus at all. Not one.",
        "place du Docteur Paul Martin, rue du Dr Martin, rue M. Durand sans trottoir",
        "platform 3 at 10:05 and 11:05, bus lines 51, 353 and 42, 3 of 5 trips",
        "Rua João Alfredo: sem calçada",
        "no data: the screen shows 3 # 2",
        "بين المحطة والمدرسة لا يوجد رصيف",
        "",
    ],
)
def test_what_happened_and_where_is_no_personal_data(text: str) -> None:
    assert personal_data(text) == []


def test_names_of_the_citys_places_are_left_out() -> None:
    assert personal_data("Paul Bert is dark at night")[0].kind == "name"
    assert personal_data("Paul Bert is dark at night", ["Paul Bert"]) == []
    assert personal_data("paul BERT Paul Martin", ["Paul Bert"])[0].kind == "name"


def test_a_place_does_not_hide_what_is_no_name() -> None:
    assert [found.kind for found in personal_data("0612345678", ["0612345678"])] == ["phone"]


def test_only_the_beginning_is_told() -> None:
    assert personal_data("call 0612345678")[0].beginning == "061…"


def test_a_long_text_is_searched_quickly() -> None:
    """Nothing in the patterns goes back over the text again and again: 1,000 letters of their worst."""
    for letter in "a1 .-@A(":
        assert isinstance(personal_data(letter * 1000), list)


@pytest.mark.parametrize(("kind", "text"), HOSTILE)
def test_a_note_that_tells_who_somebody_is_does_not_pass(kind: str, text: str) -> None:
    assert kind in {found.kind for found in personal_data(text)}


@pytest.mark.parametrize("text", HONEST)
def test_an_ordinary_note_passes(text: str) -> None:
    assert personal_data(text) == []


@pytest.mark.parametrize("text", NOT_FOUND)
def test_what_no_pattern_knows_is_left_to_the_moderator(text: str) -> None:
    assert personal_data(text) == []


def test_a_house_number_is_found_also_in_a_street_whose_stop_has_its_name() -> None:
    places = ["Rue des Lilas", "45 Oak Street", "Martin"]
    assert [found.kind for found in personal_data("j'habite 12 rue des Lilas", places)] == ["home"]
    assert personal_data("the stop 45 Oak Street has no shelter, nor has 45 Oak Street south", places) == []
    assert [found.kind for found in personal_data("driver Martin did not stop", places)] == ["name"]
