"""Heliotrope: a knowledge graph of dermatomyositis behind SPARQL and REST."""

__version__ = "2026.11.20"
