import type { AdminDoor, AdminDoorParts } from './admin/door.ts';
import type { Config } from './config/config.ts';

/** The admin API, where it is switched on: nobody else loads what it takes. */
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
