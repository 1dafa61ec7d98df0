"""Fixes: proposed, applied to a copy, and offered only where they are proved."""
