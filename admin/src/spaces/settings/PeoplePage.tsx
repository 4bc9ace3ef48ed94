import { HandoffSection } from './HandoffSection';
import { HoursSection } from './hours/HoursSection';
import { QueueSection } from './QueueSection';
import { SettingsPage } from './SettingsPage';

/** When people answer in place of the bot, and which of them. */
export function PeoplePage() {
  return (
    <SettingsPage title="People" lead="When your team answers in place of the bot, and who of them.">
      <HoursSection />
      <HandoffSection />
      <QueueSection />
    </SettingsPage>
  );
}
