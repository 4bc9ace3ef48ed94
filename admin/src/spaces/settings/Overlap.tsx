import { Select } from '../../ui/Inputs';

const HOURS = [
  { hours: 0, label: 'No longer: it ends now' },
  { hours: 1, label: 'An hour' },
  { hours: 24, label: 'A day' },
  { hours: 168, label: 'A week' },
  { hours: 720, label: '30 days' },
];

/** For how long a key that is replaced still works. */
export function Overlap({ label, value, change }: { label: string; value: number; change: (hours: number) => void }) {
  return (
    <Select label={label} value={value} onChange={(event) => change(Number(event.target.value))}>
      {HOURS.map(({ hours, label: name }) => (
        <option key={hours} value={hours}>
          {name}
        </option>
      ))}
    </Select>
  );
}
