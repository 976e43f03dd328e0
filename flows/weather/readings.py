"""Readings of weather stations, as both flows use them."""

import csv
import dataclasses
import datetime
from collections.abc import Iterator
from pathlib import Path

DATA = Path(__file__).parent / "data" / "readings.csv"


@dataclasses.dataclass(frozen=True)
class Reading:
    """One station on one day; temperatures in °C, rain in mm."""

    station: str
    day: datetime.date
    low_c: float
    high_c: float
    rain_mm: float


def read() -> Iterator[Reading]:
    """Yield all readings in the order of the file."""
    with DATA.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            yield Reading(
                station=row["station"],
                day=datetime.date.fromisoformat(row["day"]),
                low_c=float(row["low_c"]),
                high_c=float(row["high_c"]),
                rain_mm=float(row["rain_mm"]),
            )
