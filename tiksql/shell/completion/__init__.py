"""What may stand at the cursor: ``complete(text, cursor, world)`` lists it, the likeliest first.

The parser says what can come next and what a word at the cursor would be; the catalog and the
``World`` of the prompt say which words there are. Nothing here knows prompt_toolkit, the network
or the disk: ``tiksql.shell.completer.TikSQLCompleter`` is the way into a prompt.
"""

from tiksql.shell.completion.complete import complete
from tiksql.shell.completion.world import Candidate, Command, World

__all__ = ["Candidate", "Command", "World", "complete"]
