"""The application: one stack for each place it is deployed to."""

from aws_cdk import App, Environment
from orders.stack import OrdersStack

app = App()
OrdersStack(app, "Orders", env=Environment(account="111122223333", region="eu-central-1"))
app.synth()
