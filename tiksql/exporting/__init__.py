"""``COPY … TO``: the rows of one result as a file, with what a stranger has to know beside it.

``order`` reads and checks what was asked for, ``paths`` says where it may lie, ``export`` writes it
aside and moves it into place, ``manifest`` and ``codebook`` are the files beside it. All of it
needs a stream of rows and nothing else of the program that made it.
"""
