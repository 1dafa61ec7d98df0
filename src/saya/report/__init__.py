"""How a report is told; pure functions of a Report."""
