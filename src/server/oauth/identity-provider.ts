import { claimPath } from '../../auth/claims.ts';
import type { IdentityProvider } from '../../oauth/login/identity-provider.ts';
import { type Preset, withPreset } from '../../oauth/vendors/preset.ts';
import { loadPreset } from '../../oauth/vendors/presets.ts';
import type { IdentityProviderConfig } from '../config/facade.ts';
import { type Problem, StartError } from '../config/problem.ts';

/**
 * What the config says, with what is known of the preset where it says nothing.
 * @throws StartError where it does not say what the preset needs, or says it in another form.
 */
export async function identityProviderOf(config: IdentityProviderConfig): Promise<IdentityProvider> {
  const preset = await loadPreset(config.preset);
  const problems = problemsOf(config, preset);
  if (problems.length > 0) throw new StartError(problems);
  const { preset: _, clientSecret, claims, ...given } = config;
  const { tenantKeys, ...named } = claims;
  const paths = Object.entries(named).flatMap(([name, claim]) =>
    claim === undefined ? [] : [[name, claimPath(claim)]],
  );
  return withPreset(preset, {
    ...given,
    ...(clientSecret === undefined ? {} : { clientSecret: clientSecret.reveal() }),
    claims: { ...Object.fromEntries(paths), ...(tenantKeys === undefined ? {} : { tenantKeys }) },
  });
}

const WHERE = 'auth.facade.identityProvider';

function problemsOf({ preset: name, issuer, tenant, claims }: IdentityProviderConfig, preset: Preset): Problem[] {
  const { default: usual, path, example } = preset.issuer;
  const problems: Problem[] = [];
  const wanted = `an issuer of the preset ${name}, such as ${example}`;
  if (issuer === undefined && usual === undefined) {
    problems.push({ where: `${WHERE}.issuer`, found: 'nothing', wanted });
  }
  // What is behind the host, as it is written: a slash more or less makes another issuer.
  if (issuer !== undefined && path?.test(issuer.replace(/^https?:\/\/[^/?#]*/i, '')) === false) {
    problems.push({ where: `${WHERE}.issuer`, found: issuer, wanted });
  }
  if (tenant === undefined && claims.tenant === undefined && preset.tenant === undefined) {
    const where = `${WHERE}.claims.tenant`;
    const usualClaim = `the claim that names the tenant (${preset.tenantHint}), or tenant, where there is only one`;
    problems.push({ where, found: `nothing, and the preset ${name} knows none`, wanted: usualClaim });
  }
  return problems;
}
