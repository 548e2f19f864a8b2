"""Which module may include what: the table of ARCHITECTURE.md, as data.

A module is a folder; the longest prefix of a file's path decides. `project` lists the folders (or
single headers) of this tree it may include from, itself always included. `system` lists what it may
use beyond the C++ standard library, as prefixes of the name between < and >."""

from dataclasses import dataclass

BASE = ("engine/base/",)
MODEL = BASE + ("engine/model/", "dsl/")
BEHAVIOUR = MODEL + ("engine/behaviour/",)
# What a connector reports is a value that policy's retry rule judges; the seam's header stands
# on base and model alone.
SEAM = ("engine/outbox/connector.hpp",)
POLICY = BEHAVIOUR + ("engine/policy/",) + SEAM
RUNTIME = POLICY + ("engine/store/", "engine/runtime/")
EDGE = RUNTIME + ("engine/ingest/", "engine/outbox/")
EVERYTHING = ("dsl/", "engine/", "connectors/")

POSIX = ("unistd.h", "fcntl.h", "signal.h", "poll.h", "sys/", "netdb.h", "netinet/", "arpa/",
         "pthread.h", "dirent.h", "pwd.h")
ASIO = ("boost/asio", "boost/beast", "boost/system", "boost/url")


@dataclass(frozen=True)
class Layer:
    project: tuple = ()
    system: tuple = ()


LAYERS = {
    "dsl/": Layer(("dsl/",)),
    "dsl/parser/": Layer(("dsl/",), ("boost/spirit", "boost/fusion", "boost/optional",
                                     "boost/variant", "boost/mpl", "boost/type_index",
                                     "boost/core", "boost/config")),
    "engine/base/": Layer(BASE, ("boost/outcome", "boost/asio", "fmt/", "spdlog/", "openssl/",
                                 "malloc.h") + POSIX),
    "engine/model/": Layer(MODEL, ("fmt/",)),
    "engine/behaviour/": Layer(BEHAVIOUR, ("fmt/",)),
    "engine/policy/": Layer(POLICY, ("fmt/",)),
    "engine/store/": Layer(MODEL + ("engine/store/",), ("sqlite3.h", "fmt/", "nmmintrin.h") + POSIX),
    "engine/runtime/": Layer(RUNTIME, ("fmt/", "simdjson.h", "boost/json", "boost/container")
                             + ASIO),
    "engine/outbox/": Layer(EDGE, ("fmt/", "boost/json") + ASIO + POSIX),
    "engine/ingest/": Layer(RUNTIME + ("engine/ingest/",),
                            ("fmt/", "simdjson.h", "boost/json", "zlib.h", "openssl/") + ASIO),
    "engine/api/": Layer(EDGE + ("engine/api/",),
                         ("fmt/", "boost/json", "openssl/", "prometheus/") + ASIO + POSIX),
    "connectors/": Layer(("engine/base/", "engine/model/", "connectors/") + SEAM,
                         ("fmt/", "boost/json", "openssl/", "idn2.h") + ASIO + POSIX),
    "connectors/email/": Layer(("engine/base/", "engine/model/", "connectors/") + SEAM,
                               ("fmt/", "boost/json", "openssl/", "idn2.h", "gmime/", "glib")
                               + ASIO + POSIX),
    "connectors/mailbox/": Layer(("engine/base/", "engine/model/", "connectors/") + SEAM,
                                 ("fmt/", "boost/json", "sqlite3.h") + ASIO + POSIX),
    "engine/daemon/": Layer(EVERYTHING, ("fmt/", "yaml-cpp/", "boost/json", "openssl/",
                                         "prometheus/") + ASIO + POSIX),
    "engine/cli/": Layer(EVERYTHING, ("fmt/", "CLI/", "boost/json") + ASIO + POSIX),
    "tests/": Layer(EVERYTHING + ("tests/",), ("",)),
    "examples/": Layer(EVERYTHING + ("examples/",), ("",)),
}

# The one file each that may include a header with a trap in it.
ONLY_IN = {
    "date/": ("engine/base/civil_time.cpp",),
}

# Folders in which time and chance come in as values, never from the machine.
PURE = ("dsl/", "engine/model/", "engine/behaviour/", "engine/policy/")


def layer_of(path: str):
    """(prefix, Layer) of a file, or None when its folder is not in the table."""
    best = None
    for prefix, layer in LAYERS.items():
        if path.startswith(prefix) and (best is None or len(prefix) > len(best[0])):
            best = (prefix, layer)
    return best
