"""Riding times from a speed."""

from __future__ import annotations

import numpy as np

from gtfs.hop_times import DETOUR, hop_times_s

KM = 180 / np.pi / 6371.0088  # degrees a kilometre on the equator


def test_a_kilometre_at_36_km_h_takes_100_seconds_on_a_straight_way():
    lon = np.array([0, 1, 3]) * KM
    assert hop_times_s(lon, np.zeros(3), 36.0, detour=1.0).tolist() == [100, 200]


def test_the_way_is_longer_than_the_straight_line():
    assert DETOUR == 1.2
    assert hop_times_s(np.array([0, 1]) * KM, np.zeros(2), 36.0).tolist() == [120]


def test_stops_at_one_place_are_a_second_apart():
    assert hop_times_s(np.zeros(2), np.zeros(2), 20.0).tolist() == [1]


def test_one_stop_has_no_hop():
    assert hop_times_s(np.zeros(1), np.zeros(1), 20.0).tolist() == []
