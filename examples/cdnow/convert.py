#!/usr/bin/env python3
"""Turns the CDNOW purchases into Segment calls, one JSON object a line, in order of time.

    convert.py PURCHASES OUTPUT

One identify for each customer at the first purchase, one track "Order Placed" for each purchase. The
data set knows days only, and nothing about people: time of day, name, addresses, time zone and consent
are drawn from a hash of the customer and the purchase, so every run writes the same bytes.
"""

import hashlib
import json
import sys
from collections import defaultdict

FIRST_NAMES = ("Ana Ben Cleo Dan Eve Finn Gia Hugo Ida Jack Kim Leo Mia Noah Olga Paul Quinn Rosa "
               "Sam Tess Uma Vera Will Xena Yann Zoe").split()
# Where the customers of an American shop live; one in ten does not say.
TIME_ZONES = (["America/New_York"] * 7 + ["America/Chicago"] * 4 + ["America/Los_Angeles"] * 4
              + ["America/Denver", "America/Phoenix", "Pacific/Honolulu", "Europe/London", None, None])
EMAIL_STATUS = ["subscribed"] * 17 + ["never asked"] * 2 + ["unsubscribed"]
SMS_STATUS = ["subscribed"] * 5 + ["never asked"] * 4 + ["unsubscribed"]
SECONDS_A_DAY = 86_400


def draw(*parts) -> int:
    """A number that depends on the parts and nothing else."""
    text = "\0".join(str(part) for part in parts)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def pick(choices, *parts):
    return choices[draw(*parts) % len(choices)]


def read_purchases(path):
    """customer -> purchases (day as YYYY-MM-DD, number of CDs, dollars), in the order of the file."""
    purchases = defaultdict(list)
    with open(path, encoding="ascii") as file:
        for line in file:
            words = line.split()
            if len(words) == 4 and words[0].isdigit():
                customer, day, count, dollars = words
                purchases[customer].append((f"{day[:4]}-{day[4:6]}-{day[6:]}", int(count),
                                            float(dollars)))
    return purchases


def traits_of(number: str) -> dict:
    customer = f"c{number}"
    traits = {
        "email": f"{customer}@customers.example",
        "first_name": pick(FIRST_NAMES, "name", number),
        "email_status": pick(EMAIL_STATUS, "email", number),
        "sms_status": pick(SMS_STATUS, "sms", number),
    }
    if draw("phone", number) % 10:  # one in ten has given no number
        traits["phone"] = f"+1555{int(number):07d}"
    zone = pick(TIME_ZONES, "zone", number)
    if zone:
        traits["time_zone"] = zone
    return traits


def times_of(number: str, purchases) -> list:
    """(timestamp, CDs, dollars) in order of time; no two purchases of a customer share a second."""
    taken, timed = set(), []
    for place, (day, count, dollars) in enumerate(purchases):
        second = draw("second", number, day, place) % SECONDS_A_DAY
        while (day, second) in taken:
            second = (second + 1) % SECONDS_A_DAY
        taken.add((day, second))
        clock = f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
        timed.append((f"{day}T{clock}Z", count, dollars))
    return sorted(timed)


def calls_of(number: str, purchases):
    """(sort key, call) for everything one customer does."""
    customer = f"c{number}"
    timed = times_of(number, purchases)
    yield (timed[0][0], customer, 0), {
        "type": "identify", "userId": customer, "messageId": f"{customer}-identify",
        "timestamp": timed[0][0], "traits": traits_of(number)}
    for place, (at, count, dollars) in enumerate(timed, 1):
        yield (at, customer, place), {
            "type": "track", "userId": customer, "messageId": f"{customer}-order-{place}",
            "timestamp": at, "event": "Order Placed",
            "properties": {"order_id": f"{number}-{place}", "total": dollars, "items_count": count}}


def main(arguments) -> int:
    if len(arguments) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    calls = []
    for number, purchases in sorted(read_purchases(arguments[1]).items()):
        calls.extend(calls_of(number, purchases))
    calls.sort(key=lambda entry: entry[0])
    with open(arguments[2], "w", encoding="ascii") as out:
        for _, call in calls:
            out.write(json.dumps(call, separators=(",", ":")) + "\n")
    tracked = sum(call["type"] == "track" for _, call in calls)
    print(f"{len(calls) - tracked} customers, {tracked} orders, "
          f"{calls[0][1]['timestamp'][:10]} to {calls[-1][1]['timestamp'][:10]}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
