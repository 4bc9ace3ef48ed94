import type { ReactNode } from 'react';
import { ForgotPage } from './ForgotPage';
import { InvitationPage } from './InvitationPage';
import { LoginPage } from './LoginPage';
import { ResetPage } from './ResetPage';
import { SignUpPage } from './SignUpPage';
import { VerifyPage } from './VerifyPage';

const BASE = '/console/';

function page(): string {
  return location.pathname.startsWith(BASE) ? location.pathname.slice(BASE.length).replace(/\/$/, '') : '';
}

/** Pages that links in mails lead to, whoever is logged in. */
export function mailedPage(): ReactNode {
  switch (page()) {
    case 'reset-password':
      return <ResetPage />;
    case 'verify-email':
      return <VerifyPage />;
    case 'accept-invitation':
      return <InvitationPage />;
    default:
      return null;
  }
}

/** What somebody sees who is not logged in. */
export function OutsidePage({ ended }: { ended: boolean }) {
  switch (page()) {
    case 'signup':
      return <SignUpPage />;
    case 'forgot-password':
      return <ForgotPage />;
    default:
      return <LoginPage ended={ended} />;
  }
}

/** Who is logged in has left these pages: the console begins at its front. */
export function leaveOutside(): void {
  if (page() === 'signup' || page() === 'forgot-password') history.replaceState(null, '', BASE);
}
