import type { Reminder, ReminderState } from '../../api/types';
import type { Dictionary } from '../../i18n/en';

export function isUpcoming(reminder: Reminder): boolean {
  return reminder.state === 'scheduled' || reminder.state === 'snoozed' || reminder.state === 'firing';
}

export function stateText(state: ReminderState, t: Dictionary): string {
  const names: Record<ReminderState, string> = {
    scheduled: t.stateScheduled,
    firing: t.stateFiring,
    delivered: t.stateDelivered,
    snoozed: t.stateSnoozed,
    cancelled: t.stateCancelled,
    failed: t.stateFailed,
  };
  return names[state];
}
