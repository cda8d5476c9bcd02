import { useEffect, useState } from 'preact/hooks';
import type { Analytics, Figures, LoginFailure } from '../../api/types';
import { language, texts } from '../../i18n';
import type { Dictionary } from '../../i18n/en';
import { formatNumber } from '../../i18n/format';
import { lastDays } from '../../model/analytics';
import type { Workspace } from '../../state/workspace';
import { FormError } from '../form_error';
import { Page } from '../page';
import { DayChart } from './day_chart';
import { RangeForm } from './range_form';
import { ShareList } from './share_list';

function tilesOf(t: Dictionary): [keyof Figures, string][] {
  return [
    ['registrations', t.figureRegistrations],
    ['guests', t.figureGuests],
    ['users_deleted', t.figureDeletions],
    ['logins_ok', t.figureLogins],
    ['logins_failed', t.figureLoginsFailed],
    ['rooms_created', t.figureRooms],
    ['messages', t.figureMessages],
    ['reminders_created', t.figureRemindersCreated],
    ['reminders_fired', t.figureRemindersFired],
    ['reminders_late', t.figureRemindersLate],
    ['reminders_failed', t.figureRemindersFailed],
    ['notifications_sent', t.figureNotifications],
    ['notifications_failed', t.figureNotificationsFailed],
  ];
}

function Totals({ totals }: { totals: Figures }) {
  return (
    <dl class="figures">
      {tilesOf(texts.value).map(([figure, name]) => (
        <div key={figure} class="figure">
          <dt>{name}</dt>
          <dd>{formatNumber(totals[figure], language.value)}</dd>
        </div>
      ))}
    </dl>
  );
}

function Report({ report }: { report: Analytics }) {
  const t = texts.value;
  const { days } = report;
  const reasons: [LoginFailure, string][] = [
    ['wrong_password', t.reasonWrongPassword],
    ['unknown_user', t.reasonUnknownUser],
    ['locked', t.reasonLocked],
    ['disabled', t.reasonDisabled],
  ];
  const single = (figure: 'messages' | 'active_users' | 'registrations' | 'rooms_created', name: string) => (
    <DayChart title={name} days={days} series={[{ figure, name, tone: 'good' }]} />
  );
  return (
    <>
      <Totals totals={report.totals} />
      {single('messages', t.figureMessages)}
      {single('active_users', t.figureActive)}
      {single('registrations', t.figureRegistrations)}
      {single('rooms_created', t.figureRooms)}
      <DayChart
        title={t.figureLogins}
        days={days}
        series={[
          { figure: 'logins_ok', name: t.figureLogins, tone: 'good' },
          { figure: 'logins_failed', name: t.figureLoginsFailed, tone: 'bad' },
        ]}
      />
      <ShareList
        title={t.refusalReasons}
        shares={reasons.map(([reason, name]) => ({ key: reason, name, value: report.logins_failed_by_reason[reason] }))}
      />
      <DayChart
        title={t.figureRemindersFired}
        days={days}
        series={[{ figure: 'reminders_fired', name: t.figureRemindersFired, tone: 'good' }]}
      />
      <ShareList
        title={t.topRooms}
        shares={report.top_rooms.map(({ room_id: id, name, messages }) => ({
          key: id,
          name: name ?? t.deletedRoom(id),
          value: messages,
        }))}
      />
    </>
  );
}

/** What was counted, day by day; for administrators. */
export function AnalyticsPage({ workspace }: { workspace: Workspace }) {
  const t = texts.value;
  const [range, setRange] = useState(() => lastDays(30));
  const [report, setReport] = useState<Analytics | null>(null);
  const [error, setError] = useState<unknown>(null);
  useEffect(() => {
    // Of two ranges chosen in a row only the answer about the second one counts.
    let current = true;
    workspace.api.analytics(range.from, range.to).then(
      (answer) => {
        if (!current) return;
        setReport(answer);
        setError(null);
      },
      (failure: unknown) => {
        if (current) setError(failure);
      },
    );
    return () => {
      current = false;
    };
  }, [workspace, range]);
  return (
    <Page title={t.analytics}>
      <RangeForm range={range} onChange={setRange} />
      <p class="quiet">{t.daysAreUtc}</p>
      <FormError error={error} />
      {report === null && error === null && <p role="status">{t.loading}</p>}
      {report !== null && <Report report={report} />}
    </Page>
  );
}
