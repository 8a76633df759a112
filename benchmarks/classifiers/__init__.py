"""The kind "examples" on public data: quality, unknown texts, speed."""
