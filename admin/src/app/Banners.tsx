import { VerifyBanner } from '../account/VerifyBanner';
import { ActingBanner } from '../acting/ActingBanner';
import type { Identity } from '../auth/session';
import { UsageBanner } from '../billing/UsageBanner';
import { useMay } from './permission';

/** What everybody is to see above every page. Loaded behind the page itself. */
export function Banners({ identity }: { identity: Identity }) {
  const billing = useMay('billing:read');
  return (
    <>
      {identity.acting && <ActingBanner acting={identity.acting} />}
      <VerifyBanner user={identity.user} />
      {billing && <UsageBanner />}
    </>
  );
}
