import { lazy, Suspense } from 'react';
import { patient } from '../app/patient';
import { useMay } from '../app/permission';

const SetUp = lazy(patient(async () => ({ default: (await import('../setup/SetUp')).SetUp })));

/** For admins, what is left to do until the chat is live. */
export function SetsUp() {
  const may = useMay('spaces:write');
  return <Suspense>{may && <SetUp />}</Suspense>;
}
