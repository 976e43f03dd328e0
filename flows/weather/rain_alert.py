"""An async flow that shares the helper module."""

import humanize
import readings
from prefect import flow, get_run_logger


@flow(name="rain-alert")
async def rain_alert(threshold_mm: float = 10.0) -> list[str]:
    """Name the station days with more rain than the threshold."""
    wet = [reading for reading in readings.read() if reading.rain_mm > threshold_mm]
    logger = get_run_logger()
    for reading in wet:
        logger.warning("%s, %s: %s mm", reading.station, humanize.naturaldate(reading.day), reading.rain_mm)
    return [f"{reading.station} {reading.day}" for reading in wet]
