import { useState } from 'react';
import { setCalls, useCallSettings } from '../inbox/callSettings';
import { chime } from '../inbox/chime';
import { Switch } from '../ui/Inputs';
import { Section } from '../ui/Section';

const BLOCKED = 'Your browser blocks notifications of this site. Allow them in its settings, then switch this on.';

/** How this browser calls one to the desk. */
export function Calls() {
  const { desktop, sound } = useCallSettings();
  const [blocked, setBlocked] = useState(false);
  const askFor = async () => {
    const granted = 'Notification' in window && (await Notification.requestPermission()) === 'granted';
    setBlocked(!granted);
    if (granted) setCalls({ desktop: true });
  };
  return (
    <Section title="Notifications" lead="When a visitor begins to wait, or writes to you. For this browser only; none while you are away.">
      <Switch
        label="Desktop notifications"
        hint="While the console is not in view. A click opens the conversation."
        checked={desktop}
        onChange={({ target }) => (target.checked ? void askFor() : setCalls({ desktop: false }))}
      />
      {blocked && (
        <p role="alert" className="text-sm text-bad">
          {BLOCKED}
        </p>
      )}
      <Switch
        label="Sound"
        hint="Two soft notes."
        checked={sound}
        onChange={({ target }) => {
          setCalls({ sound: target.checked });
          if (target.checked) chime();
        }}
      />
    </Section>
  );
}
