import { Check, Copy, TriangleAlert } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from './Button';

const LOOKS = {
  ready: { icon: Copy, text: 'Copy' },
  done: { icon: Check, text: 'Copied' },
  refused: { icon: TriangleAlert, text: 'Select it' },
};
const BACK_MS = 2_500;

/** Copies a text and says that it did. A page over plain HTTP may not: then it asks to select it. */
export function CopyButton({ text, what }: { text: string; what: string }) {
  const [state, setState] = useState<keyof typeof LOOKS>('ready');
  useEffect(() => {
    if (state === 'ready') return;
    const timer = setTimeout(() => setState('ready'), BACK_MS);
    return () => clearTimeout(timer);
  }, [state]);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setState('done');
    } catch {
      setState('refused');
    }
  };
  const { icon: Icon, text: label } = LOOKS[state];
  return (
    <Button onClick={() => void copy()} aria-label={state === 'ready' ? `Copy ${what}` : undefined} className="shrink-0">
      <Icon className={`size-4 ${state === 'done' ? 'text-good' : 'text-mute'}`} aria-hidden />
      <span aria-live="polite">{label}</span>
    </Button>
  );
}
