import type { Content } from '../core/content.ts';
import type { PromptResult } from './service.ts';

/** The revision each kind of content came with; the others have been there from the start. */
const SINCE: ReadonlyMap<Content['type'], string> = new Map([
  ['audio', '2025-03-26'],
  ['resource_link', '2025-06-18'],
]);

/**
 * Content as a revision knows it. A client checks results against the schema of its revision, and one kind it has
 * never heard of costs it the whole result.
 */
export function contentFor(version: string, content: readonly Content[]): readonly Content[] {
  return content.every((block) => knows(version, block))
    ? content
    : content.map((block, at) => older(version, block, at));
}

/** The same for the messages of a prompt. */
export function promptFor(version: string, prompt: PromptResult): PromptResult {
  const messages = prompt.messages.map((message, at) => {
    const { content } = message;
    return { ...message, content: isList(content) ? contentFor(version, content) : older(version, content, at) };
  });
  return { ...prompt, messages };
}

function knows(version: string, { type }: Content): boolean {
  return version >= (SINCE.get(type) ?? '');
}

/** @param at makes the URI of an embedded resource unlike any other of the message (RFC 2392). */
function older(version: string, block: Content, at: number): Content {
  if (knows(version, block)) return block;
  const { annotations, _meta } = block;
  switch (block.type) {
    case 'resource_link':
      return { type: 'text', text: `${block.title ?? block.name}: ${block.uri}`, annotations, _meta };
    case 'audio':
      return {
        type: 'resource',
        resource: { uri: `cid:${at}`, mimeType: block.mimeType, blob: block.data },
        annotations,
        _meta,
      };
    default:
      return block;
  }
}

function isList(content: Content | readonly Content[]): content is readonly Content[] {
  return Array.isArray(content);
}
