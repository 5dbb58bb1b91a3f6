"""Reasoners on the same axioms: ours and its peers, each in a process of its own.

`python -m bench.reasoning` prints the tables of bench/README.md.
"""
