"""The grammar of TikSQL, beside the page that explains it."""
