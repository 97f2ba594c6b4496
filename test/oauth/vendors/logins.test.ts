import { afterEach, describe, expect, it } from 'vitest';
import { CALLBACK_PATH } from '../../../src/oauth/interactions.ts';
import { type Facade, startFacade } from '../login/harness.ts';
import { createJar } from '../login/jar.ts';
import { grantOf, providerOf } from './config.ts';
import { VENDORS, type VendorCase } from './setups.ts';
import { startVendor, type Vendor } from './vendor.ts';

const CLIENT = { id: 'postern-client_1', secret: 'a-secret_of~the.vendor' };
const APP = 'https://app.example/cb';

/*
 * Each vendor is played by oidc-provider, set up as the vendor's documentation has it, and publishes the metadata that
 * the documentation shows. No vendor was asked.
 */
describe.each(VENDORS)('$preset: $as', (one: VendorCase) => {
  let vendor: Vendor | undefined;
  let facade: Facade | undefined;
  afterEach(async () => {
    await facade?.close();
    await vendor?.close();
  });

  it('logs a user in by its preset, refreshes, and ends with the user', async () => {
    const played = await startVendor({ ...one.setup, client: CLIENT });
    vendor = played;
    const { grants, put, kept } = grantOf();
    const provider = await providerOf({ preset: one.preset, clientId: CLIENT.id, ...one.config }, CLIENT.secret);
    const started = await startFacade({ provider, grants, through: played.through, allow: [played.host] });
    facade = started;
    played.register(started.origin + CALLBACK_PATH);

    const jar = createJar();
    const question = await jar.open(started.begin({ prompt: new Set(one.preset === 'google' ? ['login'] : []) }));
    const away = (url: string) => !url.startsWith(started.origin);
    const { url } = await jar.submit(question, { decision: 'approve' }, away);
    expect(url.split('?')[0]).toBe(one.setup.metadata.authorization_endpoint);
    let end = await jar.open(await played.visit(url), (next) => next.startsWith(APP));
    for (const [name, value] of Object.entries(one.asks)) expect(played.asked.get(name) ?? undefined).toBe(value);

    const [tenant = ''] = one.user.tenants;
    if (one.user.tenants.length > 1) {
      for (const name of one.user.tenants) expect(end.text).toContain(name);
      end = await jar.submit(end, { tenant }, (next) => next.startsWith(APP));
    }
    expect(end.url).toBe(`${APP}?code=c`);
    const outcome = started.outcomes[0];
    if (outcome === undefined || 'error' in outcome) throw new Error(JSON.stringify(outcome));
    expect(outcome.login).toMatchObject({ accountId: one.user.subject, tenant });
    expect(outcome.login.claims.email).toBe(one.user.email);
    expect(played.proofs).toEqual([one.proof]);

    const { accessToken, refreshToken } = outcome.idpTokens ?? { accessToken: '' };
    expect(refreshToken).toBeDefined();
    put(tenant, { ...outcome.idpTokens, accessToken, expiresAt: 1 });
    expect(await started.interactions.accessTokenFor('g')).not.toBe(accessToken);
    const same = kept()?.refreshToken === refreshToken;
    expect(same).toBe(one.setup.refreshToken !== 'rotates');

    put(tenant, { ...kept(), accessToken, expiresAt: 1 });
    played.endUser();
    await expect(started.interactions.accessTokenFor('g')).rejects.toMatchObject({ code: 'needs_reauth' });
    expect(kept()).toBeUndefined();
  });
});
