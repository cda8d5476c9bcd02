import { computed, signal } from '@preact/signals';
import { en, type Dictionary } from './en';
import { ru } from './ru';

export type Language = 'en' | 'ru';

const dictionaries: Record<Language, Dictionary> = { en, ru };
const storageKey = 'callboard.language';

export const languages: readonly { id: Language; name: string }[] = [
  { id: 'en', name: en.languageName },
  { id: 'ru', name: ru.languageName },
];

/** The language of a first visit: Russian if the browser prefers it to English. */
export function preferredLanguage(stored: string | null, preferred: readonly string[]): Language {
  if (stored === 'en' || stored === 'ru') return stored;
  const known = preferred.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => tag === 'ru' || tag === 'en');
  return known === 'ru' ? 'ru' : 'en';
}

export const language = signal<Language>('en');

/** The texts of the current language; a component that reads them is drawn again on a switch. */
export const texts = computed<Dictionary>(() => dictionaries[language.value]);

export function startLanguage(): void {
  setLanguage(preferredLanguage(localStorage.getItem(storageKey), navigator.languages), false);
}

export function setLanguage(next: Language, remember = true): void {
  language.value = next;
  document.documentElement.lang = next;
  if (remember) localStorage.setItem(storageKey, next);
}
