"""Qistas: an open, neutral, self-hosted data engine for AI."""
