"""The build half: tables to axioms to closure to release. It knows nothing of HTTP."""
