import { LayerVersion } from 'aws-cdk-lib/aws-lambda';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** Books what was ordered. */
export class Accounting extends Construct {
  constructor(scope: Construct, id: string, props: { queue: sqs.IQueue }) {
    super(scope, id);
    const extension = LayerVersion.fromLayerVersionArn(
      this,
      'Extension',
      'arn:aws:lambda:eu-central-1:464622532012:layer:Datadog-Extension:65',
    );
    const book = new lambda.Function(this, 'Book', {
      runtime: lambda.Runtime.PYTHON_3_13,
      architecture: lambda.Architecture.ARM_64,
      handler: 'index.handler',
      code: lambda.Code.fromInline('def handler(event, context):\n    return len(event["Records"])\n'),
      layers: [extension],
    });
    book.addEventSource(new SqsEventSource(props.queue));
  }
}
