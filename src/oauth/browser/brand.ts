import { visibleText } from '../../lib/visible-text.ts';
import { foreign, type Html, html } from './html.ts';

/** How pages look on the host of one tenant. */
export interface Brand {
  /** What the tenant is called. */
  readonly name: string;
  /** A picture, as a `data:` URL: nothing is fetched, and what is in it does not run (SVG 2 §2.3, secure static mode). */
  readonly logo?: string;
  /** `#rgb` or `#rrggbb`. */
  readonly color?: string;
  /** Where users get help. */
  readonly supportUrl?: string;
}

/** What stands at the top of a page. */
export function brandHeader({ name, logo }: Brand): Html | undefined {
  return logo === undefined ? undefined : html`<p><img class="logo" src="${logo}" alt="${visibleText(name)}"></p>`;
}

/** What stands below it. */
export function brandFooter({ name, supportUrl }: Brand): Html | undefined {
  if (supportUrl === undefined) return undefined;
  return html`<p class="small"><a href="${supportUrl}" rel="noreferrer">Help from ${foreign(name)}</a></p>`;
}

/** Behind the other rules, for light and dark alike. */
export function brandStyle({ color }: Brand): Html | undefined {
  const [red, green, blue] = color === undefined ? [] : channelsOf(color);
  if (red === undefined || green === undefined || blue === undefined) return undefined;
  return {
    markup: `:root { --main: rgb(${red} ${green} ${blue}); --on-main: ${isLight(red, green, blue) ? '#000' : '#fff'}; }`,
  };
}

function channelsOf(color: string): number[] {
  const digits = /^#(?:([0-9a-f]{3})|([0-9a-f]{6}))$/i.exec(color);
  const long = digits?.[2] ?? digits?.[1]?.replace(/./g, '$&$&') ?? '';
  return (long.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16));
}

/** Whether black can be read on it better than white (WCAG 2.2, relative luminance). */
function isLight(...channels: readonly [number, number, number]): boolean {
  const [red, green, blue] = channels.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179;
}
