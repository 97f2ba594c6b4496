/**
 * Lets the time of this process be moved on, for everybody in it: oidc-provider and jose read the machine's.
 * @returns what moves it, by milliseconds.
 */
export function movableTime(): (ms: number) => void {
  const Machine = Date;
  let ahead = 0;
  const now = () => Machine.now() + ahead;
  globalThis.Date = new Proxy(Machine, {
    construct: (target, args, as) => Reflect.construct(target, args.length === 0 ? [now()] : args, as),
    get: (target, member) => (member === 'now' ? now : Reflect.get(target, member)),
  });
  return (ms) => {
    ahead += ms;
  };
}
