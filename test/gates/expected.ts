import { gate } from './gate.ts';

/**
 * Says that this test file provokes answers of 500 and above, which fail it otherwise.
 * @param why what the file does that nothing less can be answered to.
 */
export function expectsStatus(statuses: number | readonly number[], why: string): void {
  if (why === '') throw new TypeError('Say why.');
  gate.expect(typeof statuses === 'number' ? [statuses] : statuses);
}

/** Says that a value is no secret, although this test file sends it where secrets stand: the id of a client, say. */
export function isPublic(value: string): void {
  gate.canaries.publish(value);
}
