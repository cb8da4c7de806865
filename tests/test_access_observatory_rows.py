from __future__ import annotations

import pandas as pd

from access.observatory_rows import rights_of_zones


def test_rights_of_a_zone_that_too_few_draws_found_again_are_not_filed() -> None:
    rights = pd.DataFrame(
        {"zone_id": ["stable", "unstable"], "right": ["school", "school"], "unmet_residents": [120.0, 80.0]}
    )
    filed = rights_of_zones(rights, pd.DataFrame({"zone_id": ["stable"]}))
    assert filed["zone_id"].tolist() == ["stable"]
    assert filed["unmet_residents"].tolist() == [120.0]


def test_without_a_register_no_rights_of_zones_are_filed() -> None:
    rights = pd.DataFrame({"zone_id": ["unstable"], "right": ["school"]})
    assert rights_of_zones(rights, pd.DataFrame()).empty
    assert rights_of_zones(pd.DataFrame(), pd.DataFrame({"zone_id": ["stable"]})).empty
