// What only some configs want. Nobody else loads what it takes: each is imported where it is asked for.
import type { AdminDoor, AdminDoorParts } from './admin/door.ts';
import type { Config } from './config/config.ts';
import { vaultOf } from './credentials/vault.ts';
import type { LinkDoor, LinkDoorParts } from './links.ts';
import type { Facade } from './oauth/facade.ts';
import type { FacadeParts } from './oauth/facade-parts.ts';
import { type LateFacade, lateFacade } from './oauth/late-facade.ts';
import type { Translated } from './oauth/translate.ts';
import type { Observers } from './observers.ts';
import type { Offer } from './offer/offer.ts';
import type { ComposeExtras } from './postern.ts';
import type { WebhookSender } from './webhooks/sender.ts';

/** The authorization server of a config that has one. */
export async function facadeOf(
  config: Config,
  extras: ComposeExtras & Pick<FacadeParts, 'ended' | 'onVisit' | 'suspensions'>,
  observers: Observers,
  offer: () => Offer,
): Promise<Facade | LateFacade | undefined> {
  const { facade: wanted } = config.auth;
  if (wanted === undefined) return undefined;
  const parts = { ...extras, offer, failed: observers.oauthFailed, happened: observers.oauth };
  const open = async () => (await import('./oauth/facade.ts')).openFacade(config, wanted, parts);
  const { devIdentityProvider: dev } = extras;
  if (dev === undefined) return open();
  const failed = (thrown: unknown) => observers.oauthFailed(thrown, undefined);
  return lateFacade(new URL(dev.issuer).origin, { prefixes: [dev.prefix], open, failed });
}

/** Who lets in those with links, where links are accepted. */
export async function linkDoorOf(
  config: Config,
  parts: Omit<LinkDoorParts, 'expired' | 'failed'>,
  { linkExpired: expired, linksUnheard: failed }: Observers,
): Promise<LinkDoor | undefined> {
  if (!config.auth.links.enabled) return undefined;
  return (await import('./links.ts')).openLinkDoor(config, { ...parts, expired, failed });
}

/** Who tells receivers of what happens, where there may be some. */
export async function webhookSenderOf(
  config: Config,
  { database, clock, master, version }: ComposeExtras,
  observers: Observers,
): Promise<WebhookSender | undefined> {
  if (!config.webhooks.enabled) return undefined;
  const { openWebhookSender } = await import('./webhooks/sender.ts');
  const vault = vaultOf(config, master);
  return openWebhookSender(config, { database, clock, vault, version, observers, random: Math.random });
}

/** What registers clients at the identity provider of a config that has one; and what is asked of one that does so itself. */
export async function translatedOf(
  config: Config,
  extras: ComposeExtras,
  { oauthFailed: failed, oauth: happened }: Observers,
  offer: () => Offer | undefined,
): Promise<Translated | undefined> {
  if (config.auth.mode === 'external') await (await import('./oauth/external.ts')).checkExternal(config, extras);
  const { translate: wanted } = config.auth;
  if (wanted === undefined) return undefined;
  const { openTranslate } = await import('./oauth/translate.ts');
  return openTranslate(config, wanted, { ...extras, offer, failed, happened });
}

/** The admin API, where it is switched on. */
export async function adminDoorOf(
  config: Config,
  parts: Omit<AdminDoorParts, 'links' | 'webhooks'>,
): Promise<AdminDoor | undefined> {
  if (!config.auth.admin.enabled) return undefined;
  const { openAdminDoor } = await import('./admin/door.ts');
  const { linksOf } = await import('./links.ts');
  const { webhooksOf } = await import('./webhooks/webhooks.ts');
  return openAdminDoor(config, {
    ...parts,
    links: (wanted) => linksOf(wanted, parts),
    webhooks: (wanted, vault) => webhooksOf(wanted, { ...parts, vault }),
  });
}
