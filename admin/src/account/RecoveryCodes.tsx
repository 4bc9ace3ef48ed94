import { CopyButton } from '../ui/CopyButton';
import { Button } from '../ui/Button';

/** Shown once: nobody can read them again. */
export function RecoveryCodes({ codes, done }: { codes: string[]; done: () => void }) {
  return (
    <div className="space-y-4">
      <p>
        These are your recovery codes, for when you do not have your phone. Each works once. <strong>Keep them now: they are not shown again.</strong>
      </p>
      <ul aria-label="Recovery codes" className="grid grid-cols-1 gap-x-6 gap-y-1 rounded-lg bg-sunken p-4 font-mono text-xs sm:grid-cols-2">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <p className="flex flex-wrap gap-2">
        <CopyButton text={codes.join('\n')} what="the recovery codes" />
        <Button look="primary" onClick={done}>
          I have kept them
        </Button>
      </p>
    </div>
  );
}
