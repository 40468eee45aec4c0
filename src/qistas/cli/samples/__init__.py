"""Texts and ontologies of the sample projects; the texts were written for Qistas."""
