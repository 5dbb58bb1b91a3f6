"""Serving a release, or other RDF files, over HTTP: the processes and how they start and stop.

main process    granian's server, the front, Flask, the pools
├── nursery     loads the data, forks
│   └── worker  one query at a time
└── forwarder   asks the services that are allowed, where any are

A release that takes the place of another is loaded beside it, in nurseries of its own; requests
under way end on the one they began with.
"""

from kg_service.serving.start import serve

__all__ = ["serve"]
