"""The way in: the sign-in screen, and the routes that set and clear the session cookie."""
