"""A statement becomes a query, and a query becomes a plan of requests."""
