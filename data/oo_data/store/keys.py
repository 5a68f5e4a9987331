"""The keys that seal texts, one for each source and month, so that either can be shredded alone."""

from __future__ import annotations

# What a text is sealed under where it comes from no one source: the installation's own, and what is worked out of every
# source together, as advice is.
HOUSE, MIXED = "house", "agent"
