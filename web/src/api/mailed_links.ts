import { sendRequest } from './transport';

// What works without being signed in: a link is asked for, or its token stands for its owner.

/** Mails a link to choose a new password, if somebody has that address; it is never said whether. */
export function forgotPassword(email: string): Promise<void> {
  return sendRequest('POST', '/auth/password/forgot', { body: { email } });
}

export function resetPassword(token: string, next: string): Promise<void> {
  return sendRequest('POST', '/auth/password/reset', { body: { token, new_password: next } });
}

export function verifyEmail(token: string): Promise<void> {
  return sendRequest('POST', '/auth/email/verify', { body: { token } });
}
