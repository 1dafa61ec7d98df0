"""The handlers of the shop."""


def order(event, _context):
    """Take orders."""
    return {"taken": len(event.get("Records", []))}


def mail(event, _context):
    """Write to a customer."""
    return {"written": bool(event)}
