/** What differs from account to account in a URL, by name. */
export type Variables = { readonly [name: string]: string };

const VARIABLE = /\{([^{}]*)\}/g;
const NAME = /^[a-z][a-zA-Z0-9_]{0,31}$/;
/** One label of a host name (RFC 1123 §2.1): with a dot, a slash or an @ in it, it could lead to another host. */
const LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
/** One segment of a path, and not one that leads up. */
const SEGMENT = /^[A-Za-z0-9](?:[A-Za-z0-9._~-]{0,98}[A-Za-z0-9])?$/;
const PARTS = /^(https?:\/\/)([^/?#]*)(.*)$/is;

/** The names of the variables in URLs such as `https://{subdomain}.crm.com`. */
export function variablesOf(...templates: readonly (string | undefined)[]): readonly string[] {
  const found = templates.flatMap((template) => [...(template?.matchAll(VARIABLE) ?? [])].map(([, name = '']) => name));
  return [...new Set(found)];
}

/** @returns what is wrong with a URL with variables: whoever fills them in must not be able to choose where it leads. */
export function templateProblem(template: string): string | undefined {
  if (variablesOf(template).length === 0) return undefined;
  if (variablesOf(template).some((name) => !NAME.test(name)))
    return 'variables such as {subdomain}: letters, digits, _';
  const [, , host] = PARTS.exec(template) ?? [];
  if (host === undefined) return 'an http or https URL';
  const labels = host.replace(/:\d+$/, '').split('.');
  const own = labels.slice(-2).join('.');
  if (variablesOf(own).length > 0 || /[{}:]/.test(own)) return 'a host whose last two labels are not variable';
  return /[?#]/.test(template) ? 'no variables beside a query or fragment' : undefined;
}

/** Whether a value may stand where the variable of a name stands, in every one of the URLs. */
export function isFit(name: string, value: string, templates: readonly (string | undefined)[]): boolean {
  return templates.every((template) => {
    const [, , host = '', rest = ''] = PARTS.exec(template ?? '') ?? [];
    const inHost = variablesOf(host).includes(name);
    return (!inHost || LABEL.test(value)) && (!variablesOf(rest).includes(name) || SEGMENT.test(value));
  });
}

/** @returns what is wrong with values for the variables of some URLs; some may be left out. The values are not in it. */
export function unfitVariable(variables: Variables, templates: readonly (string | undefined)[]): string | undefined {
  const names = variablesOf(...templates);
  const stranger = Object.keys(variables).find((name) => !names.includes(name));
  if (stranger !== undefined) return `There is no such variable; there is ${names.join(', ') || 'none'}.`;
  const unfit = Object.entries(variables).find(([name, value]) => !isFit(name, value, templates));
  return unfit && `${unfit[0]} is one name without dots, slashes or other signs, as it stands in the URL.`;
}

/** @returns nothing where a variable has no value, or one that is not fit. */
export function filledIn(template: string, variables: Variables): string | undefined {
  if (!PARTS.test(template)) return undefined;
  const names = variablesOf(template);
  const given = (name: string) => (Object.hasOwn(variables, name) ? (variables[name] ?? '') : '');
  if (names.some((name) => !isFit(name, given(name), [template]))) return undefined;
  return template.replace(VARIABLE, (_, name: string) => given(name));
}
