"""Days and hours around now, as the services are asked for them."""

import datetime
import time


def day(offset):
    now = datetime.datetime.now(datetime.timezone.utc)
    return (now + datetime.timedelta(days=offset)).strftime("%Y-%m-%d")


def hour(ahead):
    """The full hour so many hours ahead, as a second."""
    return (int(time.time()) // 3600 + ahead) * 3600
