"""The only GitHub network; `diff` is pure."""
