"""The player's pages: what they say, how they look, and the routes that answer a browser."""
