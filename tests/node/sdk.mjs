// Sends all six calls of the tracking API with an official SDK, unchanged:
//   node sdk.mjs segment|rudderstack URL WRITE_KEY
// Exits 0 when the SDK says that everything was delivered, 1 with the reason otherwise.

import { Analytics as Segment } from '@segment/analytics-node';
import Rudder from '@rudderstack/rudder-sdk-node';

const [name, url, writeKey] = process.argv.slice(2);
const at = new Date('2026-01-02T03:04:06.789Z');

const calls = (sdk) => [
  ['identify', { userId: `${sdk}-u`, traits: { email: 'zoe@example.com', name: 'Zoë' } }],
  ['track', { userId: `${sdk}-u`, event: 'Order Completed', messageId: `${sdk}-order-1`, timestamp: at,
    properties: { order_id: 'o-1', total: 12.5, products: [{ sku: 'A', quantity: 2 }] } }],
  ['track', { anonymousId: `${sdk}-anon`, event: 'Product Viewed', properties: { sku: 'A' } }],
  ['page', { userId: `${sdk}-u`, name: 'Home', category: 'Docs', properties: { url: 'https://x.example/' } }],
  ['screen', { userId: `${sdk}-u`, name: 'Main' }],
  ['group', { userId: `${sdk}-u`, groupId: 'g-1', traits: { name: 'Acme' } }],
  ['alias', { userId: `${sdk}-u`, previousId: `${sdk}-anon` }],
];

// Every call reports to a callback of its own: an error there is an event that was lost.
const send = (client, sdk) => calls(sdk).map(([method, message]) => new Promise((resolve, reject) => {
  client[method](message, (error) => (error ? reject(error) : resolve()));
}));

async function segment() {
  const client = new Segment({ writeKey, host: url, flushAt: 20, flushInterval: 100 });
  const failures = [];
  client.on('error', (error) => failures.push(error));
  const sent = send(client, 'segment');
  await client.closeAndFlush({ timeout: 15000 });
  await Promise.all(sent);
  if (failures.length > 0) {
    throw new Error(JSON.stringify(failures[0]));
  }
}

async function rudderstack() {
  const client = new Rudder(writeKey, { dataPlaneUrl: url, flushAt: 20, flushInterval: 100 });
  const sent = send(client, 'rudderstack');
  await client.flush();
  await Promise.all(sent);
}

const run = { segment, rudderstack }[name];
if (run === undefined || url === undefined || writeKey === undefined) {
  console.error('usage: node sdk.mjs segment|rudderstack URL WRITE_KEY');
  process.exit(2);
}
run().then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
