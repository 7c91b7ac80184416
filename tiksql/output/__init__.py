"""How results, progress and errors look, on a terminal and in a file.

``formats`` opens a writer for rows, ``progress`` draws the one line of a running statement,
``problems`` shows an error. Everything that may reach a terminal goes through ``sanitize``.
"""
