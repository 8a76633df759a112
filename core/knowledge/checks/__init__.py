"""What can be said of an article's text before anybody releases it."""
