#!/usr/bin/env node
// An app that somebody lets into a shop by OAuth 2.0, with openid-client as it comes from npm.
//
//     node client.mjs SHOP [SCOPE…]        such as: node client.mjs http://127.0.0.1:8080 read:products
//
// prints the address to open in a browser, waits until somebody says yes there, and prints what the API then shows. With
// KEYWRIGHT_CLIENT_SECRET it is a confidential app, without one a public app; both use PKCE.

import http from 'node:http';
import * as client from 'openid-client';

const [, , shop, ...words] = process.argv;
const scope = words.join(' ') || 'read:products';
const { KEYWRIGHT_CLIENT_ID: id, KEYWRIGHT_CLIENT_SECRET: secret } = process.env;

// Where everything is (RFC 8414); the library refuses metadata of another issuer than was asked for.
const url = new URL(shop);
const config = await client.discovery(url, id, secret, secret ? client.ClientSecretBasic(secret) : client.None(), {
  algorithm: 'oauth2',
  // For a shop on this machine only: a real one has HTTPS.
  execute: url.protocol === 'http:' ? [client.allowInsecureRequests] : [],
});

// Any free port: for a registered loopback address the port does not count.
const listener = http.createServer();
await new Promise((done) => listener.listen(0, '127.0.0.1', done));
const redirect_uri = `http://127.0.0.1:${listener.address().port}/callback`;

const pkceCodeVerifier = client.randomPKCECodeVerifier();
const expectedState = client.randomState();
const address = client.buildAuthorizationUrl(config, {
  redirect_uri,
  scope,
  state: expectedState,
  code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
  code_challenge_method: 'S256',
});
console.log(address.href);

const cameBackTo = await new Promise((done) => {
  listener.once('request', (request, answer) => {
    answer.setHeader('Content-Type', 'text/html; charset=utf-8');
    answer.setHeader('Connection', 'close');
    answer.end('<!doctype html><title>Done</title><p>Done: close this page.');
    done(new URL(request.url, redirect_uri));
  });
});
listener.close();

// The library looks at `state` and, since the metadata promise it, at `iss` (RFC 9207).
let tokens;
try {
  tokens = await client.authorizationCodeGrant(config, cameBackTo, { pkceCodeVerifier, expectedState });
} catch (e) {
  console.error(`not let in: ${e.error ?? e.message}`);
  process.exit(1);
}

const products = async (token) =>
  client.fetchProtectedResource(config, token, new URL('/v1/products', shop), 'GET').then(
    async (answer) => ({ status: answer.status, data: (await answer.json()).data }),
    (e) => ({ status: e.status ?? e.message }),
  );
await products(tokens.access_token);
tokens = await client.refreshTokenGrant(config, tokens.refresh_token);
const again = await products(tokens.access_token);
await client.tokenRevocation(config, tokens.refresh_token);
const after = await products(tokens.access_token);
console.log(JSON.stringify({ scope: tokens.scope, products: again.data, after_the_end: after.status }));
