"""A bare flow: nothing is declared, so it gets one deployment with its defaults."""

import collections
import statistics

import humanize
import readings
from prefect import flow, get_run_logger


@flow
def station_summary(days: int = 7) -> dict[str, float]:
    """Mean highest temperature per station over the last days."""
    by_station: dict[str, list[readings.Reading]] = collections.defaultdict(list)
    for reading in readings.read():
        by_station[reading.station].append(reading)
    logger = get_run_logger()
    summary = {}
    for station, rows in by_station.items():
        last = rows[-days:]
        summary[station] = round(statistics.mean(row.high_c for row in last), 2)
        logger.info("%s: %s °C over %s days", station, summary[station], humanize.apnumber(len(last)))
    return summary
