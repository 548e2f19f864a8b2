#!/usr/bin/env python3
"""What a simulation did, for people: a funnel for each flow and a table of sends by flow and month.

    report.py LOG      LOG is what `sluice simulate … --log LOG` wrote
"""

import json
import sys
from collections import Counter, defaultdict


class Story:
    """Counts of one flow, with its messages in the order in which they first went out."""

    def __init__(self):
        self.entered = self.goals = 0
        self.customers = set()
        self.outcomes = defaultdict(Counter)  # message -> outcome or reason -> count
        self.ended = Counter()
        self.sent_by_month = Counter()

    def tell(self, row):
        kind = row.get("kind")
        if kind == "entered":
            self.entered += 1
            self.customers.add(row["customer"])
        elif kind == "goal":
            self.goals += 1
        elif kind == "ended":
            self.ended[row.get("reason") or "completed"] += 1
        else:
            sent = row["outcome"] == "sent"
            label = f"{row['channel']} {row['message']}"
            self.outcomes[label]["sent" if sent else row["reason"]] += 1
            if sent:
                self.sent_by_month[row["at"][:7]] += 1


def read(path):
    stories = defaultdict(Story)
    with open(path, encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            stories[row["flow"]].tell(row)
    return dict(sorted(stories.items(), key=lambda item: -item[1].entered))


def share(part, whole):
    return f"{100 * part / whole:5.1f} %" if whole else "      –"


def bar(part, whole, width=24):
    return "█" * round(width * part / whole) if whole else ""


def print_funnel(name, story):
    print(f"\n{name}")
    print(f"  {'entered':<28}{story.entered:>8,}   by {len(story.customers):,} customers")
    for label, outcomes in story.outcomes.items():
        sent = outcomes["sent"]
        skipped = ", ".join(f"{count:,} {reason}"
                            for reason, count in outcomes.most_common() if reason != "sent")
        print(f"  {label:<28}{sent:>8,}  {share(sent, story.entered)}  "
              f"{bar(sent, story.entered):<24}  {'not: ' + skipped if skipped else ''}".rstrip())
    if story.goals:
        print(f"  {'reached the goal':<28}{story.goals:>8,}  {share(story.goals, story.entered)}  "
              f"{bar(story.goals, story.entered)}")
    ended = ", ".join(f"{count:,} {reason}" for reason, count in story.ended.most_common())
    still = story.entered - sum(story.ended.values())
    print(f"  ended: {ended or 'none'}" + (f"; {still:,} still inside" if still else ""))


def print_months(stories):
    months = sorted({month for story in stories.values() for month in story.sent_by_month})
    print("\nMessages sent, by month")
    names = list(stories)
    widths = [max(len(name), 9) + 2 for name in names]

    def line(label, counts):
        cells = "".join(f"{count:>{width},}" for count, width in zip(counts, widths))
        return f"  {label:<9}{cells}{sum(counts):>10,}"

    heads = "".join(f"{name:>{width}}" for name, width in zip(names, widths))
    print(f"  {'month':<9}{heads}{'all':>10}")
    for month in months:
        print(line(month, [stories[name].sent_by_month[month] for name in names]))
    print(line("all", [sum(stories[name].sent_by_month.values()) for name in names]))


def main(arguments) -> int:
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    stories = read(arguments[1])
    if not stories:
        print("the log is empty", file=sys.stderr)
        return 1
    for name, story in stories.items():
        print_funnel(name, story)
    print_months(stories)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
