/** There was no token to be had, for the reason that is its cause. It says nothing of the upstream. */
export class NoToken extends Error {
  constructor(cause: unknown) {
    super('There is no token.', { cause });
    this.name = 'NoToken';
  }
}

/** @throws NoToken for whatever `had` throws. */
export async function orNoToken<T>(had: () => T | Promise<T>): Promise<T> {
  try {
    return await had();
  } catch (cause) {
    throw new NoToken(cause);
  }
}
