import { openWholeServer } from '../oauth/whole-server.ts';

/**
 * The authorization server that the suite's `authorization` command is run against: the facade, before the built-in
 * identity provider. It prints its issuer, its endpoint and the URL of a metadata document that it knows as one line of
 * JSON.
 */
const DOCUMENT = 'https://conformance.example/client.json';

const server = await openWholeServer();
await server.publish(DOCUMENT, {
  client_id: DOCUMENT,
  client_name: 'Conformance suite',
  redirect_uris: ['http://127.0.0.1/callback'],
});
console.log(JSON.stringify({ url: server.origin, mcp: server.mcp, document: DOCUMENT }));

process.once('SIGTERM', () => server.close());
