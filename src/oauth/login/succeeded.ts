import type { InteractionFlow } from '../contracts.ts';
import type { OnLoginEvent } from './events.ts';

/** A flow that tells of every login that led to a grant. */
export function tellingOfLogins(flow: InteractionFlow, onEvent: OnLoginEvent): InteractionFlow {
  return {
    ...flow,
    finish: async (uid, outcome, requestId) => {
      const details = 'error' in outcome ? undefined : await flow.details(uid);
      const reply = await flow.finish(uid, outcome, requestId);
      // Anything else is a page: it was over, or answered before.
      if (details === undefined || 'error' in outcome || reply.status !== 303) return reply;
      const { accountId: subject, tenant } = outcome.login;
      const clientId = details.client.metadata.client_id;
      const { consentedScopes: scopes } = outcome;
      onEvent({
        kind: 'login_succeeded',
        clientId,
        tenant,
        subject,
        scopes,
        resource: details.resource.url,
        requestId,
      });
      return reply;
    },
  };
}
