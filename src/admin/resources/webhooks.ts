import { z } from 'zod';
import { PosternError } from '../../core/errors.ts';
import { type DeliveryState, WEBHOOK_TYPES } from '../../core/webhooks.ts';
import type { DeliveryFacts, WebhookFacts, Webhooks } from '../../webhooks/webhooks.ts';
import { iso, isoOrNull, tenantId, text, time } from '../fields.ts';
import type { Operation } from '../operation.ts';
import { type Resource, rowOf, shownOf, shownSchema } from '../resource.ts';

const types = z.array(z.enum(WEBHOOK_TYPES)).max(WEBHOOK_TYPES.length);
const url = text(2_000).meta({ description: 'Where it is told: an https URL at a public address.' });

const newWebhook = z.strictObject({
  tenant: tenantId().optional().meta({
    description: 'The tenant whose events it is told of. Default: yours; everybody’s, where you see all of them.',
  }),
  url,
  types: types.default([]).meta({ description: 'Of what it is told. Default: of everything.' }),
});

const webhookChanges = z.strictObject({
  url: url.optional(),
  types: types.optional().meta({ description: 'Of what it is told; none: of everything.' }),
  enabled: z.boolean().optional().meta({ description: 'Whether it is told at all.' }),
});

const shownWebhook = z.object({
  id: z.string(),
  tenant: z.string().nullable(),
  url: z.string(),
  types: z.array(z.enum(WEBHOOK_TYPES)),
  enabled: z.boolean(),
  reason: z.string().nullable().meta({ description: 'Why it was switched off, where the server did that.' }),
  createdAt: time(),
  updatedAt: time(),
});
const secret = z.string().meta({ description: 'What verifies its signatures (Standard Webhooks), this once.' });

type New = z.output<typeof newWebhook>;
type Patch = z.output<typeof webhookChanges>;

/** Webhooks: who is told of what happens. */
export function webhooksResource(webhooks: Webhooks): Resource<WebhookFacts, object, New, Patch> {
  return {
    ...{ path: 'webhooks', type: 'Webhook', one: 'a webhook', many: 'webhooks', shown: shownWebhook },
    show: ({ createdAt, updatedAt, ...row }) => ({ ...row, createdAt: iso(createdAt), updatedAt: iso(updatedAt) }),
    tenantOf: ({ tenant }) => tenant,
    find: (id) => webhooks.get(id),
    list: {
      page: async (query) => (await webhooks.list(query)).rows,
      placeOf: ({ createdAt: at, id }) => ({ at, id }),
    },
    create: {
      event: 'webhook_created',
      body: newWebhook,
      once: z.object({ secret }),
      tenantless: true,
      run: async ({ url, types }, tenant) => {
        const { secret, ...row } = await webhooks.create({ tenant: tenant ?? null, url, types });
        return { row, once: { secret } };
      },
    },
    change: {
      event: 'webhook_changed',
      body: webhookChanges,
      run: (row, { url, types, enabled }) =>
        webhooks.update(
          row.id,
          {
            ...(url === undefined ? {} : { url }),
            ...(types === undefined ? {} : { types }),
            ...(enabled === undefined ? {} : { enabled }),
          },
          { version: row.version },
        ),
    },
    remove: {
      event: 'webhook_deleted',
      summary: 'Delete a webhook, and what it was to be told',
      run: async ({ id, version }, exact) => (await webhooks.delete(id, exact ? { version } : {})) !== undefined,
    },
    detail: ({ id, types }) => ({ webhookId: id, types }),
  };
}

/** Gives a webhook another secret. */
export function rotateSecretOperation(webhooks: Webhooks): Operation {
  const resource = webhooksResource(webhooks);
  const made = z.object({ id: z.string(), secret, previousUntil: time() });
  return {
    ...{ id: 'rotate_webhook_secret', method: 'POST', path: '/webhooks/{id}/secret', tag: 'webhooks', right: 'write' },
    summary: 'Give a webhook another secret',
    description: 'Signatures of the one before are sent too, until `previousUntil`.',
    answer: { status: 201, body: { name: 'WebhookSecret', schema: made } },
    idempotent: true,
    run: async (asked) => {
      const row = await rowOf(resource, asked);
      const rotated = await webhooks.rotateSecret(row.id);
      if (rotated === undefined) throw new PosternError('not_found');
      await asked.note({ event: 'webhook_changed', tenant: row.tenant, detail: resource.detail(row) });
      const { id, secret, previousUntil } = rotated;
      return { body: { id, secret, previousUntil: iso(previousUntil) } };
    },
  };
}

