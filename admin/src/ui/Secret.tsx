import { Button } from './Button';
import { Copyable } from './Copyable';
import { Dialog } from './Dialog';

interface SecretProps {
  title: string;
  /** What it is for. */
  lead: string;
  secret: string;
  what: string;
  close: () => void;
}

/** A secret that the server tells this once. Only its button closes it: a click beside it must not lose it. */
export function Secret({ title, lead, secret, what, close }: SecretProps) {
  return (
    <Dialog title={title} lead={lead} close={close} held>
      <Copyable text={secret} what={what} />
      <p className="text-pretty">
        <strong className="font-semibold">Keep it now: it is not shown again.</strong> Whoever has it can use it, so put it where your other secrets are and not into a page
        or a repository.
      </p>
      <div className="flex justify-end">
        <Button look="primary" onClick={close}>
          I have kept it
        </Button>
      </div>
    </Dialog>
  );
}
