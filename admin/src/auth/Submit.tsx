import { Button } from '../ui/Button';
import { useWait } from './wait';

interface SubmitProps {
  label: string;
  busy: string;
  pending: boolean;
  /** One that says how long to wait holds the button. */
  error: Error | null;
}

export function Submit({ label, busy, pending, error }: SubmitProps) {
  const wait = useWait(error);
  return (
    <Button type="submit" look="primary" className="h-10 w-full" disabled={pending || wait > 0}>
      {pending ? busy : wait > 0 ? `Try again in ${wait} s` : label}
    </Button>
  );
}
