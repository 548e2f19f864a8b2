#!/usr/bin/env python3
"""Compares two logs of decisions customer by customer.

    compare.py EXPECTED ACTUAL

Prints the first customers that differ, with what only one side has; exit 1 when any does. A decision
is (at, flow, what, channel, message, outcome, reason); decisions of one instant may stand in any order.
ACTUAL must itself be in order of time and customer, with no message id twice.
"""

import json
import sys
from collections import Counter, defaultdict

SHOWN = 10


def decision(row: dict):
    reason = row.get("reason") or ""
    if reason == "none" or row.get("kind") in ("entered", "goal"):
        reason = ""  # those need no reason; an engine may name the event
    what = row.get("kind") or "message"
    return (row["at"], row["flow"], what, row.get("channel") or "", row.get("message") or "",
            row.get("outcome") or "", reason)


def read(path):
    """(customer -> Counter of decisions, what is wrong with the log itself)."""
    by_customer, wrong, ids, last = defaultdict(Counter), [], set(), ("", "")
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            row = json.loads(line)
            by_customer[row["customer"]][decision(row)] += 1
            place = (row["at"], row["customer"])
            if place < last:
                wrong.append(f"{path}:{number}: {place} comes after {last}")
            last = place
            if row.get("outcome") == "sent" and row.get("id"):
                if row["id"] in ids:
                    wrong.append(f"{path}:{number}: the message id {row['id']} is there twice")
                ids.add(row["id"])
    return by_customer, wrong


def differences(expected, actual):
    """(customer, only expected, only actual) of every customer that differs."""
    for customer in sorted(expected.keys() | actual.keys()):
        missing = expected[customer] - actual[customer]
        extra = actual[customer] - expected[customer]
        if missing or extra:
            yield customer, missing, extra


def show(customer, missing, extra):
    print(f"{customer} differs:")
    marked = [(d, "-") for d in missing.elements()] + [(d, "+") for d in extra.elements()]
    for (at, flow, *rest), mark in sorted(marked):
        print(f"  {mark} {at}  {flow}: {' '.join(word for word in rest if word)}")


def main(arguments) -> int:
    if len(arguments) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    expected, _ = read(arguments[1])
    actual, wrong = read(arguments[2])
    different = list(differences(expected, actual))
    for entry in different[:SHOWN]:
        show(*entry)
    if different:
        print(f"{len(different)} of {len(expected)} customers differ "
              f"(- only {arguments[1]}, + only {arguments[2]})")
    for line in wrong[:SHOWN]:
        print(line)
    if different or wrong or not expected:
        return 1
    print(f"{len(expected)} customers, {sum(sum(c.values()) for c in expected.values())} decisions: "
          "equal")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
