"""What runs inside a GitHub workflow: judge what an event brings, tell it, and never let it out unjudged."""
