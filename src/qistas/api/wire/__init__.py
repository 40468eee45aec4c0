"""The shapes that travel: one file a station."""
