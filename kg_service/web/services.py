"""What the parts of the web application are built from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg_service.config import MIB, Settings
from kg_service.web.life import Register
from kg_service.workers import Pool


@dataclass(frozen=True)
class Services:
    """Everything a blueprint may need.

    `strangers` are the workers for queries of clients, `house` those for our own query files, so
    that the second never wait behind the first, and `probe` asks whether queries are answered,
    behind nobody; `reasoners` reason over a release; `forwarder` is the socket of the forwarding
    process, if any service is allowed. `release` is the folder of the release served and
    `manifest` its manifest; with other data there is no release and the manifest says little.
    `register` has the queries by their ids.
    """

    settings: Settings
    strangers: Pool
    house: Pool
    probe: Pool
    prefixes: Mapping[str, str]
    manifest: Mapping[str, Any]
    release: Path | None
    reasoners: Pool | None = None
    forwarder: Path | None = None
    register: Register = field(default_factory=lambda: Register(1000, 4 * MIB))

    @property
    def pools(self) -> Mapping[str, Pool]:
        """The pools by their names."""
        named = {
            "strangers": self.strangers,
            "house": self.house,
            "probe": self.probe,
            "reasoners": self.reasoners,
        }
        return {name: pool for name, pool in named.items() if pool is not None}
