"""Take the pictures in ``docs/``: ``make screenshots``. Starts its own server with the sample company."""
