"""The names of AWS Regions."""

from __future__ import annotations

from saya.pattern import pattern

REGION = pattern(r"[a-z]{2,5}(?:-[a-z]+)+-[0-9]{1,2}")
"""The form of an AWS Region: us-east-1, us-gov-west-1, eusc-de-east-1, us-isob-east-1."""


def check_region(region: str) -> str:
    """The region, if it has the form of one. Raises ValueError."""
    if not REGION.fullmatch(region):
        raise ValueError(f"`{region}` is no AWS Region; valid is a name like eu-central-1")
    return region
