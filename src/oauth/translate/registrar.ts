import type { RedirectUri } from '../clients/redirect-uri.ts';

/** A client that is to be created at an identity provider. */
export interface NewNativeClient {
  /** For people: cleaned, and marked as one that Postern made. */
  readonly name: string;
  /** Those that {@link Registrar.refuses} says nothing about. At least one. */
  readonly redirectUris: readonly RedirectUri[];
  /** Whether it can keep a secret, which is then given out once. */
  readonly confidential: boolean;
  /** What it may ask for: scopes of the provider, by the provider's names. */
  readonly scopes: readonly string[];
  /** Whether the provider is to name itself in its answers (RFC 9207): for clients that read another metadata. */
  readonly iss: boolean;
}

export interface NativeClient {
  readonly clientId: string;
  readonly secret?: string;
  /** What it is deleted by. */
  readonly ref: string;
}

/** Something that the provider must be set up for, and is not. */
export interface Shortcoming {
  /** What it is like now. */
  readonly found: string;
  /** What it must be like, and where that is set. */
  readonly wanted: string;
}

/** What the management API tells of how the provider is set up. */
export interface Standing {
  readonly shortcomings: readonly Shortcoming[];
  /**
   * What its access tokens have in `aud`; `client`: nothing, and the client they are given to stands for it. Default: the
   * endpoint.
   */
  readonly audience?: string | 'client';
}

/** What somebody who registers becomes at an identity provider: its native client, made through its management API. */
export interface Registrar {
  /** Whether it asks its users about each client that is made here. Else only well-known clients may register. */
  readonly asksConsent: boolean;
  /** Whether it can leave `iss` out of its answers, client by client. */
  readonly issPerClient: boolean;
  /** Why the provider would not take a redirect URI, in a public word; nothing where it does. */
  refuses(uri: RedirectUri): string | undefined;
  /** @throws RegistrarError where it cannot be told. */
  check(): Promise<Standing>;
  /** @throws RegistrarError */
  create(client: NewNativeClient): Promise<NativeClient>;
  /** @throws RegistrarError where it cannot be told. */
  exists(ref: string): Promise<boolean>;
  /** Deletes it; one that is gone is deleted. @throws RegistrarError */
  remove(ref: string): Promise<void>;
}

/** What a registrar is made of. */
export interface RegistrarParts {
  /** The issuer of the provider. */
  readonly issuer: string;
  /** The URL of the endpoint that tokens are for. */
  readonly endpoint: string;
  /** Scopes that tools require, by the provider's names. */
  readonly scopes: readonly string[];
  readonly admin: AdminAccess;
  readonly http: AdminHttp;
  /** The token endpoint of the provider. */
  readonly tokenEndpoint: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** What the config says of the management API. */
export interface AdminAccess {
  /** Its base URL, where it is not the usual one. */
  readonly url?: string;
  readonly id?: string;
  readonly secret: string;
  readonly session?: string;
  readonly group?: string;
}

/** Asks a management API. */
export interface AdminHttp {
  /**
   * @param body JSON, or a form.
   * @throws RegistrarError when there is no answer.
   */
  ask(request: {
    readonly method: string;
    readonly url: string;
    readonly headers?: { readonly [name: string]: string };
    readonly body?: string;
  }): Promise<AdminAnswer>;
}

export interface AdminAnswer {
  readonly status: number;
  /** Seconds, where the answer has `Retry-After`. */
  readonly retryAfterSeconds: number | undefined;
  /** The header of that name. */
  readonly location: string | undefined;
  /** Nothing where the body is no JSON. */
  readonly value: unknown;
}

/**
 * Why a registrar could not do what it was asked. `full`: the provider takes no more clients; `busy`: later; `refused`:
 * our credentials; `failed`: anything else. The message is for the operator and holds no secret.
 */
export class RegistrarError extends Error {
  readonly kind: 'full' | 'busy' | 'refused' | 'failed';
  readonly retryAfterSeconds: number | undefined;

  constructor(
    kind: RegistrarError['kind'],
    message: string,
    options: { cause?: unknown; retryAfterSeconds?: number } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'RegistrarError';
    this.kind = kind;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}
