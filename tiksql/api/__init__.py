"""Asking the API: token, requests, retries, pages, quota. The only package with asyncio in it."""
