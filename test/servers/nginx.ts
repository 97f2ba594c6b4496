import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CERTIFICATE, PRIVATE_KEY } from './certificates.ts';
import { findNginx } from './find.ts';
import { freePort, startProgram, temporaryFolder } from './program.ts';

export const NGINX = findNginx();

export interface NginxServer {
  /** `https://127.0.0.1:PORT`; HTTP/1.1 and h2, with the certificate for localhost that signs itself. */
  readonly url: string;
  readonly port: number;
  /** What it has written into both of its logs, once it has stopped. */
  logs(): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts nginx with the part of a configuration that stands within `http`.
 * @param settings its port 443, the certificate, the logs and the address of what it stands before are replaced.
 * @param postern the port of what it stands before.
 */
export async function startNginx(settings: string, postern: number): Promise<NginxServer> {
  if (NGINX === undefined) throw new Error('no nginx was found');
  const folder = await temporaryFolder('nginx');
  const inside = (name: string) => join(folder.path, name);
  const port = await freePort();
  const replaced = replaceEach(settings, {
    'listen 443 ssl http2;': `listen 127.0.0.1:${port} ssl http2;`,
    'server 127.0.0.1:8080;': `server 127.0.0.1:${postern};`,
    '/etc/nginx/mcp.example.com.pem': CERTIFICATE,
    '/etc/nginx/mcp.example.com.key': PRIVATE_KEY,
    '/var/log/nginx/postern.access.log': inside('access.log'),
    '/var/log/nginx/postern.error.log': inside('error.log'),
  });
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${inside(name)};`,
  );
  const main = ['daemon off;', 'worker_processes 1;', 'error_log stderr notice;', `pid ${inside('nginx.pid')};`];
  // Otherwise its workers are somebody who may not write here.
  if (process.getuid?.() === 0) main.push('user root;');
  const file = inside('nginx.conf');
  await writeFile(file, [...main, 'events {}', 'http {', ...temporary, replaced, '}', ''].join('\n'));
  const program = await startProgram(join(NGINX, 'nginx'), ['-c', file, '-p', folder.path, '-e', 'stderr'], {
    ready: /start worker process/,
  });
  let stopped: string | undefined;
  const logs = async () => {
    if (stopped !== undefined) return stopped;
    const files = await Promise.all(['access.log', 'error.log'].map((name) => readFile(inside(name), 'utf8')));
    return files.join('');
  };
  return {
    ...{ url: `https://127.0.0.1:${port}`, port, logs },
    stop: async () => {
      // In order: it writes its logs to the end.
      await program.stop('SIGQUIT');
      stopped = await logs();
      await folder.remove();
    },
  };
}

/** @throws Error for what is not there once. */
function replaceEach(text: string, pairs: { readonly [found: string]: string }): string {
  return Object.entries(pairs).reduce((so, [found, instead]) => {
    if (so.split(found).length !== 2) throw new Error(`not there once: ${found}`);
    return so.replace(found, instead);
  }, text);
}
