import { VerifyBanner } from '../account/VerifyBanner';
import type { Identity } from '../auth/session';
import { UsageBanner } from '../billing/UsageBanner';
import { useMay } from './permission';

/** What everybody is to see above every page. Loaded behind the page itself. */
export function Banners({ identity }: { identity: Identity }) {
  const billing = useMay('billing:read');
  return (
    <>
      <VerifyBanner user={identity.user} />
      {billing && <UsageBanner />}
    </>
  );
}
