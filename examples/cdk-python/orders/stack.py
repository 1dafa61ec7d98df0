"""The stack of the order service."""

from aws_cdk import Duration, Environment, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from orders.audit import Audit


class OrdersStack(Stack):
    """A function behind an alias, a rule that uses it, and one that does not."""

    def __init__(self, scope: Construct, construct_id: str, *, env: Environment) -> None:
        super().__init__(scope, construct_id, env=env)

        handler = lambda_.Function(
            self,
            "Handler",
            runtime=lambda_.Runtime.PYTHON_3_13,
            handler="index.handler",
            code=lambda_.Code.from_inline("def handler(event, context):\n    return 'ok'\n"),
        )
        live = lambda_.Alias(self, "Live", alias_name="live", version=handler.current_version)

        hourly = events.Schedule.rate(Duration.hours(1))
        events.Rule(self, "Hourly", schedule=hourly, targets=[targets.LambdaFunction(live)])

        nightly = events.Schedule.rate(Duration.days(1))
        events.Rule(self, "Nightly", schedule=nightly, targets=[targets.LambdaFunction(handler)])

        Audit(self, "Audit", function=handler)
