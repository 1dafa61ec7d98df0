"""What the Serverless Framework packages, as the fixtures have it: nothing in it tells when or where it was made."""

import json
import re
from pathlib import Path

TEMPLATE = ".serverless/cloudformation-template-update-stack.json"

# The time of a package, hashes of its content, and of the time.
_CHANGING = (
    (re.compile(r"\b\d{13}-\d{4}-\d\d-\d\dT[\d:.]+Z"), "TIME"),
    (re.compile(r"(LambdaVersion|WebsocketsDeployment(?=\w*\d))(?!Output)[A-Za-z0-9]{20,}"), r"\1HASH"),
    (re.compile(r"(ApiGatewayDeployment)\d{13}"), r"\1TIME"),
    (re.compile(r"(LambdaLayer)[0-9a-f]{40}"), r"\1HASH"),
    (re.compile(r'("CodeSha256": )"[^"]*"'), r'\1"HASH"'),
    (re.compile(r'("[A-Za-z]*LambdaLayerHash": \{[^}]*"Value": )"[0-9a-f]{40}"'), r'\1"HASH"'),
)


def portable(service: Path) -> str:
    """The template of a packaged service."""
    made = json.dumps(json.loads((service / TEMPLATE).read_text()), indent=1) + "\n"
    for expression, fixed in _CHANGING:
        made = expression.sub(fixed, made)
    return made
