"""One flow, two deployments: a daily one and a weekly one, each with its own parameters and schedule."""

import datetime
import random
import sqlite3

import humanize
from prefect import flow, get_run_logger, task
from prefect.cache_policies import NO_CACHE

REGIONS = ("north", "south", "west")

FLOW_SPEC = {
    "flow": "sales_report",
    "tags": ["team:sales"],
    "cpu": 256,
    "memory": 512,
    "deployments": [
        {
            "name": "daily",
            "description": "Yesterday's revenue, before the shops open",
            "parameters": {"days": 1},
            "cron": "0 6 * * *",
            "timezone": "Europe/Oslo",
        },
        {
            "name": "weekly",
            "description": "The week's revenue by region, Mondays",
            "parameters": {"days": 7, "by_region": True},
            "cron": "30 6 * * 1",
            "timezone": "Europe/Oslo",
            "tags": ["audience:management"],
            "cpu": 512,
            "memory": 1024,
        },
    ],
}


@task(cache_policy=NO_CACHE)
def load(connection: sqlite3.Connection, days: int, seed: int) -> int:
    """Make orders of the last days (a shop's export would stand here) and store them."""
    made = random.Random(seed)
    today = datetime.date(2026, 6, 15)
    rows = [
        ((today - datetime.timedelta(days=back)).isoformat(), made.choice(REGIONS), round(made.lognormvariate(4, 1), 2))
        for back in range(1, days + 1)
        for _ in range(200)
    ]
    connection.execute("CREATE TABLE orders (day TEXT, region TEXT, amount REAL)")
    connection.executemany("INSERT INTO orders VALUES (?, ?, ?)", rows)
    return len(rows)


@task(cache_policy=NO_CACHE)
def revenue(connection: sqlite3.Connection, by_region: bool) -> dict[str, float]:
    """Sum the amounts, per region or as a whole."""
    key = "region" if by_region else "'all'"
    query = f"SELECT {key}, round(sum(amount), 2) FROM orders GROUP BY 1 ORDER BY 1"  # noqa: S608 - key is one of two words
    return dict(connection.execute(query).fetchall())


@flow(name="sales report")
def sales_report(days: int = 1, by_region: bool = False, seed: int = 1) -> dict[str, float]:
    """Revenue of the last days."""
    logger = get_run_logger()
    with sqlite3.connect(":memory:", check_same_thread=False) as connection:
        count = load(connection, days, seed)
        totals = revenue(connection, by_region)
    logger.info("%s orders", humanize.intcomma(count))
    for region, amount in totals.items():
        logger.info("%s: %s", region, humanize.intword(amount, "%.2f"))
    return totals
