import { ApiError } from '../api/problem';
import type { Dictionary } from './en';

const clientTimeout = 1;
const clientDisconnected = [2, 3, 4, 6, 7, 8];

function restText(error: ApiError, texts: Dictionary): string {
  if (error.status === 0) return texts.errorNetwork;
  if (error.code === 'invalid_credentials') return texts.errorCredentials;
  if (error.code === 'invalid_token') return texts.errorLink;
  if (error.code === 'last_admin') return texts.errorLastAdmin;
  if (error.status === 429) return texts.errorRate;
  if (error.status === 403) return texts.errorDenied;
  if (error.status === 404) return texts.errorGone;
  if (error.status === 503) return texts.errorBusy;
  const fields = error.fields.map((field) => field.detail).filter((detail) => detail !== '');
  return fields.length > 0 && error.status === 422 ? fields.join(' ') : error.message;
}

/** Errors of the WebSocket client are plain objects `{code, message}`. */
function liveText(code: number, message: string, texts: Dictionary): string {
  if (code === clientTimeout) return texts.errorTimeout;
  if (clientDisconnected.includes(code)) return texts.errorDisconnected;
  if (code === 103) return texts.errorDenied;
  if (code === 111) return texts.errorRate;
  if (code === 100) return texts.errorBusy;
  return message.replace(/^[a-z_]+: /, '');
}

/** What to tell a person about a failure. */
export function errorText(error: unknown, texts: Dictionary): string {
  if (error instanceof ApiError) return restText(error, texts);
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'number') {
    return liveText(error.code, 'message' in error && typeof error.message === 'string' ? error.message : '', texts);
  }
  return error instanceof Error ? error.message : String(error);
}
