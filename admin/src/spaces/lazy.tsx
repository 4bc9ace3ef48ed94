import { lazy, Suspense } from 'react';

const Dialog = lazy(async () => ({ default: (await import('./NewSpace')).NewSpace }));

/** Loaded when somebody makes a space. */
export function NewSpace(props: { close: () => void }) {
  return (
    <Suspense>
      <Dialog {...props} />
    </Suspense>
  );
}
