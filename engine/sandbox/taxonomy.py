"""What eBay's Taxonomy and Metadata APIs say of the categories that media are listed in.

Names, the required ones among them, modes and conditions are as documented or seen; values are a choice of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

Choices = dict[str, tuple[str, ...]]

_MUSIC = {
    "Artist": "required several",
    "Release Title": "required",
    "Format": "required",
    "Genre": "several",
    "Style": "several",
    "Record Label": "",
    "Release Year": "",
    "Catalog Number": "",
    "Edition": "several",
    "Features": "several",
    "Language": "",
    "Country of Origin": "",
}
_FILMS = {
    "Movie/TV Title": "required",
    "Format": "required",
    "Genre": "several",
    "Director": "several",
    "Studio": "",
    "Release Year": "",
    "Rating": "",
    "Signal Standard": "",
    "Edition": "several",
    "Features": "several",
    "Country of Origin": "",
}
_TYPE: Choices = {"Type": ("Album", "Box Set", "Compilation", "EP", "Single")}
_RECORD: Choices = {"Speed": ("16 RPM", "33 RPM", "45 RPM", "78 RPM"), "Record Size": ('7"', '10"', '12"')}
_REGION: Choices = {"Region Code": ("DVD: 0/All (Region Free/Worldwide)", "DVD: 1 (US, Canada...)")}

_ASPECTS: dict[str, tuple[dict[str, str], Choices]] = {
    "176984": ({**_MUSIC, "CD Grading": "", "Case Type": "", "Case Condition": "", "Inlay Condition": ""}, _TYPE),
    "176985": (
        {**_MUSIC, "Material": "", "Record Grading": "", "Sleeve Grading": "", "Color": ""},
        {**_TYPE, **_RECORD},
    ),
    "176983": (_MUSIC, _TYPE),
    "617": (_FILMS, _REGION),
    "309": (_FILMS, {}),
    "618": (_MUSIC, _TYPE),
    "381": (_FILMS, {}),
}
_NAMES = {
    "176984": "CDs",
    "176985": "Vinyl Records",
    "176983": "Cassettes",
    "617": "DVDs & Blu-ray Discs",
    "309": "VHS Tapes",
    "618": "Other Formats",
    "381": "Laserdiscs",
}
_GRADES = {
    "1000": "Brand New",
    "2750": "Like New",
    "4000": "Very Good",
    "5000": "Good",
    "6000": "Acceptable",
}
_CONDITIONS = dict.fromkeys(_ASPECTS, _GRADES) | {"176985": {"1000": "New", "3000": "Used"}}
_LENGTH = 65


def aspects(category_id: str) -> dict[str, object] | None:
    """Return the item specifics of a category, None for one that the tree does not have."""
    if category_id not in _ASPECTS:
        return None
    free, chosen = _ASPECTS[category_id]
    return {
        "aspects": [
            *(_aspect(name, traits) for name, traits in free.items()),
            *(_aspect(name, "", values) for name, values in chosen.items()),
        ]
    }


def subtree(category_id: str) -> dict[str, object] | None:
    """Return a category as a tree without branches, None for one that the tree does not have."""
    if category_id not in _NAMES:
        return None
    named = {"categoryId": category_id, "categoryName": _NAMES[category_id]}
    node = {"category": named, "categoryTreeNodeLevel": 2, "leafCategoryTreeNode": True}
    return {"categoryTreeId": "0", "categoryTreeVersion": "136", "categorySubtreeNode": node}


def policies(asked: str) -> dict[str, object]:
    """Return the conditions of the categories in a filter like `categoryIds:{617|309}`; unknown ones are left out."""
    known = [category_id for category_id in re.findall(r"\d+", asked) if category_id in _CONDITIONS]
    return {
        "itemConditionPolicies": [
            {
                "categoryId": category_id,
                "categoryTreeId": "0",
                "itemConditionRequired": True,
                "itemConditions": [
                    {"conditionId": number, "conditionDescription": words}
                    for number, words in _CONDITIONS[category_id].items()
                ],
            }
            for category_id in known
        ]
    }


def _aspect(name: str, traits: str, values: Sequence[str] = ()) -> dict[str, object]:
    """Return one item specific; where there are values, only those are taken."""
    return {
        "localizedAspectName": name,
        "aspectConstraint": {
            "aspectDataType": "STRING",
            "aspectEnabledForVariations": False,
            "itemToAspectCardinality": "MULTI" if "several" in traits else "SINGLE",
            "aspectMode": "SELECTION_ONLY" if values else "FREE_TEXT",
            "aspectRequired": "required" in traits,
            "aspectUsage": "RECOMMENDED",
            "aspectApplicableTo": ["PRODUCT"],
            **({} if values else {"aspectMaxLength": _LENGTH}),
        },
        **({"aspectValues": [{"localizedValue": value} for value in values]} if values else {}),
    }
