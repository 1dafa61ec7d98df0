"""Who did what, written down by a function of its own."""

from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct


class Audit(Construct):
    """Tells a function of every message of a topic."""

    def __init__(self, scope: Construct, construct_id: str, *, function: lambda_.IFunction) -> None:
        super().__init__(scope, construct_id)
        topic = sns.Topic(self, "Events")
        topic.add_subscription(subscriptions.LambdaSubscription(function))
