import { App, Stage } from 'aws-cdk-lib';
import { OrdersStack } from '../lib/orders-stack';

const app = new App();

// On a developer's own account and region.
new OrdersStack(app, 'Orders');

// What a pipeline deploys.
const production = new Stage(app, 'Production', { env: { account: '111122223333', region: 'eu-central-1' } });
new OrdersStack(production, 'Orders');
