import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { Api } from '../../api/api';
import type { User } from '../../api/types';
import { texts } from '../../i18n';
import { addNames, splitNames } from '../../model/members';
import { Icon } from '../icon';

export interface MemberInputProps {
  api: Api;
  label: string;
  names: readonly string[];
  onNames: (names: string[]) => void;
  /** Indexes of names that the server does not know. */
  refused: ReadonlySet<number>;
  /** Text typed but not added yet; kept outside so that sending the form can include it. */
  typed: string;
  onTyped: (typed: string) => void;
}

const lookUpDelayMs = 200;

function useSuggestions(api: Api, typed: string): readonly User[] {
  const [found, setFound] = useState<readonly User[]>([]);
  const latest = useRef('');
  useEffect(() => {
    const query = typed.trim();
    latest.current = query;
    if (query.length < 2) {
      setFound([]);
      return;
    }
    const timer = setTimeout(() => {
      api.findUsers(query).then(
        (users) => latest.current === query && setFound(users),
        // Suggestions are a help only: without them names are typed in full.
        () => setFound([]),
      );
    }, lookUpDelayMs);
    return () => clearTimeout(timer);
  }, [api, typed]);
  return found;
}

/** Names of people as removable chips, with suggestions while typing. */
export function MemberInput({ api, label, names, onNames, refused, typed, onTyped }: MemberInputProps) {
  const t = texts.value;
  const id = useId();
  const suggestions = useSuggestions(api, typed).filter((user) => !names.includes(user.username));
  const add = (text: string): void => {
    onNames(addNames(names, splitNames(text)));
    onTyped('');
  };
  const remove = (index: number): void => onNames(names.filter((_, position) => position !== index));
  const onKeyDown = (event: KeyboardEvent): void => {
    if ((event.key === 'Enter' || event.key === ',') && typed.trim() !== '') {
      event.preventDefault();
      add(typed);
    } else if (event.key === 'Backspace' && typed === '' && names.length > 0) {
      remove(names.length - 1);
    }
  };
  const unknown = names.filter((_, index) => refused.has(index));
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <div class="chips">
        {names.map((name, index) => (
          <span key={name} class={refused.has(index) ? 'chip chip-refused' : 'chip'}>
            {name}
            <button type="button" aria-label={t.removeName(name)} onClick={() => remove(index)}>
              <Icon name="close" size={14} />
            </button>
          </span>
        ))}
        <input
          id={id}
          value={typed}
          autoComplete="off"
          autoCapitalize="none"
          spellcheck={false}
          aria-describedby={`${id}-note`}
          aria-invalid={unknown.length > 0}
          onInput={(event) => onTyped(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
      </div>
      {suggestions.length > 0 && (
        <div class="suggestions">
          {suggestions.map((user) => (
            <button key={user.id} type="button" class="suggestion" onClick={() => add(user.username)}>
              <span>{user.username}</span>
              <span class="suggestion-name">{user.full_name ?? ''}</span>
            </button>
          ))}
        </div>
      )}
      {unknown.length > 0 ? (
        <p id={`${id}-note`} class="field-note field-error" role="alert">
          {unknown.map((name) => t.unknownMember(name)).join(' ')}
        </p>
      ) : (
        <p id={`${id}-note`} class="field-note">
          {t.membersHint}
        </p>
      )}
    </div>
  );
}
