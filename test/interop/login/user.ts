import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import { systemClock } from '../../../src/lib/clock.ts';
import { createJar, type Jar } from '../../oauth/login/jar.ts';
import type { Sandbox } from '../sandbox.ts';

/** Somebody at the browser of a sandbox: agrees to what is asked, logs in, and goes back to the program. */
export interface User {
  /** The sandbox, with a browser that is this user's. */
  readonly sandbox: Sandbox;
  /** How often they were sent to the browser, and how often they got back from it. */
  readonly opened: number;
  readonly back: number;
  /** What went wrong in the browser. */
  readonly failures: readonly string[];
  close(): void;
}

/** The names under which programs look for a browser when `BROWSER` does not say. */
const OPENERS = ['xdg-open', 'x-www-browser', 'sensible-browser', 'gio'];

/** How long a program may take until it listens for the answer, in milliseconds. */
const PATIENCE_MS = 5_000;
const LOOK_MS = 50;

/** @param server the origin that the user knows and trusts: nowhere else do they go, but back to a program. */
export async function seatUser(outer: Sandbox, server: string): Promise<User> {
  const seen = { opened: 0, back: 0, failures: [] as string[] };
  const jar = createJar();
  const visits = createServer((request, response) => {
    response.end();
    const url = new URL(request.url ?? '', 'http://browser').searchParams.get('url') ?? '';
    seen.opened += 1;
    void visit(jar, url, server).then(
      () => {
        seen.back += 1;
      },
      (error: unknown) => void seen.failures.push(String(error)),
    );
  });
  await new Promise<void>((resolve) => void visits.listen(0, '127.0.0.1', resolve));
  const { port } = visits.address() as AddressInfo;
  const browser = await installBrowser(outer.home, port);
  const sandbox = outer.with({
    BROWSER: join(browser, 'xdg-open'),
    PATH: [browser, outer.env['PATH'] ?? ''].join(delimiter),
  });
  return Object.defineProperties({ sandbox, close: () => void visits.close() } as User, {
    opened: { get: () => seen.opened },
    back: { get: () => seen.back },
    failures: { get: () => seen.failures },
  });
}

/** A program that is a browser as far as others can tell: it passes on the URL it is started with. */
async function installBrowser(home: string, port: number): Promise<string> {
  const folder = join(home, 'browser');
  await mkdir(folder);
  const pass = `fetch('http://127.0.0.1:${port}/?url='+encodeURIComponent(process.argv.at(-1)))`;
  for (const name of OPENERS) {
    const file = join(folder, name);
    await writeFile(file, `#!/bin/sh\nexec '${process.execPath}' -e "${pass}" x "$@"\n`);
    await chmod(file, 0o755);
  }
  return folder;
}

async function visit(jar: Jar, url: string, server: string): Promise<void> {
  if (!url.startsWith(`${server}/`)) throw new Error(`The program leads to ${url}.`);
  const away = (next: string) => !next.startsWith(`${server}/`);
  let page = await jar.open(url, away);
  // Consent, and then the login, unless the identity provider knows this browser.
  while (!away(page.url)) {
    if (!page.text.includes('<form ')) throw new Error(`The server says: ${titleOf(page.text)}`);
    page = await jar.submit(page, { decision: 'approve', user: 'user_ada' }, away);
  }
  const answer = await arrive(page.url);
  if (!answer.ok) throw new Error(`The program answers ${answer.status} ${await answer.text()}`);
}

function titleOf(page: string): string {
  return /<title>([^<]*)/.exec(page)?.[1] ?? page.slice(0, 200);
}

/** Loads the page of the program anew until it is there, as users do. */
async function arrive(url: string): Promise<Response> {
  const until = systemClock.monotonic() + PATIENCE_MS;
  for (;;) {
    try {
      return await fetch(url);
    } catch (error) {
      if (systemClock.monotonic() > until) throw error;
    }
    await new Promise<void>((resolve) => {
      setTimeout(resolve, LOOK_MS);
    });
  }
}
