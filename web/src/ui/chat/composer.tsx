import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { Room } from '../../api/types';
import { texts } from '../../i18n';
import type { Conversation } from '../../state/conversation';
import { Icon } from '../icon';

const maxLength = 4096;
const maxNameShown = 20;

/** Code points over the bound of a message. */
function excessOf(text: string): number {
  return text.length <= maxLength ? 0 : Math.max(0, [...text].length - maxLength);
}

/** Where messages are written. What is typed stays with the room while others are visited. */
export function Composer({ room, conversation }: { room: Room; conversation: Conversation }) {
  const t = texts.value;
  const shortName = room.name.length > maxNameShown ? `${room.name.slice(0, maxNameShown)}…` : room.name;
  const area = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(conversation.typed);
  const excess = excessOf(text);
  const sendable = text.trim() !== '' && excess === 0;
  useLayoutEffect(() => {
    const element = area.current;
    if (element === null) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
  }, [text]);
  const type = (value: string): void => {
    conversation.typed = value;
    setText(value);
  };
  const send = (): void => {
    if (!sendable) return;
    conversation.send(text.trim());
    type('');
    area.current?.focus();
  };
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div class="composer-box">
        <textarea
          ref={area}
          rows={1}
          value={text}
          placeholder={t.messagePlaceholder(shortName)}
          aria-label={t.messagePlaceholder(room.name)}
          aria-describedby="composer-note"
          onInput={(event) => type(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            send();
          }}
        />
        <button type="submit" class="send" aria-label={t.send} disabled={!sendable}>
          <Icon name="send" />
        </button>
      </div>
      <p id="composer-note" class={excess > 0 ? 'composer-note field-error' : 'composer-note'}>
        {excess > 0 ? t.tooLong(excess) : t.sendHint}
      </p>
    </form>
  );
}
