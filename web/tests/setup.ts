import { webcrypto } from 'node:crypto';

// Every browser has it; Node 18 has it only behind a flag.
if (!('crypto' in globalThis)) Object.defineProperty(globalThis, 'crypto', { value: webcrypto });
