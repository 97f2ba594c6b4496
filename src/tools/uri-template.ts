/** Values of a template's variables, decoded. */
export type Variables = { readonly [name: string]: string };

export interface UriTemplate {
  readonly variables: readonly string[];
  /** @returns the variables, or nothing when the URI is not of this template. */
  match(uri: string): Variables | undefined;
}

/**
 * Matches URIs against an RFC 6570 level 1 template such as `acme://tickets/{id}`. A variable stands for one or more
 * characters other than `/`, `?` and `#`; what it decodes to is neither `.` nor `..`, and has no slash, backslash or
 * NUL in it.
 *
 * @throws Error for an operator or modifier of a higher level, an unclosed brace, or a name used twice.
 */
export function uriTemplate(template: string): UriTemplate {
  const variables: string[] = [];
  const pattern = template.replace(/\{([^}]*)\}|[^{]+|\{/g, (part, name?: string) => {
    if (name === undefined) return part === '{' ? fail(template) : literally(part);
    if (!/^\w+$/.test(name) || variables.includes(name)) fail(template);
    variables.push(name);
    return '([^/?#]+)';
  });
  const regex = new RegExp(`^${pattern}$`);
  return {
    variables,
    match(uri) {
      const found = regex.exec(uri);
      if (found === null) return undefined;
      try {
        const values = found.slice(1).map(decodeURIComponent);
        if (values.some(climbs)) return undefined;
        return Object.fromEntries(variables.map((name, index) => [name, values[index] ?? '']));
      } catch {
        return undefined;
      }
    },
  };
}

/** Whether a value would be more than a name where a handler makes a path of it (CWE-22). */
function climbs(value: string): boolean {
  return value === '.' || value === '..' || /[/\\\0]/.test(value);
}

function literally(literal: string): string {
  return literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function fail(template: string): never {
  throw new Error(`${template}: a URI template here has variables like {name}, each once.`);
}
