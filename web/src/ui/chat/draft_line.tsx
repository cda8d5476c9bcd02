import type { User } from '../../api/types';
import { texts } from '../../i18n';
import type { Draft } from '../../model/outbox';
import type { Conversation } from '../../state/conversation';
import { Avatar } from '../avatar';
import { Icon } from '../icon';
import { MessageText } from './message_text';

export interface DraftLineProps {
  draft: Draft;
  /** Follows one's own message closely: shown without name and picture. */
  continued: boolean;
  me: User;
  conversation: Conversation;
}

/** A message of one's own that the server has not confirmed. */
export function DraftLine({ draft, continued, me, conversation }: DraftLineProps) {
  const t = texts.value;
  return (
    <li class={`message draft draft-${draft.state}${continued ? ' message-continued' : ''}`}>
      {continued ? <span /> : <Avatar id={me.id} name={me.username} />}
      <div class="message-content">
        {!continued && (
          <p class="message-head">
            <span class="message-author message-author-me">{me.username}</span>
          </p>
        )}
        <p class="message-text">
          <MessageText text={draft.text} />
          {draft.state === 'sending' && (
            <span class="draft-state">
              <Icon name="clock" size={14} />
              <span class="hidden">{t.sending}</span>
            </span>
          )}
        </p>
        {draft.state === 'failed' && (
          <p class="draft-failure" role="alert">
            <Icon name="alert" size={16} />
            <strong>{t.notSent}.</strong> {draft.reason}{' '}
            <button type="button" class="link-button" onClick={() => conversation.retry(draft.key)}>
              {t.retry}
            </button>{' '}
            <button type="button" class="link-button" onClick={() => conversation.discard(draft.key)}>
              {t.discard}
            </button>
          </p>
        )}
      </div>
    </li>
  );
}
