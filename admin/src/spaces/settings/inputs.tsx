import { Switch } from '../../ui/Inputs';
import { NumberField } from '../../ui/NumberField';
import { useField } from './Draft';

/** A setting that is a number. Empty, it has its default again. */
export function Num({ path, ...rest }: { path: string; label: string; min: number; max: number; step?: number; hint: string }) {
  const { value, change, fault } = useField<number | null>(path);
  return <NumberField {...rest} value={value} change={change} fault={fault} className="max-w-40" />;
}

/** A setting that is on or off. */
export function Flag({ path, ...rest }: { path: string; label: string; hint: string }) {
  const { value, change } = useField<boolean>(path);
  return <Switch {...rest} checked={value} onChange={(event) => change(event.target.checked)} />;
}
