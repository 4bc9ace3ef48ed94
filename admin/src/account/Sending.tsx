import { setUndoSeconds, UNDO_SECONDS, useUndoSeconds } from '../inbox/undo';
import { Choice } from '../ui/Choice';
import { Section } from '../ui/Section';

const OPTIONS = UNDO_SECONDS.map((seconds) => ({ value: `${seconds}`, label: seconds === 0 ? 'Off' : `${seconds} seconds` }));

/** How long a reply can be taken back. */
export function Sending() {
  const seconds = useUndoSeconds();
  const change = (value: string) => setUndoSeconds(UNDO_SECONDS.find((known) => `${known}` === value) ?? seconds);
  return (
    <Section title="Undo send" lead="A reply waits so long before it goes out. For this browser only.">
      <Choice
        label="Take back a reply for"
        hint="It goes at once when you send another, open another conversation, or close the console."
        value={`${seconds}`}
        options={OPTIONS}
        change={change}
      />
    </Section>
  );
}
