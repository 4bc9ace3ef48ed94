import { useState, type ComponentProps } from 'react';
import { Field } from './Field';

interface NumberFieldProps extends Omit<ComponentProps<typeof Field>, 'value' | 'onChange' | 'type'> {
  value: number | null;
  change: (value: number | null) => void;
}

/** A number, or nothing. What is being typed stays as it is typed. */
export function NumberField({ value, change, ...rest }: NumberFieldProps) {
  const [typed, setTyped] = useState<string | null>(null);
  return (
    <Field
      {...rest}
      type="number"
      inputMode="decimal"
      value={typed ?? shown(value)}
      onChange={({ target }) => {
        setTyped(target.value);
        change(target.value === '' ? null : Number(target.value));
      }}
      onBlur={() => setTyped(null)}
    />
  );
}

/** Fractions come as the nearest the server can hold. */
const shown = (value: number | null) => (value === null ? '' : String(Math.round(value * 1e4) / 1e4));
