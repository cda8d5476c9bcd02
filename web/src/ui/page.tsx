import type { ComponentChildren } from 'preact';
import { texts } from '../i18n';
import { hrefOf } from '../router';
import { Icon } from './icon';

/** A page beside the rooms list, with its title. */
export function Page({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <div class="page">
      <header class="page-head">
        <a class="icon-button only-phone" href={hrefOf({ name: 'rooms' })} aria-label={texts.value.back}>
          <Icon name="back" />
        </a>
        <h1>{title}</h1>
      </header>
      <div class="page-body">{children}</div>
    </div>
  );
}
