import { PosternError } from '../core/errors.ts';
import type { HttpRequest } from '../http/exchange.ts';

/**
 * Takes JSON as it is: a compressed body could grow beyond every limit (RFC 9110 §15.5.16 has 415 for both).
 * @throws PosternError `unsupported_media_type`.
 */
export function requireJson(request: HttpRequest): void {
  const encoding = request.header('content-encoding');
  const plain = encoding === undefined || encoding.toLowerCase() === 'identity';
  if (!plain || !isJson(request.header('content-type'))) throw new PosternError('unsupported_media_type');
}

function isJson(type = ''): boolean {
  if (type === 'application/json') return true;
  const [essence = ''] = type.split(';');
  return essence.trim().toLowerCase() === 'application/json';
}
