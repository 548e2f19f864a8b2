#!/usr/bin/env python3
"""States of every customer of the CDNOW history on ten dates, against plain SQL over the orders.

    states_check.py SLUICE SOURCE WORK

`sluice states` simulates the history with the lifecycles of cdnow_states/shop.flow. Each state is one
query of SQLite over the table of orders; a customer is in the first state whose query finds her.
"""

import json
import sqlite3
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

DATES = ("1997-01-20", "1997-02-14", "1997-03-31", "1997-05-01", "1997-07-04", "1997-09-15",
         "1997-11-30", "1998-02-01", "1998-04-20", "1998-06-30")
DAY = 86_400_000

# Orders up to :now, each with its number among the customer's, in order of time.
PAST = """
create temp view past as
  select *, lead(at) over mine as next_at, row_number() over mine as nth,
         count(*) over (partition by customer) as orders
  from orders where at <= (select at from asked)
  window mine as (partition by customer order by at, line)
"""

# state -> the customers for whom its condition holds; `now` stands for the asked instant.
STATES = {
    "Relationship": {
        "New": "select customer from past group by 1 having min(at) + 30 * :day > :now",
        "Active": "select customer from past group by 1 having max(at) + 60 * :day > :now",
        "At Risk": """select customer from past group by 1
                      having max(at) + 60 * :day <= :now and max(at) + 150 * :day > :now""",
        "Lapsed": "select customer from past",
    },
    "Worth": {
        "Best": """select customer from past where at + 365 * :day > :now
                   group by 1 having sum(total) >= 2000000""",
        "Regular": """select customer from past where at + 180 * :day > :now
                      group by 1 having count(*) >= 3""",
        "Large Once": """select customer from past group by 1
                         having max(total) >= 1000000 and count(*) <= 2""",
        "Small": """select customer from past where at + 365 * :day > :now
                    group by 1 having sum(total) / count(*) < 200000""",
        "Other": "select customer from past",
    },
    "Rhythm": {
        "Returning": """select customer from past
                        where next_at is not null and next_at < at + 14 * :day
                          and next_at + 90 * :day > :now""",
        "Collector": """select customer from past where at + 180 * :day > :now
                        group by 1 having count(distinct items_count) >= 3""",
        "Weekender": """select customer from past where nth = orders and items_count = 1
                        except
                        select customer from past where total > 300000 and at + 120 * :day > :now""",
        "Else": "select customer from past",
    },
}


def instant(text: str) -> int:
    at = datetime.fromisoformat(text.replace("Z", "+00:00"))
    at = at if at.tzinfo else at.replace(tzinfo=timezone.utc)
    return round(at.timestamp() * 1000)


def read_orders(events: Path) -> sqlite3.Connection:
    data = sqlite3.connect(":memory:")
    data.execute("create table orders (line, customer, at, total, items_count)")
    data.execute("create table asked (at)")
    data.execute("insert into asked values (0)")
    with open(events, encoding="utf-8") as file:
        for line, text in enumerate(file):
            call = json.loads(text)
            if call["type"] == "track":
                more = call["properties"]
                data.execute("insert into orders values (?, ?, ?, ?, ?)",
                             (line, call["userId"], instant(call["timestamp"]),
                              round(more["total"] * 10_000), more["items_count"]))
    data.execute("create index by_customer on orders (customer, at)")
    data.execute(PAST)
    return data


def by_sql(data: sqlite3.Connection) -> dict:
    """(date, lifecycle, customer) -> state."""
    found = {}
    for date in DATES:
        now = instant(date)
        data.execute("update asked set at = ?", (now,))
        for lifecycle, states in STATES.items():
            for state, query in states.items():
                for (customer,) in data.execute(query, {"now": now, "day": DAY}):
                    found.setdefault((date, lifecycle, customer), state)
    return found


def by_sluice(sluice: Path, flows: Path, events: Path, people: Path) -> dict:
    command = [str(sluice), "states", str(flows), "--events", str(events), "--people", str(people)]
    for date in DATES:
        command += ["--at", date]
    print(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout, end="")
    found = {}
    with open(people, encoding="utf-8") as file:
        for text in file:
            row = json.loads(text)
            found[row["at"][:10], row["lifecycle"], row["customer"]] = row["state"]
    return found


def without_zones(events: Path, plain: Path) -> None:
    """The same history with everybody in UTC."""
    with open(events, encoding="utf-8") as source, open(plain, "w", encoding="utf-8") as target:
        for text in source:
            call = json.loads(text)
            call.get("traits", {}).pop("time_zone", None)
            target.write(json.dumps(call) + "\n")


def main(arguments) -> int:
    sluice, source, work = (Path(word) for word in arguments[1:4])
    work.mkdir(parents=True, exist_ok=True)
    shop = source / "examples" / "cdnow"
    events, plain = work / "events.ndjson", work / "plain.ndjson"
    subprocess.run([sys.executable, str(shop / "convert.py"),
                    str(shop / "data" / "CDNOW_master.txt"), str(events)], check=True)
    without_zones(events, plain)
    wanted = by_sql(read_orders(plain))
    got = by_sluice(sluice, source / "tests" / "oracle" / "cdnow_states", plain,
                    work / "people.ndjson")
    wrong = sorted(key for key in wanted.keys() | got.keys() if wanted.get(key) != got.get(key))
    for key in wrong[:20]:
        print(*key, "SQL:", wanted.get(key), "sluice:", got.get(key))
    told = {(key[1], state) for key, state in wanted.items()}
    unseen = [(one, state) for one, states in STATES.items() for state in states
              if (one, state) not in told]
    print(f"{len(wanted)} standings on {len(DATES)} dates, {len(wrong)} differ; "
          f"states nobody was ever in: {unseen or 'none'}")
    return 1 if wrong or unseen else 0


if __name__ == "__main__":
    if len(sys.argv) != 4:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    sys.exit(main(sys.argv))
