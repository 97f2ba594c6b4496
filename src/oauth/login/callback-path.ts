/** The redirect URI of ours at the identity provider, below the origin. */
export const CALLBACK_PATH = '/oauth/login/callback';
