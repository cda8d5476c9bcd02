import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { texts } from '../i18n';
import { Icon } from './icon';

export interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  /** `sheet` stands at the right edge over the full height. */
  shape?: 'box' | 'sheet';
}

/** A modal dialog: focus stays inside, Escape and a click beside it close it, focus returns afterwards. */
export function Dialog({ title, onClose, children, shape = 'box' }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const close = useRef(onClose);
  close.current = onClose;
  // Before the next event: a key pressed right after the click that opened the dialog is meant for it.
  useLayoutEffect(() => {
    const dialog = element.current;
    if (dialog === null) return;
    // A browser may close a dialog without asking, if nothing was clicked or typed since it last asked.
    const onClosed = (): void => close.current();
    dialog.addEventListener('close', onClosed);
    dialog.showModal();
    return () => {
      dialog.removeEventListener('close', onClosed);
      // Closing gives the focus back to what opened the dialog; mere removal would lose it.
      dialog.close();
    };
  }, []);
  return (
    <dialog
      ref={element}
      class={`dialog dialog-${shape}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === element.current) onClose();
      }}
    >
      <div class="dialog-body">
        <header class="dialog-head">
          <h2 id={titleId}>{title}</h2>
          <button type="button" class="icon-button" aria-label={texts.value.close} onClick={onClose}>
            <Icon name="close" />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
