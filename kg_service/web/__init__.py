"""The service half: HTTP over a release. It knows nothing of building."""
