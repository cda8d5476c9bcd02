import { ApiError, parseProblem } from './problem';

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

export interface RequestOptions {
  body?: unknown;
  /** Access token for the Authorization header. */
  token?: string;
  /** Makes a repeated POST safe: the same key gives the first answer again. */
  idempotencyKey?: string;
  /** Gives the request up. */
  signal?: AbortSignal;
  /** Goes on when the page is left meanwhile; for small bodies. */
  keepalive?: boolean;
}

const deadlineMs = 15_000;

async function readBody(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Aborts after the deadline or with `signal`; `release` ends the waiting for either. */
function limit(signal: AbortSignal | undefined): { signal: AbortSignal; release: () => void } {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const timer = setTimeout(abort, deadlineMs);
  if (signal?.aborted === true) abort();
  signal?.addEventListener('abort', abort);
  const release = (): void => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  };
  return { signal: controller.signal, release };
}

/**
 * Sends one request to the server that served the page.
 * Throws ApiError for a refusal, and one with status 0 when no answer came within 15 s or it was given up.
 */
export async function sendRequest<Answer>(method: Method, path: string, options: RequestOptions = {}): Promise<Answer> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  if (options.token !== undefined) headers['Authorization'] = `Bearer ${options.token}`;
  if (options.idempotencyKey !== undefined) headers['Idempotency-Key'] = options.idempotencyKey;
  const limited = limit(options.signal);
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(path, {
      method,
      headers,
      credentials: 'same-origin',
      signal: limited.signal,
      keepalive: options.keepalive === true,
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    body = await readBody(response);
  } catch {
    throw new ApiError(0, 'network', 'The server did not answer.');
  } finally {
    limited.release();
  }
  if (!response.ok) throw parseProblem(response.status, body);
  return body as Answer;
}
