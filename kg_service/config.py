"""Settings of the service, read once from the environment.

Every setting is `HELIOTROPE_` + its name; `docs/settings.md` lists them, and a test keeps it so.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kg_service.errors import HeliotropeError

ROOT = Path(__file__).resolve().parent.parent
MIB = 1024 * 1024


@dataclass(frozen=True)
class Settings:
    """What an operator can choose. Times are in seconds, memory in bytes.

    `query_timeout` is the default deadline and `query_timeout_max` the longest a client may ask
    for; `query_memory` is the private memory a query may add to its worker; `query_rows` the rows
    of an answer; `queue` the queries that may wait; `light_workers` the processes for
    strangers' queries in their first `light_slice`, `workers` those for queries that last longer,
    of which `paused` may be stopped until one of these is free; `house_workers` are those for our
    own REST look-ups and `reasoning_workers` those that reason. A worker whose private memory is
    above `worker_memory` after a query is replaced. `body_size` is the largest body read at all,
    `stall_timeout` how long a client may take none of a streamed answer, and `cache_size` the
    memory for answers that may be asked for again. Answers under way have `stop_grace` to end when
    the service stops; `history` queries that have ended are remembered, in `history_size`.

    `url_size`, `header_size`, `form_size` (of what a form holds beside its query), `json_size`
    (bytes), `header_fields`, `parameters` and `json_depth` bound what a request may be;
    `header_timeout` and `body_timeout` how long its parts may take to come, and `connections` how
    many clients are connected at once.

    `service_allow` lists the hosts that SERVICE may reach; `service_timeout`, `service_size` and
    `service_rows` bound one answer of them, `service_calls` how many a query may ask, and
    `service_queries` how many queries wait for services at once.
    """

    root: Path = ROOT
    base_url: str = ""
    sources: Path | None = None
    external: Path | None = None
    query_timeout: float = 10.0
    query_timeout_max: float = 60.0
    query_memory: int = 1024 * MIB
    query_rows: int = 1_000_000
    query_size: int = 1 * MIB
    queue: int = 64
    light_workers: int = 4
    light_slice: float = 0.1
    workers: int = 2
    paused: int = 64
    house_workers: int = 1
    reasoning_workers: int = 2
    worker_memory: int = 256 * MIB
    body_size: int = 8 * MIB
    stall_timeout: float = 30.0
    stop_grace: float = 3.0
    history: int = 1000
    history_size: int = 4 * MIB
    cache_size: int = 64 * MIB
    url_size: int = 32 * 1024
    header_size: int = 32 * 1024
    header_fields: int = 64
    parameters: int = 1000
    form_size: int = 64 * 1024
    json_size: int = 2 * MIB
    json_depth: int = 64
    header_timeout: float = 10.0
    body_timeout: float = 30.0
    connections: int = 4096
    service_allow: str = ""
    service_timeout: float = 10.0
    service_size: int = 8 * MIB
    service_rows: int = 10_000
    service_calls: int = 8
    service_queries: int = 8


NUMBERS = {
    "QUERY_TIMEOUT": ("query_timeout", float, 1.0),
    "QUERY_TIMEOUT_MAX": ("query_timeout_max", float, 1.0),
    "QUERY_MEMORY": ("query_memory", int, MIB),
    "QUERY_ROWS": ("query_rows", int, 1),
    "QUERY_SIZE": ("query_size", int, 1),
    "QUEUE": ("queue", int, 1),
    "LIGHT_WORKERS": ("light_workers", int, 1),
    "LIGHT_SLICE": ("light_slice", float, 1.0),
    "PAUSED": ("paused", int, 1),
    "WORKERS": ("workers", int, 1),
    "HOUSE_WORKERS": ("house_workers", int, 1),
    "REASONING_WORKERS": ("reasoning_workers", int, 1),
    "WORKER_MEMORY": ("worker_memory", int, MIB),
    "BODY_SIZE": ("body_size", int, 1),
    "STALL_TIMEOUT": ("stall_timeout", float, 1.0),
    "STOP_GRACE": ("stop_grace", float, 1.0),
    "HISTORY": ("history", int, 1),
    "HISTORY_SIZE": ("history_size", int, MIB),
    "CACHE_SIZE": ("cache_size", int, MIB),
    "URL_SIZE": ("url_size", int, 1),
    "HEADER_SIZE": ("header_size", int, 1),
    "HEADER_FIELDS": ("header_fields", int, 1),
    "PARAMETERS": ("parameters", int, 1),
    "FORM_SIZE": ("form_size", int, 1),
    "JSON_SIZE": ("json_size", int, 1),
    "JSON_DEPTH": ("json_depth", int, 1),
    "HEADER_TIMEOUT": ("header_timeout", float, 1.0),
    "BODY_TIMEOUT": ("body_timeout", float, 1.0),
    "CONNECTIONS": ("connections", int, 1),
    "SERVICE_TIMEOUT": ("service_timeout", float, 1.0),
    "SERVICE_SIZE": ("service_size", int, 1),
    "SERVICE_ROWS": ("service_rows", int, 1),
    "SERVICE_CALLS": ("service_calls", int, 1),
    "SERVICE_QUERIES": ("service_queries", int, 1),
}


# A host in ASCII, and its port if it has one (RFC 3986, 3.2.2 and 3.2.3).
HOST = r"(?:[A-Za-z0-9][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\])(?::[1-9][0-9]{0,4})?"
# What links and relative IRIs can be made of.
ADDRESS = re.compile(rf"https?://{HOST}(?:/[A-Za-z0-9._~%-]+)*/*")
HOSTS = re.compile(rf"\s*(?:{HOST}\s*(?:,\s*|$))*")


def from_environment(environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from `HELIOTROPE_…` variables, in which memory and cache are in MiB.

    Raises HeliotropeError for a value that does not fit, naming the variable.
    """
    variables = os.environ if environment is None else environment
    chosen: dict[str, object] = {}
    for name, (attribute, kind, unit) in NUMBERS.items():
        text = variables.get(f"HELIOTROPE_{name}", "")
        if not text:
            continue
        try:
            number = kind(text)
        except ValueError:
            number = kind(0)
        if not 0 < number < math.inf:
            raise HeliotropeError(
                f"HELIOTROPE_{name} is {text!r}, not a positive number.", "Set it, or unset it."
            )
        chosen[attribute] = kind(number * unit)
    for name in ("SOURCES", "EXTERNAL"):
        if folder := variables.get(f"HELIOTROPE_{name}", ""):
            chosen[name.lower()] = Path(folder)
    if base_url := variables.get("HELIOTROPE_BASE_URL", ""):
        if not ADDRESS.fullmatch(base_url):
            raise HeliotropeError(
                f"HELIOTROPE_BASE_URL is {base_url!r}, not the address of a service.",
                "Give https://host/path, in ASCII, without a query.",
            )
        chosen["base_url"] = base_url.rstrip("/")
    allowed = variables.get("HELIOTROPE_SERVICE_ALLOW", "")
    if not HOSTS.fullmatch(allowed):
        raise HeliotropeError(
            f"HELIOTROPE_SERVICE_ALLOW is {allowed!r}, not a list of hosts.",
            "Give host or host:port, in ASCII, with commas between them.",
        )
    chosen["service_allow"] = allowed
    return Settings(**chosen)  # type: ignore[arg-type]
