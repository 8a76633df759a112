"""What a replay needs of a conversation, kept as it was: frozen, and read again."""