const filter = z.object({
  webhook: text(100).optional().meta({ description: 'Those to one webhook.' }),
  state: z.enum(['due', 'done', 'dead']).optional().meta({ description: '`dead` are the dead letters.' }),
});

const shownDelivery = z.object({
  id: z.string(),
  webhook: z.string(),
  event: z.string().meta({ description: 'The id that it is sent under, each time.' }),
  type: z.enum(WEBHOOK_TYPES),
  state: z.enum(['due', 'done', 'dead']),
  attempts: z.number(),
  status: z.number().nullable().meta({ description: 'What the last attempt was answered with.' }),
  problem: z.string().nullable().meta({ description: 'Why the last attempt had no answer.' }),
  payload: z.record(z.string(), z.unknown()),
  createdAt: time(),
  dueAt: time().nullable(),
  settledAt: time().nullable(),
});

/** A delivery, and whose webhook it is for. */
type Delivery = DeliveryFacts & { readonly owner: string | null };
type Filter = z.output<typeof filter>;

/** What webhooks were told, and what they are to be told. */
export function deliveriesResource(webhooks: Webhooks): Resource<Delivery, Filter> {
  const owned = async (row: DeliveryFacts): Promise<Delivery[]> => {
    const webhook = await webhooks.get(row.webhookId);
    return webhook === undefined ? [] : [{ ...row, owner: webhook.tenant }];
  };
  return {
    ...{ path: 'webhook-deliveries', type: 'WebhookDelivery', shown: shownDelivery },
    ...{ one: 'a delivery to a webhook', many: 'deliveries to webhooks, those that were given up among them' },
    show: ({ webhookId: webhook, eventId: event, body, createdAt, dueAt, settledAt, ...row }) => ({
      ...{ ...row, webhook, event, payload: JSON.parse(body) as unknown },
      createdAt: iso(createdAt),
      dueAt: row.state === 'due' ? iso(dueAt) : null,
      settledAt: isoOrNull(settledAt),
    }),
    volatile: ['state', 'attempts', 'status', 'problem', 'dueAt', 'settledAt'],
    tenantOf: ({ owner }) => owner,
    find: async (id) => {
      const row = await webhooks.delivery(id);
      // Asked whatever was found: that takes the same time for a delivery that there is not.
      const webhook = await webhooks.get(row?.webhookId ?? id);
      return row && webhook && { ...row, owner: webhook.tenant };
    },
    list: {
      filter,
      cost: 5,
      page: async ({ filter: { webhook, state }, ...query }) => {
        const { rows } = await webhooks.deliveries({
          ...query,
          ...(webhook === undefined ? {} : { webhookId: webhook }),
          ...(state === undefined ? {} : { state: state satisfies DeliveryState }),
        });
        return (await Promise.all(rows.map(owned))).flat();
      },
      placeOf: ({ createdAt: at, id }) => ({ at, id }),
    },
    detail: ({ id, webhookId }) => ({ deliveryId: id, webhookId }),
  };
}

/** Sends again what was delivered or given up. */
export function replayOperation(webhooks: Webhooks): Operation {
  const resource = deliveriesResource(webhooks);
  return {
    ...{ id: 'replay_webhook_delivery', method: 'POST', path: '/webhook-deliveries/{id}/replay' },
    ...{ tag: 'webhook-deliveries', right: 'write' },
    summary: 'Send again what was delivered or given up',
    description: 'Under the id it had, with all its attempts. What is still due stays as it is.',
    answer: { status: 200, body: shownSchema(resource) },
    idempotent: true,
    run: async (asked) => {
      const row = await rowOf(resource, asked);
      const done = await webhooks.replay(row.id);
      if (done === true)
        await asked.note({ event: 'webhook_replayed', tenant: row.owner, detail: resource.detail(row) });
      return { body: shownOf(resource, await rowOf(resource, asked)) };
    },
  };
}
