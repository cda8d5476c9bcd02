import { useCallback, useEffect, useState } from 'preact/hooks';
import type { Account, Role } from '../../api/types';
import { language, texts } from '../../i18n';
import type { Dictionary } from '../../i18n/en';
import { formatMoment } from '../../i18n/format';
import type { Workspace } from '../../state/workspace';
import { Choice } from '../choice';
import { ConfirmDialog } from '../confirm_dialog';
import { Field } from '../field';
import { Page } from '../page';
import { PagedList } from './paged_list';
import { usePaged } from './use_paged';

type Shown = 'all' | Role | 'disabled';
type Change = { role: 'user' | 'admin' } | { disabled: boolean };
interface Question {
  account: Account;
  change: Change;
  question: string;
  action: string;
}

const typingMs = 250;

function roleName(t: Dictionary, role: Role): string {
  return { guest: t.roleGuest, user: t.roleUser, admin: t.roleAdmin }[role];
}

/** What may be changed of an account, each with the question before it. */
function questionsOf(t: Dictionary, account: Account): Question[] {
  const name = account.username;
  const questions: Question[] = [];
  if (account.role === 'user')
    questions.push({ account, change: { role: 'admin' }, question: t.makeAdminQuestion(name), action: t.makeAdmin });
  if (account.role === 'admin')
    questions.push({ account, change: { role: 'user' }, question: t.makeUserQuestion(name), action: t.makeUser });
  questions.push(
    account.disabled
      ? { account, change: { disabled: false }, question: t.enableQuestion(name), action: t.enable }
      : { account, change: { disabled: true }, question: t.disableQuestion(name), action: t.disable },
  );
  return questions;
}

function AccountRow({ account, onAsk }: { account: Account; onAsk: (question: Question) => void }) {
  const t = texts.value;
  return (
    <li class="row">
      <div class="row-text">
        <p class="row-title">
          {account.full_name === '' ? account.username : account.full_name}
          <span class="tag">{roleName(t, account.role)}</span>
          {account.disabled && <span class="tag tag-failed">{t.disabledAccount}</span>}
          {account.locked_until !== null && <span class="tag tag-failed">{t.lockedAccount}</span>}
        </p>
        <p class="row-note">
          {[account.username, account.email, t.since(formatMoment(account.created_at, language.value))]
            .filter((part) => part !== '')
            .join(' · ')}
        </p>
      </div>
      <div class="row-actions">
        {questionsOf(t, account).map((question) => (
          <button
            key={question.action}
            type="button"
            class="button button-small"
            aria-label={`${question.action}: ${account.username}`}
            onClick={() => onAsk(question)}
          >
            {question.action}
          </button>
        ))}
      </div>
    </li>
  );
}

/** All accounts, their roles, and whether they may be used; for administrators. */
export function UsersPage({ workspace }: { workspace: Workspace }) {
  const t = texts.value;
  const [shown, setShown] = useState<Shown>('all');
  const [typed, setTyped] = useState('');
  const [query, setQuery] = useState('');
  const [asked, setAsked] = useState<Question | null>(null);
  useEffect(() => {
    const timer = setTimeout(() => setQuery(typed), typingMs);
    return () => clearTimeout(timer);
  }, [typed]);
  const read = useCallback(
    (cursor?: string) =>
      workspace.api.accounts({
        query,
        ...(shown === 'disabled' ? { disabled: true } : shown === 'all' ? {} : { role: shown }),
        ...(cursor === undefined ? {} : { cursor }),
      }),
    [workspace, query, shown],
  );
  const list = usePaged<Account>(read);
  const confirm = async ({ account, change: wanted }: Question): Promise<void> => {
    const changed = await workspace.api.changeAccount(account.id, wanted);
    list.change((known) => known.map((each) => (each.id === changed.id ? changed : each)));
  };
  const kinds: { id: Shown; name: string }[] = [
    { id: 'all', name: t.allAccounts },
    { id: 'user', name: t.roleUser },
    { id: 'admin', name: t.roleAdmin },
    { id: 'guest', name: t.roleGuest },
    { id: 'disabled', name: t.disabledAccount },
  ];
  return (
    <Page title={t.users}>
      <Field label={t.findAccount} type="search" value={typed} maxLength={100} onValue={setTyped} />
      <Choice label={t.shownAccounts} value={shown} options={kinds} onChoose={setShown} />
      <p class="quiet">{t.accessHint}</p>
      <PagedList
        list={list}
        label={t.users}
        empty={t.noAccounts}
        row={(account) => <AccountRow key={account.id} account={account} onAsk={setAsked} />}
      />
      {asked !== null && (
        <ConfirmDialog
          question={asked.question}
          action={asked.action}
          onConfirm={() => confirm(asked)}
          onClose={() => setAsked(null)}
        />
      )}
    </Page>
  );
}
