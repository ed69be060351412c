#!/usr/bin/env node
// Takes webhooks of keywright, whichever format they have, and prints the events that are genuine.
//
//     KEYWRIGHT_WEBHOOK_SECRET=whsec_... node receive.mjs PORT
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const TOLERANCE = 300; // seconds that a timestamp may be off

const same = (a, b) => a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

/** Whether these headers sign this body (a Buffer) under this secret. */
export function isGenuine(headers, body, secret) {
  const signatures = headers['webhook-signature'];
  if (signatures === undefined) {
    const expected = createHmac('sha256', secret).update(body).digest('hex');
    const names = ['x-webhook-signature', 'x-webhook-signature-previous'];
    return names.some((name) => same(expected, headers[name] ?? ''));
  }
  // Standard Webhooks
  const { 'webhook-id': event = '', 'webhook-timestamp': sentAt = '' } = headers;
  if (!(Math.abs(Date.now() / 1000 - Number(sentAt)) <= TOLERANCE)) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const mac = createHmac('sha256', key).update(`${event}.${sentAt}.`).update(body).digest('base64');
  return signatures.split(' ').some((given) => same(`v1,${mac}`, given));
}

const seen = new Set(); // a real one keeps this with what the event changed, in one transaction

createServer(async (request, response) => {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  const body = Buffer.concat(pieces);
  if (request.method !== 'POST' || !isGenuine(request.headers, body, process.env.KEYWRIGHT_WEBHOOK_SECRET)) {
    response.writeHead(401).end();
    return;
  }
  const event = JSON.parse(body);
  if (!seen.has(event.id)) { // the same event may come twice
    seen.add(event.id);
    console.log(event.event, JSON.stringify(event.data));
  }
  response.writeHead(204).end();
}).listen(Number(process.argv[2]), '127.0.0.1');
