import { HandoffSection } from './HandoffSection';
import { HoursSection } from './hours/HoursSection';
import { MailSection } from './MailSection';
import { QueueSection } from './QueueSection';
import { RatingsSection } from './RatingsSection';
import { SettingsPage } from './SettingsPage';

/** When people answer in place of the bot, and which of them. */
export function PeoplePage() {
  return (
    <SettingsPage title="People" lead="When your team answers in place of the bot, and who of them.">
      <HoursSection />
      <HandoffSection />
      <QueueSection />
      <MailSection />
      <RatingsSection />
    </SettingsPage>
  );
}
