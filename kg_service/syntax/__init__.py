"""The text of queries: tokens, outline, limits, grammar, and what may have been meant."""
