import { signal } from '@preact/signals';

export type Route =
  | { name: 'sign_in' }
  | { name: 'sign_up' }
  | { name: 'forgot' }
  | { name: 'reset'; token: string }
  | { name: 'verify'; token: string }
  | { name: 'rooms' }
  | { name: 'room'; id: number }
  | { name: 'reminders' }
  | { name: 'account' }
  | { name: 'mail' }
  | { name: 'analytics' }
  | { name: 'users' }
  | { name: 'audit' }
  | { name: 'nodes' }
  | { name: 'unknown' };

const plainRoutes: Record<string, Route> = {
  '': { name: 'rooms' },
  rooms: { name: 'rooms' },
  signin: { name: 'sign_in' },
  signup: { name: 'sign_up' },
  forgot: { name: 'forgot' },
  reminders: { name: 'reminders' },
  account: { name: 'account' },
  mail: { name: 'mail' },
  analytics: { name: 'analytics' },
  users: { name: 'users' },
  audit: { name: 'audit' },
  nodes: { name: 'nodes' },
};

/** The page a location hash such as `#/rooms/3` names. */
export function parseRoute(hash: string): Route {
  const path = hash.replace(/^#?\/?/, '').replace(/\/$/, '');
  const room = /^rooms\/([1-9][0-9]{0,15})$/.exec(path);
  if (room !== null) return { name: 'room', id: Number(room[1]) };
  // Behind the hash, so that the token of a mailed link is sent to no server with the address of the page.
  const mailed = /^(reset|verify)\/([A-Za-z0-9_-]{1,200})$/.exec(path);
  if (mailed !== null) return { name: mailed[1] === 'reset' ? 'reset' : 'verify', token: mailed[2] ?? '' };
  return plainRoutes[path] ?? { name: 'unknown' };
}

export function hrefOf(target: Route): string {
  if (target.name === 'room') return `#/rooms/${target.id}`;
  if (target.name === 'reset' || target.name === 'verify') return `#/${target.name}/${target.token}`;
  if (target.name === 'sign_in') return '#/signin';
  if (target.name === 'sign_up') return '#/signup';
  return target.name === 'unknown' ? '#/' : `#/${target.name}`;
}

export const route = signal<Route>({ name: 'rooms' });

export function goTo(target: Route): void {
  location.hash = hrefOf(target);
}

/** Leaves the sign-in pages once they have done their work; the way back does not lead to them. */
export function leaveSignIn(): void {
  if (!['sign_in', 'sign_up', 'forgot'].includes(route.value.name)) return;
  location.replace(hrefOf({ name: 'rooms' }));
}

/** Goes on from a page whose token is of no use any more; the way back does not lead to it. */
export function leaveTo(target: Route): void {
  location.replace(hrefOf(target));
}

export function startRouter(): void {
  const read = (): void => {
    route.value = parseRoute(location.hash);
  };
  window.addEventListener('hashchange', read);
  read();
}
