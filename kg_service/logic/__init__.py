"""The logic half: axioms as facts, what follows from them, and why. It knows only the logic."""
