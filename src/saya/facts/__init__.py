"""What can be said of a template: the typed vocabulary of the policies."""
