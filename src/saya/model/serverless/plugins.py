"""Plugins of the Serverless Framework that change nothing of what is judged: functions, their layers, who invokes them.

Source: what each says of itself in its README. Of others nobody knows without packaging the service.
"""

from __future__ import annotations

from collections.abc import Iterator

from saya.model.serverless.nodes import below, items, scalar
from saya.text.node import Node

HARMLESS = frozenset(
    (
        # They run a service on a developer's machine.
        *("serverless-offline", "serverless-offline-sqs", "serverless-offline-sns", "serverless-offline-ssm"),
        *("serverless-dynamodb", "serverless-dynamodb-local", "serverless-s3-local", "serverless-localstack"),
        # They build code, and wrap handlers.
        *("serverless-esbuild", "serverless-webpack", "serverless-bundle", "serverless-plugin-typescript"),
        *("serverless-jetpack", "serverless-plugin-include-dependencies", "serverless-plugin-monorepo"),
        *("serverless-python-requirements", "serverless-package-python-functions", "serverless-go-plugin"),
        *("serverless-rust", "serverless-plugin-common-excludes", "serverless-plugin-optimize", "serverless-ignore"),
        *("serverless-babel-plugin", "serverless-wsgi", "serverless-rack", "serverless-plugin-chrome"),
        # They deploy, tidy up, name and protect.
        *("serverless-deployment-bucket", "serverless-prune-plugin", "serverless-s3-sync", "serverless-domain-manager"),
        *("serverless-certificate-creator", "serverless-stack-termination-protection", "serverless-dotenv-plugin"),
        *("serverless-better-credentials", "serverless-export-env", "serverless-plugin-resource-tagging"),
        *("serverless-plugin-git-variables", "serverless-plugin-log-retention", "serverless-associate-waf"),
        *("serverless-apigw-binary", "serverless-api-gateway-caching", "serverless-iam-roles-per-function"),
        *("serverless-vpc-discovery", "serverless-secrets-plugin", "serverless-alexa-skills", "serverless-finch"),
    )
)


def changing_plugins(section: Node | None) -> Iterator[tuple[str, Node]]:
    """The plugins of a service that may change what is judged, by name."""
    modules = below(section, "modules")
    for each in items(section if modules is None else modules):
        name = scalar(each)
        if name is not None and name not in HARMLESS:
            yield name, each
