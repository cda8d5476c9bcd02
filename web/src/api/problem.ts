/** Errors of the REST interface: problem+json (RFC 9457), or the lack of any answer. */

export interface FieldProblem {
  /** JSON pointer to the bad field, such as `/members/1`. */
  pointer: string;
  code: string;
  detail: string;
}

export class ApiError extends Error {
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  /** Code of the problem; `network` when no answer came. */
  readonly code: string;
  readonly fields: readonly FieldProblem[];

  constructor(status: number, code: string, detail: string, fields: readonly FieldProblem[] = []) {
    super(detail);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.fields = fields;
  }

  /** True when repeating the same request may work. */
  get temporary(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function parseField(value: unknown): FieldProblem[] {
  if (!isRecord(value)) return [];
  return [{ pointer: text(value['pointer']), code: text(value['code']), detail: text(value['detail']) }];
}

/** Makes an error of a refused request's body, whatever that body is. */
export function parseProblem(status: number, body: unknown): ApiError {
  if (!isRecord(body)) return new ApiError(status, 'unknown', `HTTP ${status}`);
  const detail = text(body['detail']) || text(body['title']) || `HTTP ${status}`;
  const fields = Array.isArray(body['errors']) ? body['errors'].flatMap(parseField) : [];
  return new ApiError(status, text(body['code']) || 'unknown', detail, fields);
}

/** The first problem with the field at `pointer`, or with anything inside it. */
export function fieldProblem(error: unknown, pointer: string): FieldProblem | undefined {
  if (!(error instanceof ApiError)) return undefined;
  return error.fields.find((field) => field.pointer === pointer || field.pointer.startsWith(`${pointer}/`));
}

/** Indexes of the list at `pointer` that were refused: `/members/1` gives 1 for `/members`. */
export function refusedIndexes(error: unknown, pointer: string): Set<number> {
  const indexes = new Set<number>();
  if (!(error instanceof ApiError)) return indexes;
  for (const field of error.fields) {
    if (!field.pointer.startsWith(`${pointer}/`)) continue;
    const index = Number(field.pointer.slice(pointer.length + 1));
    if (Number.isInteger(index)) indexes.add(index);
  }
  return indexes;
}
