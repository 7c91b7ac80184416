"""Requests that people wrote in other forms, read back as SQL."""
