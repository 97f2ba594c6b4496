import { createInterface } from 'node:readline';

/** Goes one round for every JSON-RPC request that comes in, and answers with what it showed. */
export async function answerRounds(round) {
  for await (const line of createInterface({ input: process.stdin })) {
    const { id } = JSON.parse(line);
    const answer = await round().then(
      (result) => ({ result }),
      (error) => ({ error: { message: String(error) } }),
    );
    console.log(JSON.stringify({ jsonrpc: '2.0', id, ...answer }));
  }
}
