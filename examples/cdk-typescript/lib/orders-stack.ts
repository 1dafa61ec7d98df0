import { Duration, NestedStack, Stack, StackProps } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { Accounting } from './accounting';

export class OrdersStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);

    const handler = new lambda.Function(this, 'Handler', {
      runtime: lambda.Runtime.NODEJS_22_X,
      architecture: lambda.Architecture.X86_64,
      handler: 'index.handler',
      code: lambda.Code.fromInline('exports.handler = async () => "ok";'),
    });
    const live = new lambda.Alias(this, 'Live', { aliasName: 'live', version: handler.currentVersion });

    // Through the alias, as it should be.
    new events.Rule(this, 'Hourly', {
      schedule: events.Schedule.rate(Duration.hours(1)),
      targets: [new targets.LambdaFunction(live)],
    });

    // Past the alias.
    new events.Rule(this, 'Nightly', {
      schedule: events.Schedule.rate(Duration.days(1)),
      targets: [new targets.LambdaFunction(handler)],
    });

    new AccountingStack(this, 'Accounting');
  }
}

class AccountingStack extends NestedStack {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new Accounting(this, 'Books', { queue: new sqs.Queue(this, 'Bookings') });
  }
}
