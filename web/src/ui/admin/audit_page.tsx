import { useCallback, useState } from 'preact/hooks';
import type { AuditEntry } from '../../api/types';
import { language, texts } from '../../i18n';
import type { Dictionary } from '../../i18n/en';
import { formatMoment } from '../../i18n/format';
import type { Workspace } from '../../state/workspace';
import { Page } from '../page';
import { PagedList } from './paged_list';
import { usePaged } from './use_paged';

/** The types that entries have, with what they mean; others are shown as they are. */
function namesOf(t: Dictionary): Record<string, string> {
  return {
    authn_login_success: t.auditLogin,
    authn_login_fail: t.auditLoginFailed,
    authn_login_lock: t.auditLocked,
    authn_token_reuse: t.auditReuse,
    authn_token_revoked: t.auditRevoked,
    authn_token_created: t.auditToken,
    excess_sessions_exceeded: t.auditEvicted,
    authz_fail: t.auditDenied,
    authz_change: t.auditRole,
    user_disabled: t.auditDisabled,
    user_enabled: t.auditEnabled,
    user_updated: t.auditUpdated,
    authn_password_change: t.auditPassword,
    authn_password_change_fail: t.auditPasswordFailed,
    crypt_key_created: t.auditKeyCreated,
    crypt_key_rotated: t.auditKeyRotated,
    crypt_key_retired: t.auditKeyRetired,
    user_deleted: t.auditDeleted,
    message_sent_for_other: t.auditForOther,
  };
}

function Entry({ entry, onUser }: { entry: AuditEntry; onUser: (id: number) => void }) {
  const t = texts.value;
  const { actor, subject } = entry;
  const people = [actor, subject !== null && subject.id !== actor?.id ? subject : null];
  const detail = Object.entries(entry.detail).map(([name, value]) => `${name}: ${value}`);
  return (
    <li class="row">
      <div class="row-text">
        <p class="row-title">
          {namesOf(t)[entry.type] ?? entry.type}
          {people.map(
            (person) =>
              person !== null && (
                <button
                  key={person.id}
                  type="button"
                  class="button button-small"
                  aria-label={t.auditOnly(person.username)}
                  onClick={() => onUser(person.id)}
                >
                  {person.username}
                </button>
              ),
          )}
        </p>
        <p class="row-note">
          {[formatMoment(entry.created_at, language.value), entry.address, ...detail]
            .filter((part) => part !== '')
            .join(' · ')}
        </p>
      </div>
    </li>
  );
}

/** What happened to accounts and sessions, the latest first; for administrators. */
export function AuditPage({ workspace }: { workspace: Workspace }) {
  const t = texts.value;
  const [type, setType] = useState('');
  const [user, setUser] = useState<number | null>(null);
  const read = useCallback(
    (cursor?: string) =>
      workspace.api.audit({
        ...(type === '' ? {} : { type }),
        ...(user === null ? {} : { user }),
        ...(cursor === undefined ? {} : { cursor }),
      }),
    [workspace, type, user],
  );
  const list = usePaged<AuditEntry>(read);
  return (
    <Page title={t.audit}>
      <div class="field">
        <label for="audit-type">{t.auditType}</label>
        <select id="audit-type" value={type} onChange={(event) => setType(event.currentTarget.value)}>
          <option value="">{t.auditAll}</option>
          {Object.entries(namesOf(t)).map(([id, name]) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      </div>
      {user !== null && (
        <button type="button" class="button button-small" onClick={() => setUser(null)}>
          {t.auditEverybody}
        </button>
      )}
      <PagedList
        list={list}
        label={t.audit}
        empty={t.auditNothing}
        row={(entry) => <Entry key={entry.id} entry={entry} onUser={setUser} />}
      />
    </Page>
  );
}
