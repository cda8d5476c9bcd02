import { signal } from '@preact/signals';

export type Theme = 'system' | 'light' | 'dark';

const storageKey = 'callboard.theme';

export const theme = signal<Theme>('system');

function isTheme(value: string | null): value is Theme {
  return value === 'system' || value === 'light' || value === 'dark';
}

export function setTheme(next: Theme): void {
  theme.value = next;
  localStorage.setItem(storageKey, next);
  document.documentElement.dataset['theme'] = next;
}

export function startTheme(): void {
  const stored = localStorage.getItem(storageKey);
  setTheme(isTheme(stored) ? stored : 'system');
}
