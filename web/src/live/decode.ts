import type { Author, ReminderFired, RoomEvent, SendReceipt } from '../api/types';

/** Checks of what arrives over the WebSocket: a wrong shape is left out instead of breaking the page. */

type Fields = Record<string, unknown>;

export function asFields(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

function asAuthor(value: unknown): Author | null {
  const fields = asFields(value);
  if (fields === null || typeof fields['id'] !== 'number' || typeof fields['username'] !== 'string') return null;
  return { id: fields['id'], username: fields['username'] };
}

/** The event in a publication's data; null for ephemeral ones (no offset) and for anything malformed. */
export function decodeEvent(data: unknown, offset: number | undefined): RoomEvent | null {
  const fields = asFields(data);
  if (fields === null || offset === undefined) return null;
  const user = asAuthor(fields['user']);
  if (user === null || typeof fields['type'] !== 'string' || typeof fields['created_at'] !== 'string') return null;
  return { ...fields, offset, type: fields['type'], user, created_at: fields['created_at'] };
}

export function decodeReceipt(data: unknown): SendReceipt | null {
  const fields = asFields(data);
  if (fields === null || typeof fields['offset'] !== 'number' || typeof fields['created_at'] !== 'string') return null;
  return { offset: fields['offset'], created_at: fields['created_at'], duplicate: fields['duplicate'] === true };
}

export function decodeReminderFired(data: unknown): ReminderFired | null {
  const fields = asFields(data);
  if (fields === null || typeof fields['reminder_id'] !== 'number' || typeof fields['text'] !== 'string') return null;
  const number = (name: string): number => (typeof fields[name] === 'number' ? fields[name] : 0);
  const text = (name: string): string => (typeof fields[name] === 'string' ? fields[name] : '');
  return {
    reminder_id: fields['reminder_id'],
    text: fields['text'],
    due_at: text('due_at'),
    fired_at: text('fired_at'),
    fire_seq: number('fire_seq'),
    late_ms: number('late_ms'),
  };
}

/** The room a personal event is about: as `room_id`, or inside `room`. */
export function roomIdOf(data: unknown): number | null {
  const fields = asFields(data);
  if (fields === null) return null;
  if (typeof fields['room_id'] === 'number') return fields['room_id'];
  const room = asFields(fields['room']);
  return room !== null && typeof room['id'] === 'number' ? room['id'] : null;
}
