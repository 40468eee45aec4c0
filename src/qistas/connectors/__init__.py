"""Code that speaks to outside services: file stores, and later models."""
