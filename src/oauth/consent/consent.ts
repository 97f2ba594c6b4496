import type { HttpReply, HttpRequest } from '../../http/exchange.ts';
import type { Brand } from '../browser/brand.ts';
import type { FormTokens } from '../browser/form-token.ts';
import { refusedForm } from '../browser/shell.ts';
import type { InteractionDetails } from '../contracts.ts';
import { consentDigest } from './approvals.ts';
import { consentPage } from './consent-page.ts';

export interface ConsentOptions {
  readonly forms: FormTokens;
  /** What the server is called. */
  readonly serverName: string;
  /** Where users log in: a name or a host. */
  readonly loginAt: string;
  readonly brand?: Brand | undefined;
  /** Hears of every user who agrees. */
  readonly agreed?: (details: InteractionDetails, requestId: string) => void;
}

/** The question, at one path. */
export interface Question {
  readonly details: InteractionDetails;
  /** The path that the answer goes to. */
  readonly action: string;
  /** Who is logged in, where it is asked after the login: shown, and what the answer is bound to. */
  readonly user?: { readonly shown: string; readonly key: string };
}

export interface Consent {
  ask(question: Question, request: HttpRequest, requestId: string): HttpReply;
  /** @returns what the user decided, or a page for who did not get to decide. */
  decide(question: Question, request: HttpRequest, requestId: string): Promise<'approve' | 'deny' | HttpReply>;
}

/** Asks the user, before anything goes to the identity provider. */
export function createConsent({ forms, serverName, loginAt, brand, agreed }: ConsentOptions): Consent {
  // Bound to all that was shown: an answer to yesterday's question is none to today's (security case 31).
  const about = ({ details, user }: Question): string =>
    JSON.stringify(['consent', details.uid, consentDigest(details), user?.key ?? '']);

  return {
    ask: (question, request, requestId) => {
      const { details, action, user } = question;
      const { token, cookies } = forms.issue(request, about(question));
      return consentPage({ details, serverName, loginAt, user: user?.shown, brand, action, token, requestId, cookies });
    },
    decide: async (question, request, requestId) => {
      const form = await forms.accept(request, about(question));
      const decision = form?.get('decision');
      if (decision === 'approve') agreed?.(question.details, requestId);
      if (decision === 'approve' || decision === 'deny') return decision;
      return refusedForm(requestId, form === undefined ? 403 : 400);
    },
  };
}
