"""Takes orders from the API and from the backlog."""

import json


def handler(event, _context):
    if "Records" in event:
        for record in event["Records"]:
            take(json.loads(record["body"]))
        return {}
    take(json.loads(event["body"]))
    return {"statusCode": 202}


def take(order):
    print(json.dumps({"taken": order["id"]}))
