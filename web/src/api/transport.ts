import { ApiError, parseProblem } from './problem';

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

export interface RequestOptions {
  body?: unknown;
  /** Access token for the Authorization header. */
  token?: string;
  /** Makes a repeated POST safe: the same key gives the first answer again. */
  idempotencyKey?: string;
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

/**
 * Sends one request to the server that served the page.
 * Throws ApiError for a refusal, and one with status 0 when no answer came within 15 s.
 */
export async function sendRequest<Answer>(method: Method, path: string, options: RequestOptions = {}): Promise<Answer> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  if (options.token !== undefined) headers['Authorization'] = `Bearer ${options.token}`;
  if (options.idempotencyKey !== undefined) headers['Idempotency-Key'] = options.idempotencyKey;
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(path, {
      method,
      headers,
      credentials: 'same-origin',
      signal: AbortSignal.timeout(deadlineMs),
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    body = await readBody(response);
  } catch {
    throw new ApiError(0, 'network', 'The server did not answer.');
  }
  if (!response.ok) throw parseProblem(response.status, body);
  return body as Answer;
}
