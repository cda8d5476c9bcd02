import type { RefObject } from 'preact';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { firstOffset, lastOffset } from '../../model/timeline';
import type { Conversation } from '../../state/conversation';

export interface FollowedScrollOptions {
  conversation: Conversation;
  /** The newest message came into view of somebody who looks at the page. */
  onEndSeen: (offset: number) => void;
}

export interface FollowedScroll {
  scroller: RefObject<HTMLDivElement>;
  /** True while the newest messages are out of view. */
  away: boolean;
  toEnd: () => void;
}

/** Distances in pixels: still at the end, and near enough to the start to load more. */
const endSlack = 48;
const startMargin = 400;
const trimAbove = 800;

function atEnd(element: HTMLElement): boolean {
  return element.scrollHeight - element.scrollTop - element.clientHeight <= endSlack;
}

/**
 * Keeps a message list where its reader is: at the end while they are there, on the same message while older ones are
 * put before it, at the first unread one when a room is opened.
 */
export function useFollowedScroll({ conversation, onEndSeen }: FollowedScrollOptions): FollowedScroll {
  const scroller = useRef<HTMLDivElement>(null);
  const pinned = useRef(true);
  const before = useRef({ first: 0, height: 0, marked: false });
  const [away, setAway] = useState(false);
  const timeline = conversation.timeline.value;
  const outboxLength = conversation.outbox.value.length;
  const marked = conversation.unreadAfter.value !== null;
  const placed = conversation.placed.value;

  const reportEnd = useCallback((): void => {
    const offset = lastOffset(conversation.timeline.peek());
    if (pinned.current && offset > 0 && conversation.placed.peek() && !document.hidden) onEndSeen(offset);
  }, [conversation, onEndSeen]);

  // A message of one's own always brings the reader to the end.
  const sent = useRef(0);
  if (outboxLength > sent.current) pinned.current = true;
  sent.current = outboxLength;

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const last = before.current;
    const first = firstOffset(timeline);
    const mark = marked && !last.marked ? element.querySelector('.separator-unread') : null;
    if (mark !== null) {
      mark.scrollIntoView({ block: 'start' });
      last.marked = true;
      pinned.current = atEnd(element);
    } else if (pinned.current) {
      element.scrollTop = element.scrollHeight;
    } else if (last.first !== 0 && first < last.first) {
      element.scrollTop += element.scrollHeight - last.height;
    }
    before.current = { ...last, first, height: element.scrollHeight };
  });

  useEffect(() => {
    if (pinned.current && timeline.events.length > trimAbove) conversation.trim();
    reportEnd();
    // A page that does not fill the view gives nothing to scroll.
    if (placed && scroller.current !== null && scroller.current.scrollTop < startMargin) void conversation.loadOlder();
  }, [conversation, timeline, placed, reportEnd]);

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const onScroll = (): void => {
      pinned.current = atEnd(element);
      setAway(!pinned.current);
      if (element.scrollTop < startMargin) void conversation.loadOlder();
      reportEnd();
    };
    const onResize = new ResizeObserver(() => {
      if (pinned.current) element.scrollTop = element.scrollHeight;
    });
    element.addEventListener('scroll', onScroll, { passive: true });
    document.addEventListener('visibilitychange', reportEnd);
    onResize.observe(element);
    return () => {
      element.removeEventListener('scroll', onScroll);
      document.removeEventListener('visibilitychange', reportEnd);
      onResize.disconnect();
    };
  }, [conversation, reportEnd]);

  const toEnd = (): void => {
    pinned.current = true;
    scroller.current?.scrollTo({ top: scroller.current.scrollHeight });
  };
  return { scroller, away, toEnd };
}
